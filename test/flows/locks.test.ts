import { afterEach, describe, expect, it } from 'vitest';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;
let aheadMs = 0;

afterEach(async () => {
  aheadMs = 0;
  await flow.stop();
});

const clock = { now: () => new Date(Date.now() + aheadMs) };
const hourMs = 3_600_000;

const oneProject = `
projects:
  - project: acme/production-app
    channels: [{ id: C0DEPLOYS }]
    environments: { production: { aliases: [prod] }, staging: { confirm: false } }
identity:
  users: { U0ANN: ann }
`;

async function says(user: string, line: string): Promise<string> {
  return words(await flow.types(user, line));
}

/** Ann and Raj may both deploy to production; Mia is a developer. */
async function start(): Promise<number> {
  flow = await startFlow({ clock });
  flow.gitlab.setMember('raj', 40);
  flow.gitlab.setMember('mia', 30);
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
  return id;
}

const seenTimes = (text: string): number => flow.shown().filter((message) => words(message).includes(text)).length;

const outcomes = (action: string): readonly string[] =>
  flow
    .audit()
    .filter((entry) => entry.action === action)
    .map(({ outcome, reason }) => [outcome, reason].filter(Boolean).join(' '));

describe('/lock', () => {
  it('goes to exactly one of two who ask at once, and names that one to the other', async () => {
    await start();

    const answers = await Promise.all([says('U0ANN', '/lock prod hotfix'), says('U0RAJ', '/lock prod migration')]);

    const [won, lost] = answers.toSorted((a, b) => Number(b.includes('You hold')) - Number(a.includes('You hold')));
    expect(won).toContain('You hold production');
    expect(lost).toMatch(/Nothing was locked.*is locked by (Ann|Raj).* since /su);
    expect(outcomes('lock').toSorted()).toEqual(['refused locked', 'succeeded locked']);
  });

  it('stops others where it is, shows whose and why, and lets its holder through', async () => {
    await start();
    const unread = await says('U0ANN', '/lock prod hotfix for 2 hours');
    expect(unread).toContain('I cannot read “for 2 hours” as an end.');
    expect(unread).toContain('Code: usage');
    expect(await says('U0ANN', '/lock prod hotfix for 2h')).toContain('You hold production');
    expect(words(await flow.sees('Locked: production'))).toContain('hotfix');

    const refused = await says('U0RAJ', '/deploy prod v1.4.0');

    expect(refused).toContain('v1.4.0 was not deployed to production');
    expect(refused).toMatch(/is locked by Ann.* since .*, until .*: hotfix/u);
    expect(refused).toContain('Tell me when it is free');
    expect(refused).toContain('Take the lock over');
    expect(refused).toContain('Code: locked');
    expect(await says('U0ANN', '/deploy prod v1.4.0')).toContain('Deploy v1.4.0 to production?');
    expect(await says('U0RAJ', '/deploy staging v1.4.0')).not.toContain('Code: locked');
  });

  it('taken after the plan was shown stops it at the press', async () => {
    await start();
    await flow.types('U0RAJ', '/deploy prod v1.4.0');
    const card = flow.slack.ephemerals('U0RAJ').at(-1);
    await says('U0ANN', '/lock prod hotfix');

    await flow.presses('U0RAJ', 'Deploy', card);

    await flow.reads('U0RAJ', 'is locked by Ann');
    expect(flow.played()).toEqual([]);
  });

  it('on all stops every environment, and leaves the locks below it alone', async () => {
    await start();
    await says('U0RAJ', '/lock staging tests');
    await says('U0ANN', '/lock all incident');

    expect(await says('U0RAJ', '/deploy prod v1.4.0')).toContain('All of acme/production-app is locked by Ann');
    const list = await says('U0RAJ', '/lock');
    expect(list).toContain('2 locks in acme/production-app');
    expect(list).toContain('Unlock staging');
    expect(await says('U0ANN', '/unlock all')).toContain('Unlocked: all of acme/production-app');
    expect(await says('U0RAJ', '/lock')).toContain('1 lock in acme/production-app');
  });

  it('of others is stolen only after a question, by whom may, and its holder is told', async () => {
    await start();
    await says('U0ANN', '/lock prod hotfix');

    expect(await says('U0MIA', '/lock prod mine --steal')).toContain('Code: locked');
    expect(await says('U0RAJ', '/lock prod mine')).toContain('Code: locked');
    expect(await says('U0RAJ', '/lock prod mine --steal')).toContain('Take over the lock on production');
    expect(await says('U0RAJ', '/lock')).toContain('by Ann');
    const question = flow.slack.ephemerals('U0RAJ').find((card) => words(card).includes('Take over the lock'));
    await flow.presses('U0RAJ', 'Take it over', question);

    expect(words(await flow.sees('Lock taken over'))).toContain('@U0ANN, it was yours: hotfix');
    expect(outcomes('lock.lost')).toEqual(['succeeded taken_over_by U0RAJ']);
    expect(outcomes('lock')).toContain('succeeded lock_taken_over');
  });

  it('that somebody else released and took anew is not released by an old button', async () => {
    await start();
    await says('U0ANN', '/lock prod hotfix');
    const list = await flow.types('U0RAJ', '/lock');
    aheadMs += 1_000;
    await says('U0ANN', '/lock prod another one');

    await flow.presses('U0RAJ', 'Unlock production', list);

    await flow.reads('U0RAJ', 'Code: lock_changed');
    expect(await says('U0RAJ', '/lock')).toContain('another one');
  });

  it('that replaced another stays when the time of the old one is over', async () => {
    await start();
    await says('U0ANN', '/lock prod hotfix for 2h');
    await says('U0ANN', '/lock staging tests for 2h');
    await says('U0RAJ', '/lock prod incident --steal');
    await flow.presses('U0RAJ', 'Take it over');
    await flow.sees('Lock taken over');
    aheadMs = 2 * hourMs;

    await flow.restart();

    expect(words(await flow.sees('has lapsed'))).toContain('Unlocked: staging');
    expect(seenTimes('has lapsed')).toBe(1);
    expect(flow.audit().filter(({ action }) => action === 'lock.lapse')).toMatchObject([
      { actor: 'chatops', outcome: 'succeeded', environment: 'staging', policy: expect.any(String) as unknown },
    ]);
    expect(await says('U0RAJ', '/lock')).toMatch(/1 lock .*by Raj .*incident/su);
  });

  it('is for developers', async () => {
    await start();
    flow.gitlab.setMember('mia', 20);

    expect(await says('U0MIA', '/lock prod hotfix')).toContain('Code: role_too_low');
  });

  it('that cannot be read stops everybody', async () => {
    await start();
    await says('U0ANN', '/lock prod hotfix');
    flow.database.run("update locks set document = '{}'");

    expect(await says('U0ANN', '/deploy prod v1.4.0')).toContain('was not carried out');
  });

  it('ends by itself, which the channel is told, and one without end is reminded of once in eight hours', async () => {
    await start();
    await says('U0ANN', '/lock prod hotfix for 2h');
    await says('U0RAJ', '/lock staging tests');
    aheadMs = 2 * hourMs;

    expect(await says('U0RAJ', '/deploy prod v1.4.0')).not.toContain('Code: locked');
    await flow.restart();
    expect(words(await flow.sees('has lapsed'))).toContain('Unlocked: production');
    expect(seenTimes('is still locked')).toBe(0);
    aheadMs = 9 * hourMs;
    await flow.restart();
    expect(words(await flow.sees('is still locked'))).toContain('@U0RAJ');
    await flow.restart();
    expect(seenTimes('is still locked')).toBe(1);
    expect(seenTimes('has lapsed')).toBe(1);
  });
});

