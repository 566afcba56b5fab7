import { afterEach, describe, expect, it } from 'vitest';
import { toProductionByHand } from '../support/by-hand.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;

afterEach(() => flow.stop());

const told = (): number => flow.shown().filter((message) => words(message).includes('was rolled back by')).length;
const observed = (): readonly unknown[] => flow.audit().filter(({ action }) => action === 'rollback.observed');

describe('a rollback job on GitLab’s page', () => {
  it('is told once, recorded, and the lock that is offered works', async () => {
    flow = await startFlow();
    const id = await toProductionByHand(flow, 'v1.4.0');
    await flow.sees('v1.4.0 is deployed to production');

    await flow.gitlab.play(flow.gitlab.job('rollback-prod', id).id, 'raj');
    await flow.gitlab.settle(id);

    const message = await flow.sees('was rolled back by');
    expect(message.threadTs).toBeUndefined();
    expect(words(message)).toContain(
      "production of acme/production-app was rolled back by the job rollback-prod of v1.4.0 on GitLab's page by Raj Patel.",
    );
    expect(words(message)).toMatch(/Version unconfirmed until it is verified.* before: v1\.4\.0/);
    expect(observed()).toEqual([
      expect.objectContaining({
        outcome: 'succeeded',
        reason: 'on_gitlab',
        environment: 'production',
        version: 'v1.4.0',
        actor: expect.objectContaining({ slackUserId: 'U0RAJ' }),
      }),
    ]);

    await flow.pressesOn('U0MIA', message, 'Lock production');
    await until('the environment is locked', () =>
      flow.audit().some(({ action, outcome }) => action === 'lock' && outcome === 'succeeded'),
    );
    await flow.gitlab.deliverWebhooks();
    await flow.restart();
    await toProductionByHand(flow, 'v1.5.0');
    await flow.sees('v1.5.0 is deployed to production');
    expect(told()).toBe(1);
    expect(observed()).toHaveLength(1);
  });

  it('leaves nobody to take the version before for live, until something is deployed', async () => {
    flow = await startFlow();
    const id = await toProductionByHand(flow, 'v1.4.0');
    await flow.sees('v1.4.0 is deployed to production');
    const plan = words(await flow.types('U0ANN', '/deploy prod v1.4.0'));
    expect(plan).toContain('Code: already_live');
    await flow.gitlab.play(flow.gitlab.job('rollback-prod', id).id, 'raj');
    await flow.gitlab.settle(id);
    await flow.sees('was rolled back by');

    expect(words(await flow.types('U0ANN', '/deployments prod'))).toMatch(/rolled back by a job .*version unconfirmed/);
    expect(words(await flow.types('U0ANN', '/deploy prod v1.4.0'))).toContain('Code: deployed_before');
    expect(words(await flow.types('U0ANN', '/rollback prod'))).toMatch(
      /A rollback job took production back .*which version it runs is unconfirmed/,
    );
    flow.gitlab.faults.outage('502');
    expect(words(await flow.types('U0ANN', '/deployments prod'))).toMatch(/rolled back by a job .*version unconfirmed/);
    flow.gitlab.faults.outage(undefined);

    await toProductionByHand(flow, 'v1.5.0');
    await flow.sees('v1.5.0 is deployed to production');
    expect(words(await flow.types('U0ANN', '/deployments prod'))).not.toContain('unconfirmed');
  });

  it('is told where no webhook came and the job itself does not say its environment', async () => {
    flow = await startFlow();
    await flow.stopBot();
    const id = await toProductionByHand(flow, 'v1.4.0');
    await flow.gitlab.play(flow.gitlab.job('rollback-prod', id).id, 'raj');
    await flow.gitlab.settle(id);
    await flow.startBot();

    await flow.sees('was rolled back by the job rollback-prod of v1.4.0');
    expect(flow.gitlab.requests.some(({ path }) => path.includes('/ci/lint'))).toBe(true);
    await flow.restart();
    await toProductionByHand(flow, 'v1.5.0');
    await flow.sees('v1.5.0 is deployed to production');
    expect(told()).toBe(1);
  });

  it('is told of the pipeline’s own, which nobody deployed through the bot', async () => {
    flow = await startFlow();
    flow.gitlab.planFailure('verify-deployment');
    await toProductionByHand(flow, 'v1.4.0');

    const message = await flow.sees('was rolled back by');
    expect(words(message)).toContain(
      "production of acme/production-app was rolled back by the pipeline's own job auto-rollback-prod of v1.4.0.",
    );
    expect(observed()).toEqual([expect.objectContaining({ reason: 'job_of_pipeline', actor: 'chatops' })]);
  });

  it('is not told as observed when it was asked for in Slack', async () => {
    flow = await startFlow({
      file: `
projects:
  - project: acme/production-app
    channels: [{ id: ${deploys} }]
    environments: { production: { rollback: { by: job, lock: false } } }
identity: { users: { U0MIA: mia } }
`,
    });
    await toProductionByHand(flow, 'v1.4.0');
    await flow.types('U0MIA', '/rollback production');
    await flow.presses('U0MIA', 'Roll back');
    await until('the rollback job is played', () => flow.played().includes('rollback-prod'));
    await flow.gitlab.settle();
    await flow.sees('the version is unconfirmed');
    await flow.restart();
    await toProductionByHand(flow, 'v1.5.0');
    await flow.sees('v1.5.0 is deployed to production');

    expect(told()).toBe(0);
    expect(observed()).toEqual([]);
  });
});
