import { afterEach, describe, expect, it } from 'vitest';
import type { SandboxMessage } from '../../src/sandbox/slack-server/workspace.ts';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;

afterEach(() => flow.stop());

const retries = (): readonly string[] => flow.writes().filter((line) => line.endsWith('/retry'));

async function failedReply(job: string): Promise<SandboxMessage> {
  return until(`a reply of ${job} with the button`, () =>
    flow.shown().find((message) => words(message).includes(job) && words(message).includes('Retry')),
  );
}

describe('Retry below a failed job', () => {
  it('runs it again, once, and says so in the thread', async () => {
    flow = await startFlow();
    flow.gitlab.planFailure('unit-tests');
    const { id } = await flow.gitlab.pushBranch('main');
    await flow.gitlab.settle(id);
    const reply = await failedReply('unit-tests');

    await flow.pressesOn('U0RAJ', reply, 'Retry');
    await flow.reads('U0RAJ', 'Run unit-tests of main again?');
    expect(retries()).toEqual([]);
    await flow.presses('U0RAJ', 'Retry');
    const told = await flow.sees('Raj Patel restarted unit-tests of main.');
    expect(told.threadTs).toBeDefined();
    await flow.reads('U0RAJ', 'Done: you restarted unit-tests of main.');
    // Only what GitLab told since makes the button old.
    await flow.gitlab.settle(id);
    await flow.sees('main is fixed');
    await flow.pressesOn('U0MIA', reply, 'Retry');

    await flow.reads('U0MIA', 'This button is out of date');
    expect(retries()).toHaveLength(1);
    expect(
      flow
        .audit()
        .filter(({ action }) => action === 'job.retry')
        .map(({ outcome }) => outcome),
    ).toEqual(['intended', 'succeeded', 'refused']);
  });

  it('makes a deploy plan of a job that starts an environment', async () => {
    flow = await startFlow();
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.gitlab.play(flow.gitlab.job('deploy-canary', id).id);
    await flow.gitlab.settle(id);
    await flow.gitlab.play(flow.gitlab.job('deploy-prod', id).id);
    await flow.gitlab.finish('deploy-prod', 'failed', { pipelineId: id });

    await flow.pressesOn('U0ANN', await failedReply('production'), 'Retry');

    await flow.reads('U0ANN', 'Run deploy-prod again');
    expect(retries()).toEqual([]);
  });

  it('is for developers', async () => {
    flow = await startFlow();
    flow.gitlab.setMember('mia', 20);
    flow.gitlab.planFailure('unit-tests');
    const { id } = await flow.gitlab.pushBranch('main');
    await flow.gitlab.settle(id);

    await flow.pressesOn('U0MIA', await failedReply('unit-tests'), 'Retry');

    await flow.reads('U0MIA', 'role_too_low');
    expect(retries()).toEqual([]);
  });

  it('looks whether it runs where GitLab did not answer, and does not ask again by itself', async () => {
    flow = await startFlow();
    flow.gitlab.planFailure('unit-tests');
    const { id } = await flow.gitlab.pushBranch('main');
    await flow.gitlab.settle(id);
    flow.gitlab.faults.resetAfter({ method: 'POST', path: '/retry' });

    await flow.pressesOn('U0RAJ', await failedReply('unit-tests'), 'Retry');

    await flow.reads('U0RAJ', 'Run unit-tests of main again?');
    await flow.presses('U0RAJ', 'Retry');
    await flow.sees('GitLab did not answer at first; it has happened.');
    expect(retries()).toHaveLength(1);
  });
});
