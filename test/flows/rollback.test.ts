import { afterEach, describe, expect, it } from 'vitest';
import { movableClock } from '../support/crash.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;

afterEach(() => flow.stop());

const withMigrations = `
projects:
  - project: acme/production-app
    channels: [{ id: ${deploys} }]
    environments: { production: { migrations: ['app/**'] } }
identity:
  users: { U0MIA: mia }
`;

/** The tag is taken to production on GitLab's page, as people did before there was a bot. */
async function ship(tag: string, outcome: 'success' | 'failed' = 'success'): Promise<void> {
  const { id } = await flow.gitlab.pushTag(tag);
  await flow.gitlab.settle(id);
  await flow.gitlab.play(flow.gitlab.job('deploy-canary', id).id);
  await flow.gitlab.settle(id);
  await flow.gitlab.play(flow.gitlab.job('deploy-prod', id).id);
  await flow.gitlab.finish('deploy-prod', outcome, { pipelineId: id });
  if (outcome === 'success') await flow.gitlab.settle(id);
}

/** The links of a message, by their words. */
function linksOf(shown: unknown): readonly (readonly [string, string])[] {
  if (Array.isArray(shown)) return shown.flatMap(linksOf);
  if (typeof shown !== 'object' || shown === null) return [];
  if ('type' in shown && shown.type === 'link' && 'url' in shown && 'text' in shown)
    return [[String(shown.text), String(shown.url)]];
  return Object.values(shown).flatMap(linksOf);
}

/** The end of Slack's address of a message. */
function addressOf({ ts }: { readonly ts: string }): string {
  return `/p${ts.replace('.', '')}`;
}

const retries = (): readonly string[] => flow.writes().filter((line) => line.endsWith('/retry'));

