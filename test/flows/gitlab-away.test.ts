import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;

beforeEach(async () => {
  flow = await startFlow();
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
});

afterEach(() => flow.stop());

describe('a command typed while GitLab is away', () => {
  it.each(['502', 'reset'] as const)('is answered clearly and changes nothing (%s)', async (kind) => {
    flow.gitlab.faults.outage(kind);

    const answer = await flow.types('U0ANN', '/deploy prod v1.4.0');

    expect(words(answer)).toContain('/deploy was not carried out.');
    expect(words(answer)).toContain('GitLab does not answer.');
    expect(words(answer)).toContain('Nothing was changed.');
    expect(flow.audit().at(-1)).toMatchObject({ action: 'deploy', outcome: 'failed', reason: 'gitlab' });
    expect(flow.writes()).toEqual([]);
  });

  it('works again once GitLab is back', async () => {
    flow.gitlab.faults.outage('502');
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    flow.gitlab.faults.clear();

    const plan = await flow.types('U0ANN', '/deploy prod v1.4.0');

    expect(words(plan)).toContain('Deploy v1.4.0 to production?');
  });

  it('needs no second try for a hiccup', async () => {
    flow.gitlab.faults.status({ method: 'GET' }, 502, { count: 2 });

    const plan = await flow.types('U0ANN', '/deploy prod v1.4.0');

    expect(words(plan)).toContain('Deploy v1.4.0 to production?');
  });

  it('says what to mend when GitLab refuses the bot’s token', async () => {
    flow.gitlab.faults.refuseToken(true);

    const answer = await flow.types('U0ANN', '/deploy prod v1.4.0');

    expect(words(answer)).toContain('GITLAB_TOKEN');
    expect(words(answer)).toContain('Nothing was changed.');
    expect(JSON.stringify(answer)).not.toContain(flow.gitlab.token);
  });
});

describe('Tell me when it is back', () => {
  const told = 'GitLab answers again.';

  it('tells once in the channel, after a restart too, and shows the plan to who asked', async () => {
    await flow.types('U0RAJ', '/deploy prod v1.4.0');
    flow.gitlab.faults.outage('502');
    await flow.presses('U0RAJ', 'Deploy');
    await flow.reads('U0RAJ', 'Your press was not carried out.');
    await flow.presses('U0RAJ', 'Tell me when it is back');
    await flow.reads('U0RAJ', 'when GitLab answers again');
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Tell me when it is back');
    await flow.reads('U0ANN', 'when GitLab answers again');
    await flow.restart();
    expect(flow.shown().filter((message) => words(message).includes(told))).toEqual([]);

    flow.gitlab.faults.clear();

    const card = await flow.sees(`@U0ANN, ${told}`);
    await flow.sees(`@U0RAJ, ${told}`);
    await flow.pressesOn('U0ANN', card, 'Show the plan');
    await flow.reads('U0ANN', 'Deploy v1.4.0 to production?');
    await flow.restart();
    expect(flow.shown().filter((message) => words(message).includes(told))).toHaveLength(2);
    expect(flow.writes()).toEqual([]);
  });
});

/** The person is told that GitLab is away and asks to be told when it is back. */
async function waitsFor(user: string): Promise<void> {
  expect(words(await flow.reads(user, 'Your press was not carried out.'))).toContain('GitLab does not answer.');
  await flow.presses(user, 'Tell me when it is back');
  await flow.reads(user, 'when GitLab answers again');
}

describe('a button pressed while GitLab is away', () => {
  it('offers to tell, and the answer leads back to the deploy that waits', async () => {
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary job starts', () => flow.gitlab.job('deploy-canary').status !== 'manual');
    await flow.gitlab.settle();
    const question = await flow.sees('Promote v1.4.0 to production?');
    flow.gitlab.faults.outage('502');
    // Who asked was asked for their role a moment ago, which counts for a minute.
    await flow.pressesOn('U0RAJ', question, 'Promote to production');
    await waitsFor('U0RAJ');

    flow.gitlab.faults.clear();

    const told = await flow.sees('@U0RAJ, GitLab answers again.');
    expect(words(told)).toContain('Press again: The deploy of v1.4.0 to production');
    expect(JSON.stringify(told.blocks)).toMatch(/"url":"https?:[^"]*\/archives\//);
    expect(flow.played()).toEqual(['deploy-canary']);
    await flow.pressesOn('U0RAJ', question, 'Promote to production');
    await until('the production job starts', () => flow.played().includes('deploy-prod'));
  });

  it('offers to tell an approver, who gets the line to type', async () => {
    await flow.stop();
    flow = await startFlow({
      file: `
projects:
  - project: acme/production-app
    channels: [{ id: C0DEPLOYS }]
    environments: { production: { aliases: [prod], approvals: { required: 1 } } }
identity: { users: { U0ANN: ann, U0RAJ: raj } }
`,
    });
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    const request = await flow.sees('Approve v1.4.0 to production?');
    flow.gitlab.faults.outage('502');
    await flow.pressesOn('U0RAJ', request, 'Approve');
    await waitsFor('U0RAJ');
    expect(flow.shown().filter((message) => words(message).includes('GitLab answers again.'))).toEqual([]);

    flow.gitlab.faults.clear();

    const told = words(await flow.sees('@U0RAJ, GitLab answers again.'));
    expect(told).toContain('→ /approve acme/production-app:production v1.4.0');
    expect(told).not.toContain('Show the plan');
  });
});

describe('a slow GitLab', () => {
  it('does not keep Slack waiting, and the plan follows', async () => {
    flow.gitlab.faults.slow({ path: '/repository/tags/' }, 3_300);

    const delivery = await flow.slack.command({
      user: 'U0ANN',
      channel: 'C0DEPLOYS',
      command: '/deploy',
      text: 'prod v1.4.0',
    });

    expect(delivery).toMatchObject({ status: 200, timedOut: false });
    expect(delivery.ms).toBeLessThan(3_000);
    await flow.reads('U0ANN', 'Deploy v1.4.0 to production?');
  });

  it('does not keep another person waiting', async () => {
    flow.gitlab.faults.slow({ path: '/repository/tags/' }, 2_000);
    const slow = flow.types('U0ANN', '/deploy prod v1.4.0');
    await until('Ann’s command is being worked on', () =>
      flow.gitlab.requests.some(({ path }) => path.includes('/members/')),
    );

    const quick = await flow.types('U0RAJ', '/deployments prod');

    expect(words(quick)).toContain('production runs v1.3.0');
    expect(flow.slack.ephemerals('U0ANN')).toEqual([]);
    expect(words(await slow)).toContain('Deploy v1.4.0 to production?');
  });
});
