import { afterEach, describe, expect, it } from 'vitest';
import { toProductionByHand } from '../support/by-hand.ts';
import { movableClock } from '../support/crash.ts';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;

afterEach(() => flow.stop());

function pipelineOf(tag: string): number {
  const all = flow.gitlab.state().projects.flatMap(({ pipelines }) => pipelines);
  const found = all.findLast(({ ref }) => ref === tag);
  if (!found) throw new Error(`no pipeline of ${tag}`);
  return found.id;
}

const seen = (): number => flow.shown().filter((message) => words(message).includes('was rolled back to')).length;

describe('a rollback on GitLab’s page', () => {
  it('is told in the channel, recorded, and the lock is offered', async () => {
    flow = await startFlow();
    await toProductionByHand(flow, 'v1.4.0', 'success');
    await flow.sees('v1.4.0 is deployed to production');

    const back = pipelineOf('v1.3.0');
    await flow.gitlab.retry(flow.gitlab.job('deploy-prod', back).id, 'raj');
    await flow.gitlab.settle(back);

    const message = await flow.sees('was rolled back to');
    expect(message.threadTs).toBeUndefined();
    expect(words(message)).toContain(
      "production of acme/production-app was rolled back to v1.3.0 on GitLab's page by Raj Patel.",
    );
    expect(words(message)).toMatch(/Now: v1\.3\.0 .* before: v1\.4\.0/);
    expect(flow.audit().filter(({ action }) => action === 'rollback.observed')).toEqual([
      expect.objectContaining({
        outcome: 'succeeded',
        reason: 'on_gitlab',
        environment: 'production',
        version: 'v1.3.0',
        actor: expect.objectContaining({ slackUserId: 'U0RAJ' }),
      }),
    ]);

    await flow.pressesOn('U0MIA', message, 'Lock production');
    await until('the environment is locked', () =>
      flow.audit().some(({ action, outcome }) => action === 'lock' && outcome === 'succeeded'),
    );
    await flow.restart();
    expect(seen()).toBe(1);
  });

  it('is no rollback when the newest version is deployed, first or again', async () => {
    flow = await startFlow();
    const id = await toProductionByHand(flow, 'v1.4.0', 'success');
    await flow.sees('v1.4.0 is deployed to production');
    await flow.gitlab.retry(flow.gitlab.job('deploy-prod', id).id);
    await flow.gitlab.settle(id);
    await toProductionByHand(flow, 'v1.5.0', 'success');
    await flow.sees('v1.5.0 is deployed to production');

    expect(seen()).toBe(0);
    expect(flow.audit().filter(({ action }) => action === 'rollback.observed')).toEqual([]);
  });

  it('is not told a second time when it was asked for in Slack', async () => {
    flow = await startFlow();
    await toProductionByHand(flow, 'v1.4.0', 'success');
    await flow.types('U0MIA', '/rollback production');
    await flow.presses('U0MIA', 'Roll back');
    await until('the job of v1.3.0 runs again', () => flow.writes().some((line) => line.endsWith('/retry')));
    await flow.gitlab.settle();
    await flow.sees('production is rolled back to v1.3.0');
    await flow.gitlab.deliverWebhooks();
    await flow.restart();

    expect(flow.shown().filter((message) => words(message).includes('on GitLab'))).toEqual([]);
  });
});

describe('a deployment that failed on GitLab’s page', () => {
  it('has a button that takes it back', async () => {
    flow = await startFlow();
    await toProductionByHand(flow, 'v1.4.0', 'failed');

    const failure = await flow.sees('The deployment of v1.4.0 to production failed.');
    await flow.pressesOn('U0MIA', failure, 'Roll back');

    const plan = await flow.reads('U0MIA', 'Roll back production to v1.3.0?');
    expect(words(plan)).toContain('v1.4.0');
  });

  it.each([
    ['half an hour', 30, true],
    ['more than two hours', 125, false],
  ])('that is heard of after %s is marked late', async (_, minutes, offered) => {
    const clock = movableClock();
    flow = await startFlow({ clock });
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.gitlab.play(flow.gitlab.job('deploy-canary', id).id);
    await flow.gitlab.settle(id);
    await flow.gitlab.play(flow.gitlab.job('deploy-prod', id).id);
    await flow.sees('v1.4.0 is deployed to production-canary');
    await flow.stopBot();
    await flow.gitlab.finish('deploy-prod', 'failed', { pipelineId: id });
    await flow.gitlab.deliverWebhooks();
    clock.moveMs(minutes * 60_000);
    await flow.startBot();

    const late = await flow.sees('the deployment to production failed');

    expect(words(late)).toContain('Late: v1.4.0 moved on while I was away');
    expect(words(late).includes('Roll back')).toBe(offered);
  });
});