describe('/rollback', () => {
  it('goes from a failed version to the good one before, under a root of its own', async () => {
    flow = await startFlow({ file: withMigrations });
    await ship('v1.4.0');
    await ship('v1.5.0', 'failed');

    const plan = words(await flow.types('U0MIA', '/rollback production'));
    expect(plan).toContain('Roll back production to v1.4.0?');
    expect(plan).toMatch(/From v1\.5\.0 .*, whose deploy failed /);
    expect(plan).toMatch(/Warning: This range touches \d+ migration files?: app\//);
    expect(retries()).toEqual([]);
    await flow.presses('U0MIA', 'Roll back');
    await until('the job of v1.4.0 runs again', () => retries().length === 1);
    await flow.gitlab.settle();

    const root = await flow.sees('back to v1.4.0, away from v1.5.0');
    expect(root.threadTs).toBeUndefined();
    await flow.sees('production is rolled back to v1.4.0');
    expect(flow.audit().map(({ action, outcome }) => `${action} ${outcome}`)).toEqual(
      expect.arrayContaining(['rollback allowed', 'rollback.confirm allowed', 'job.retry succeeded']),
    );
  });

  it('is told under a fresh root when the old pipeline is three weeks old, linked with its thread both ways', async () => {
    const clock = movableClock();
    flow = await startFlow({ clock });
    await ship('v1.4.0');
    const old = await flow.sees('v1.4.0 ·');
    clock.moveMs(21 * 86_400_000);
    await ship('v1.5.0');
    await flow.sees('v1.5.0 is deployed to production');

    await flow.types('U0MIA', '/rollback production');
    await flow.presses('U0MIA', 'Roll back');
    const root = await flow.sees('back to v1.4.0, away from v1.5.0');
    await until('the job of v1.4.0 runs again', () => retries().length === 1);
    await flow.gitlab.settle();
    const end = await flow.sees('production is rolled back to v1.4.0');

    expect(root.threadTs).toBeUndefined();
    expect(end.threadTs).toBe(root.ts);
    expect(linksOf(root)).toContainEqual(['Earlier in its thread', expect.stringMatching(`${addressOf(old)}$`)]);
    await until('the old root links to the new one', () =>
      linksOf(flow.shown().find(({ ts }) => ts === old.ts)).some(
        ([text, url]) => text === 'Later news' && url.endsWith(addressOf(root)),
      ),
    );
    const told = flow.shown().filter(({ threadTs, ts }) => threadTs === old.ts && Number(ts) > Number(root.ts));
    expect(told).toEqual([]);
  });

  it('does not run the job twice when the answer of GitLab was lost', async () => {
    const clock = movableClock();
    flow = await startFlow({ clock });
    await ship('v1.4.0');
    flow.gitlab.faults.resetAfter({ method: 'POST', path: '/retry' });
    await flow.types('U0MIA', '/rollback production');
    await flow.presses('U0MIA', 'Roll back');
    await until('the job of v1.3.0 runs again', () => retries().length === 1);
    await until('the bot knows nothing of it', () => flow.audit().some(({ outcome }) => outcome === 'unknown'));
    await flow.gitlab.settle();
    clock.moveMs(5_000);
    await flow.types('U0MIA', '/chatops help');

    await flow.sees('production is rolled back to v1.3.0');
    expect(retries()).toHaveLength(1);
  });

  it('plays the rollback job of the live pipeline where that is configured, and says that the version is unconfirmed', async () => {
    flow = await startFlow({
      file: `
projects:
  - project: acme/production-app
    channels: [{ id: ${deploys} }]
    environments: { production: { rollback: { by: job, lock: false } } }
identity: { users: { U0MIA: mia } }
`,
    });
    await ship('v1.4.0');

    const plan = words(await flow.types('U0MIA', '/rollback production'));
    await flow.presses('U0MIA', 'Roll back');
    await until('the rollback job is played', () => flow.played().includes('rollback-prod'));
    await flow.gitlab.settle();

    expect(plan).toContain('Play rollback-prod');
    expect(plan).not.toContain('Afterwards I lock production');
    await flow.sees('the version is unconfirmed');
    expect(retries()).toEqual([]);
  });

  it('does not offer what was rolled back before', async () => {
    flow = await startFlow();
    await ship('v1.4.0');
    await flow.types('U0MIA', '/rollback production');
    await flow.presses('U0MIA', 'Roll back');
    await until('the job of v1.3.0 runs again', () => retries().length === 1);
    await flow.gitlab.settle();
    await flow.sees('production is rolled back to v1.3.0');

    expect(words(await flow.types('U0MIA', '/rollback production'))).not.toContain('to v1.4.0?');
  });

  it('takes a version for the target and never for the reason', async () => {
    flow = await startFlow();
    await ship('v1.4.0');
    await ship('v1.5.0');

    expect(words(await flow.types('U0MIA', '/rollback production v1.3.0 checkout is broken'))).toContain(
      'Roll back production to v1.3.0?',
    );
    expect(words(await flow.types('U0MIA', '/rollback v1.3.0 prod checkout is broken'))).toContain(
      'Roll back production to v1.3.0?',
    );
    const refused = words(await flow.types('U0MIA', '/rollback production v9.9.9'));
    expect(refused).toContain('version_never_there');
    expect(refused).toContain('v1.4.0');
  });

  it('says that there is nothing earlier, and offers nothing', async () => {
    flow = await startFlow();
    await flow.types('U0MIA', '/rollback production');
    await flow.presses('U0MIA', 'Roll back');
    await until('the oldest version runs again', () => retries().length === 1);
    await flow.gitlab.settle();
    await flow.sees('production is rolled back to v1.2.0');

    const refused = await flow.types('U0MIA', '/rollback production');

    expect(words(refused)).toContain('no earlier good version');
    expect(words(refused)).not.toContain('Roll back');
    // The channel had never heard of that pipeline: the rollback is told, not what happened weeks ago.
    expect(flow.shown().filter(({ threadTs }) => threadTs === undefined)).toHaveLength(1);
  });

  it('is refused while a deploy runs, unless that is aborted and has ended first', async () => {
    flow = await startFlow();
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary job starts', () => flow.gitlab.job('deploy-canary', id).status !== 'manual');
    await flow.gitlab.settle(id);
    const question = await flow.sees('Promote v1.4.0 to production?');
    await flow.pressesOn('U0ANN', question, 'Promote to production');
    await until('the production job starts', () => flow.gitlab.job('deploy-prod', id).status !== 'manual');
    await flow.gitlab.run('deploy-prod', id);

    expect(words(await flow.types('U0MIA', '/rollback production'))).toContain('operation_active');
    await flow.presses('U0MIA', 'Abort it and roll back');
    await flow.reads('U0MIA', 'is canceled first');
    await flow.presses('U0MIA', 'Roll back');
    await until('the old job runs again', () => retries().length === 1);

    const order = flow.writes().filter((line) => /cancel$|retry$/.test(line));
    expect(order).toHaveLength(2);
    expect(order[0]).toMatch(/cancel$/);
    expect(flow.gitlab.job('deploy-prod', id).status).toBe('canceled');
    await flow.gitlab.settle();
    await flow.sees('production is rolled back to v1.3.0');
    // What was answered keeps its answer.
    await flow.sees('Ann Smith promoted v1.4.0 to production');
    expect(flow.shown().map(words).join('\n')).not.toContain('was started in GitLab');
  });

  it('warns where the deploy to be aborted has not begun there, and says who stopped it', async () => {
    flow = await startFlow();
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary job starts', () => flow.gitlab.job('deploy-canary', id).status !== 'manual');
    await flow.gitlab.settle(id);
    await flow.sees('Promote v1.4.0 to production?');

    await flow.types('U0MIA', '/rollback production');
    await flow.presses('U0MIA', 'Abort it and roll back');
    const plan = words(await flow.reads('U0MIA', 'is canceled first'));
    expect(plan).toContain(
      'Warning: v1.4.0 has not touched production yet. To stop it and keep v1.3.0, press Cancel on its card.',
    );
    await flow.presses('U0MIA', 'Roll back');

    await flow.sees('Mia Novak stopped v1.4.0 before production');
    expect(flow.played()).not.toContain('deploy-prod');
  });

  it('tells by the button of a failure that it is out of date once something newer was deployed', async () => {
    flow = await startFlow();
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary job starts', () => flow.gitlab.job('deploy-canary', id).status !== 'manual');
    await flow.gitlab.settle(id);
    await flow.pressesOn('U0ANN', await flow.sees('Promote v1.4.0 to production?'), 'Promote to production');
    await until('the production job starts', () => flow.gitlab.job('deploy-prod', id).status !== 'manual');
    await flow.gitlab.finish('deploy-prod', 'failed', { pipelineId: id });
    const failure = await flow.sees('failed at deploy-prod');
    await ship('v1.5.0');

    await flow.pressesOn('U0MIA', failure, 'Roll back');

    await flow.reads('U0MIA', 'This button is out of date');
    expect(retries()).toEqual([]);
  });

  it('is for developers: a reporter is refused by name of the role', async () => {
    flow = await startFlow();
    await ship('v1.4.0');
    flow.gitlab.setMember('mia', 20);

    expect(words(await flow.types('U0MIA', '/rollback production', deploys))).toContain('role_too_low');
  });
});