describe('watchdog.lock_nag', () => {
  it('says how soon the holder of a lock without end is reminded', async () => {
    flow = await startFlow({ clock, file: `${oneProject}watchdog: { lock_nag: 1h }\n` });
    await says('U0ANN', '/lock prod hotfix');

    aheadMs = 1.5 * hourMs;
    await flow.restart();

    expect(words(await flow.sees('is still locked'))).toContain('@U0ANN');
  });

  it('switches the reminder off', async () => {
    flow = await startFlow({ clock, file: `${oneProject}watchdog: { lock_nag: off }\n` });
    await says('U0ANN', '/lock prod hotfix');
    await says('U0ANN', '/lock staging tests for 8h');

    aheadMs = 9 * hourMs;
    await flow.restart();

    await flow.sees('has lapsed');
    expect(seenTimes('is still locked')).toBe(0);
  });
});

describe('Tell me when it is free', () => {
  it('tells once, with a button that shows the plan again', async () => {
    await start();
    await says('U0ANN', '/lock prod hotfix');
    await flow.types('U0RAJ', '/deploy prod v1.4.0');
    await flow.presses('U0RAJ', 'Tell me when it is free');
    await flow.reads('U0RAJ', 'when production is free');

    await says('U0ANN', '/unlock prod');

    const told = await flow.sees('@U0RAJ, production of acme/production-app is free for you now');
    await flow.pressesOn('U0RAJ', told, 'Show the plan');
    await flow.reads('U0RAJ', 'Deploy v1.4.0 to production?');
    await flow.restart();
    expect(seenTimes('is free for you now')).toBe(1);
  });

  it('tells after a deploy that ended as well', async () => {
    await start();
    await flow.types('U0ANN', '/deploy staging v1.4.0');
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    const card = await flow.sees('Now: ');
    expect(await says('U0RAJ', '/deploy prod v1.4.0')).toContain('Code: operation_active');
    await flow.presses('U0RAJ', 'Tell me when it is free');
    await flow.reads('U0RAJ', 'when production is free');

    await flow.pressesOn('U0ANN', card, 'Cancel');

    await flow.sees('@U0RAJ, production of acme/production-app is free for you now');
  });
});

