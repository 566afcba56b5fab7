import { afterEach, describe, expect, it } from 'vitest';
import { movableClock } from '../support/crash.ts';
import { words } from '../support/flow.ts';
import { until } from '../support/until.ts';
import { startWatchedFlow, type WatchedFlow } from '../support/watched-flow.ts';

const clock = movableClock();
let watched: WatchedFlow;

afterEach(() => watched.stop());

const stops = (): readonly string[] => watched.flow.writes().filter((line) => line.endsWith('/stop'));
const told = (text: string): readonly string[] =>
  watched.flow
    .shown()
    .map((message) => words(message))
    .filter((shown) => shown.includes(text));

/** What GitLab told before is told by then: webhooks are taken in in their order. */
async function tellsSomethingLater(): Promise<void> {
  const { flow } = watched;
  flow.gitlab.planFailure('unit-tests');
  const { id } = await flow.gitlab.pushBranch('main');
  await flow.gitlab.settle(id);
  await flow.sees('main · failed');
}

describe('a canary that the bot watches', () => {
  it('is watched in one message, then promoted by a person, and the version is verified', async () => {
    watched = await startWatchedFlow();
    const { flow } = watched;
    const id = await watched.deployCanary('v1.4.0');

    await flow.sees('Watching v1.4.0 on production-canary for 3 s');
    await flow.sees('Promote v1.4.0 to production?');
    await flow.sees('The watch of v1.4.0 on production-canary passed');

    expect(told('v1.4.0 on production-canary')).toEqual([
      expect.stringMatching(
        /The watch of v1\.4\.0 on production-canary passed: 3 good readings in \d s\.\n[▁▂▃▄▅▆▇█·]+\nNow .* · worst 0\.0021 · bad is above 0\.01 · 185 requests\./u,
      ),
    ]);
    expect(words(await flow.sees('Promote v1.4.0'))).toContain(
      'Passed: deploy-canary (production-canary), the watch of',
    );

    await watched.promote('v1.4.0', id);
    await flow.sees('Verified by verify-deployment, 127.0.0.1');
    expect(stops()).toEqual([]);
    expect(flow.audit()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ action: 'canary.watch', outcome: 'succeeded', actor: 'chatops' }),
        expect.objectContaining({ action: 'verify', outcome: 'succeeded', actor: 'chatops' }),
      ]),
    );
  });

  it('is taken away at its first bad reading, and production is left alone', async () => {
    watched = await startWatchedFlow();
    const { flow, service } = watched;
    service.setCanary('bad');
    const id = await watched.deployCanary('v1.4.0');

    const failure = await flow.sees('The watch of v1.4.0 on production-canary failed: 0.0833 is above 0.01.');
    await until('the canary is stopped', () => stops().length === 1);
    await flow.gitlab.settle(id);
    await flow.sees('failed at the watch of production-canary');

    const loud = await flow.sees('The canary of v1.4.0 was bad: production of acme/production-app was not touched.');
    await flow.sees('Locked: production');
    expect(loud.threadTs).toBeUndefined();
    expect(JSON.stringify(loud.blocks)).toContain('"type":"usergroup","usergroup_id":"S0ONCALL"');
    expect(words(loud)).toContain('0.0833 is above 0.01. GitLab stops production-canary.');
    expect(words(failure)).toContain('production was not touched and stays at v1.3.0');
    expect(flow.gitlab.job('stop-canary', id).status).toBe('success');
    expect(flow.gitlab.job('deploy-prod', id).status).toBe('manual');
    expect(told('Promote')).toEqual([]);
    await tellsSomethingLater();
    expect(told('waits for a person: deploy-prod')).toEqual([]);
    expect(words(await flow.types('U0ANN', '/deploy prod v1.4.0'))).toContain('v1.4.0 is bad: its canary did not pass');
    await flow.restart();
    expect(stops()).toHaveLength(1);
    expect(flow.writes().filter((line) => line.endsWith('/retry'))).toEqual([]);
    expect(told('The canary of v1.4.0 was bad')).toHaveLength(1);
    expect(flow.audit()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ action: 'canary.watch', outcome: 'failed', reason: 'breach', actor: 'chatops' }),
        expect.objectContaining({ action: 'canary.abort', outcome: 'succeeded', actor: 'chatops' }),
        expect.objectContaining({ action: 'lock', reason: 'bad_canary', environment: 'production', actor: 'chatops' }),
      ]),
    );
  });

  it('is watched on after a restart, with the readings that were taken', async () => {
    watched = await startWatchedFlow({
      canary: "{ watch: { query: 'a / b', above: 0.01, for: 45s, every: 15s }, then: promote }",
      clock,
    });
    const { flow, service } = watched;
    const id = await watched.deployCanary('v1.4.0');
    await flow.sees('0 of 3 readings good');
    for (const good of [1, 2]) {
      await flow.stopBot();
      clock.moveMs(15_000);
      await flow.startBot();
      await flow.sees(`${good} of 3 readings good`);
    }
    expect(service.queries).toBe(3);
    await flow.stopBot();
    // Nobody looked for an hour: that is no reading, good or bad.
    clock.moveMs(3_600_000);
    await flow.startBot();

    await flow.sees('passed: 3 good readings');
    await until('production is deployed', () => flow.gitlab.job('deploy-prod', id).status !== 'manual');
    expect(service.queries).toBe(4);
    expect(told('Promote')).toEqual([]);
  });

  it('is never healthy without data', async () => {
    watched = await startWatchedFlow();
    const { flow, service } = watched;
    service.setCanary('NaN');
    await watched.deployCanary('v1.4.0');

    await flow.sees('3 of 3 readings say nothing (no data), and no data is not health.');
    await until('the canary is stopped', () => stops().length === 1);
    expect(flow.played()).toEqual(['deploy-canary']);
  });

  it('locks production and calls who is on call also where a job of the pipeline found it bad', async () => {
    watched = await startWatchedFlow({ variables: { CANARY_WATCH: 'job' } });
    const { flow } = watched;
    flow.gitlab.planFailure('monitor-canary');
    await watched.deployCanary('v1.4.0');

    const loud = await flow.sees('The canary of v1.4.0 was bad: production of acme/production-app was not touched.');
    await flow.sees('Locked: production');

    expect(words(loud)).toContain('It did not pass monitor-canary: the job failed.');
    expect(JSON.stringify(loud.blocks)).toContain('S0ONCALL');
    expect(flow.played()).toEqual(['deploy-canary']);
    expect(flow.writes().filter((line) => line.endsWith('/retry'))).toEqual([]);
  });

  it('is left to the job of a pipeline that has one, and the plan says so', async () => {
    watched = await startWatchedFlow({ variables: { CANARY_WATCH: 'job' } });
    const { flow } = watched;
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);

    const plan = words(await flow.types('U0ANN', '/deploy prod v1.4.0'));

    expect(plan).toContain('Warning: Two watches: monitor-canary watches the canary in the pipeline');
    expect(plan).toContain('Wait for monitor-canary');
    expect(plan).not.toContain('Watch production-canary');
  });
});