describe('a rollback that aborts the deploy under way', () => {
  it('tells nobody that its environment is free, and whoever waits goes on waiting', async () => {
    const id = await start();
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary job starts', () => flow.gitlab.job('deploy-canary', id).status !== 'manual');
    await flow.gitlab.settle(id);
    await flow.pressesOn('U0ANN', await flow.sees('Promote v1.4.0 to production?'), 'Promote to production');
    await until('the production job starts', () => flow.gitlab.job('deploy-prod', id).status !== 'manual');
    await flow.gitlab.run('deploy-prod', id);
    await says('U0RAJ', '/deploy prod v1.4.0');
    await flow.presses('U0RAJ', 'Tell me when it is free');
    await flow.reads('U0RAJ', 'when production is free');

    await says('U0MIA', '/rollback production');
    await flow.presses('U0MIA', 'Abort it and roll back');
    await flow.reads('U0MIA', 'is canceled first');
    await flow.presses('U0MIA', 'Roll back');
    await until('the old job runs again', () => flow.writes().some((line) => line.endsWith('/retry')));
    expect(seenTimes('is free for you now')).toBe(0);
    await flow.gitlab.settle();
    await flow.sees('production is rolled back to v1.3.0');

    await flow.pressesOn('U0ANN', await flow.sees('v1.4.0 is bad'), 'Unlock');

    await flow.sees('@U0RAJ, production of acme/production-app is free for you now');
  });
});

describe('the button for whoever waited', () => {
  it.each([
    '/unlock acme/production-app:production',
    '/lock acme/production-app:production mine',
    '/deploy acme/other:production v1.4.0',
    '/deploy acme/production-app:production v1.4.0 LOG_LEVEL=debug',
    '/deploy acme/production-app:production v1.4.0 --override',
    '/constructor acme/production-app:production',
  ])('is never made of %s', async (line) => {
    await start();

    expect(await says('U0RAJ', `/lock prod --wait "${line}"`)).toContain('Nothing was done');

    await flow.restart();
    expect(seenTimes('is free for you now')).toBe(0);
  });

  it('does nothing for anybody else, whom it tells so alone', async () => {
    await start();
    await says('U0RAJ', '/lock prod --wait "/deploy acme/production-app:production v1.4.0"');
    const told = await flow.sees('is free for you now');

    await flow.pressesOn('U0ANN', told, 'Show the plan');

    expect(words(await flow.reads('U0ANN', 'Code: plan_not_owner'))).toContain('@U0RAJ');
    expect(seenTimes('plan_not_owner')).toBe(0);
  });

  it('shows a plan even where nobody has to confirm', async () => {
    flow = await startFlow({ clock, file: oneProject });
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await says('U0ANN', '/lock staging --wait "/deploy acme/production-app:staging v1.4.0 --again"');
    const told = await flow.sees('is free for you now');

    await flow.pressesOn('U0ANN', told, 'Show the plan');

    await flow.reads('U0ANN', 'Deploy v1.4.0 to staging?');
    expect(flow.writes()).toEqual([]);
  });
});

describe('a lock', () => {
  it('that begins after the press holds the next job until it is gone', async () => {
    const id = await start();
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary job starts', () => flow.gitlab.job('deploy-canary', id).status !== 'manual');
    await flow.gitlab.settle(id);
    const question = await flow.sees('Promote v1.4.0 to production?');
    await says('U0RAJ', '/lock prod incident');

    await flow.pressesOn('U0ANN', question, 'Promote to production');

    await flow.sees('the deploy of v1.4.0 waits');
    expect(flow.played()).toEqual(['deploy-canary']);
    await says('U0RAJ', '/unlock prod');
    await until('the production job starts', () => flow.played().includes('deploy-prod'));
    const over = await flow.sees('The deploy of v1.4.0 to production waited because of a lock, and went on');
    expect(words(over)).not.toContain('Cancel');
    expect(seenTimes('the deploy of v1.4.0 waits')).toBe(0);
    expect(seenTimes('waited because of a lock')).toBe(1);
    expect(flow.audit().filter(({ action }) => action === 'operation.pause')).toMatchObject([
      { actor: 'chatops', reason: 'locked', environment: 'production', policy: expect.any(String) as unknown },
    ]);
  });

  it('that stops a deploy before it began leaves nothing to roll back', async () => {
    flow = await startFlow({ clock });
    flow.gitlab.setMember('raj', 40);
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy when ready');
    await flow.reads('U0ANN', 'Wait for');
    await flow.presses('U0ANN', 'Deploy');
    await flow.sees('deploys v1.4.0 to production');
    await says('U0RAJ', '/lock prod incident');
    await flow.gitlab.settle(id);
    const paused = await flow.sees('the deploy of v1.4.0 waits');

    await flow.pressesOn('U0ANN', paused, 'Cancel');

    await flow.sees('was canceled.');
    expect(flow.played()).toEqual([]);
    expect(seenTimes('Roll back')).toBe(0);
    expect(words(flow.slack.ephemerals('U0ANN'))).not.toContain('Roll back');
  });

  it('that holds the next job lets the deploy be canceled', async () => {
    const id = await start();
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary job starts', () => flow.gitlab.job('deploy-canary', id).status !== 'manual');
    await says('U0RAJ', '/lock all incident');
    await flow.gitlab.settle(id);
    await flow.pressesOn('U0ANN', await flow.sees('Promote v1.4.0 to production?'), 'Promote to production');
    const paused = await flow.sees('the deploy of v1.4.0 waits');

    await flow.pressesOn('U0ANN', paused, 'Cancel');

    await flow.sees('Canceled');
    await flow.sees('The deploy of v1.4.0 to production waited because of a lock, and ended meanwhile');
    expect(seenTimes('the deploy of v1.4.0 waits')).toBe(0);
    expect(flow.played()).toEqual(['deploy-canary']);
  });

  it('of Ann is shown to Mia who rolls back, passed, kept, and Ann is told', async () => {
    const id = await start();
    await ship(id);
    await says('U0ANN', '/lock prod hotfix');

    expect(await says('U0MIA', '/rollback production')).toContain('is locked by Ann');
    await flow.presses('U0MIA', 'Roll back');

    expect(words(await flow.sees('The lock stays.'))).toContain('@U0ANN');
    await until('the old job runs again', () => flow.writes().some((line) => line.endsWith('/retry')));
    await flow.gitlab.settle();
    await flow.sees('production is rolled back to v1.3.0');
    expect(await says('U0RAJ', '/lock')).toMatch(/2 locks .*by Ann.*by this bot/su);
  });

  it('of the bot after a rollback stands beside that of Ann, stops her too, and each is released by itself', async () => {
    const id = await start();
    await ship(id);
    await says('U0ANN', '/lock prod hotfix');
    await rollBack();
    const { id: next } = await flow.gitlab.pushTag('v1.5.0');
    await flow.gitlab.settle(next);

    expect(await says('U0ANN', '/deploy prod v1.5.0')).toContain('is locked by this bot');
    await flow.presses('U0ANN', 'Unlock and deploy');
    await flow.presses('U0ANN', 'Deploy', await flow.reads('U0ANN', 'Deploy v1.5.0 to production?'));
    expect(words(await flow.sees('Unlocked: production'))).toContain("It was this bot's.");
    await until('the canary job starts', () => flow.gitlab.job('deploy-canary', next).status !== 'manual');

    expect(await says('U0RAJ', '/lock')).toMatch(/1 lock .*by Ann/su);
    expect(await says('U0ANN', '/unlock prod')).toContain('Unlocked: production');
    expect(await says('U0RAJ', '/lock')).toContain('Nothing is locked');
  });

  it('of Ann is released by her, and the bot’s by a button for maintainers, in whatever order', async () => {
    const id = await start();
    await ship(id);
    await says('U0ANN', '/lock prod hotfix');
    await rollBack();

    expect(await says('U0ANN', '/unlock prod')).toContain('Unlocked: production');
    expect(await says('U0MIA', '/unlock prod')).toContain('Code: lock_not_yours');
    expect(await says('U0ANN', '/lock prod another hotfix')).toContain('You hold production');
    const list = await flow.types('U0RAJ', '/lock');
    await flow.presses('U0RAJ', 'Unlock production (bot)', list);
    await flow.reads('U0RAJ', 'Unlocked: production');

    expect(await says('U0RAJ', '/lock')).toMatch(/1 lock .*by Ann.*another hotfix/su);
  });

  it('of the bot follows a rollback, names the bad version, and is released by the deploy that asks for it', async () => {
    const id = await start();
    await ship(id);
    await flow.types('U0MIA', '/rollback production');
    await flow.presses('U0MIA', 'Roll back');
    await until('the old job runs again', () => flow.writes().some((line) => line.endsWith('/retry')));
    await flow.gitlab.settle();

    expect(words(await flow.sees('v1.4.0 is bad'))).toContain('Unlock');
    expect(flow.audit()).toContainEqual(
      expect.objectContaining({ action: 'lock', actor: 'chatops', version: 'v1.4.0', environment: 'production' }),
    );
    const { id: next } = await flow.gitlab.pushTag('v1.5.0');
    await flow.gitlab.settle(next);
    expect(await says('U0ANN', '/deploy prod v1.5.0')).toContain('is locked by this bot');
    await flow.presses('U0ANN', 'Unlock and deploy');
    await flow.reads('U0ANN', 'The lock after the rollback is released with this deploy.');
    expect(await says('U0RAJ', '/lock')).toMatch(/1 lock .*this bot/su);
    await flow.presses('U0ANN', 'Deploy', await flow.reads('U0ANN', 'Deploy v1.5.0 to production?'));
    await flow.sees('Unlocked: production');
    await until('the canary job starts', () => flow.gitlab.job('deploy-canary', next).status !== 'manual');
    expect(flow.audit()).toContainEqual(expect.objectContaining({ action: 'unlock', reason: 'with_deploy' }));
  });

  it('that a deploy from GitLab passes is told to channel and holder', async () => {
    const id = await start();
    await says('U0ANN', '/lock prod hotfix');
    await flow.gitlab.play(flow.gitlab.job('deploy-canary', id).id);
    await flow.gitlab.settle(id);
    await flow.gitlab.play(flow.gitlab.job('deploy-prod', id).id);
    await flow.gitlab.run('deploy-prod', id);

    const told = words(await flow.sees('from GitLab'));
    expect(told).toContain('@U0ANN');
    expect(told).toContain('although it is locked, by Ann');
  });
});

/** Mia rolls production back, which the bot then locks. */
async function rollBack(): Promise<void> {
  await flow.types('U0MIA', '/rollback production');
  await flow.presses('U0MIA', 'Roll back');
  await until('the old job runs again', () => flow.writes().some((line) => line.endsWith('/retry')));
  await flow.gitlab.settle();
  await flow.sees('v1.4.0 is bad');
}

/** As people did before there was a bot. */
async function ship(id: number): Promise<void> {
  await flow.gitlab.play(flow.gitlab.job('deploy-canary', id).id);
  await flow.gitlab.settle(id);
  await flow.gitlab.play(flow.gitlab.job('deploy-prod', id).id);
  await flow.gitlab.finish('deploy-prod', 'success', { pipelineId: id });
  await flow.gitlab.settle(id);
}
