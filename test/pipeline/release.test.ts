import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import type { Ended, Running } from './support/checkout.ts';
import { jobsThat, type Stage, startStage } from './support/stage.ts';
import { absentTools, withoutTools } from './support/tools.ts';

const production = 'production/production-app';

describe.skipIf(absentTools.length > 0)(`the sample pipeline${withoutTools}`, () => {
  let stage: Stage;
  const running: Running[] = [];

  async function ends(run: Running): Promise<Ended> {
    running.push(run);
    return await run.ended;
  }

  async function succeeds(run: Running): Promise<Ended> {
    const ended = await ends(run);
    expect(ended).toMatchObject({ code: 0 });
    return ended;
  }

  async function cancelsHalfWay(run: Running): Promise<void> {
    running.push(run);
    const status = (): string | undefined => stage.cluster.history(production).at(-1)?.status;
    await until('the deployment is half-way', () => status() === 'pending-upgrade', 60_000);
    run.cancel();
    await run.ended;
    stage.cluster.faults.hangs = undefined;
  }

  async function stop(): Promise<void> {
    for (const run of running.splice(0)) run.cancel();
    await stage.stop();
  }

  describe('before anything is live', () => {
    beforeEach(async () => {
      stage = await startStage();
    });

    afterEach(stop);

    it('takes a bad canary away and deploys nothing', async () => {
      stage.cluster.faults.canaryErrors = 0.2;

      const ended = await ends(stage.release('v1.4.0'));

      expect(ended.code).toBe(1);
      expect(ended.output).toMatch(/Error rate 0\.\d+ is above 0\.01/);
      expect(jobsThat('FAIL', ended)).toContain('monitor-canary');
      expect(jobsThat('PASS', ended)).toContain('abort-canary');
      expect(stage.cluster.isRunning(`${production}-canary`)).toBe(false);
      expect(stage.cluster.history(production)).toEqual([]);
    });

    it('does not take silence for health', async () => {
      stage.traffic(false);

      const ended = await ends(stage.release('v1.4.0'));

      expect(ended.code).toBe(1);
      expect(ended.output).toContain('Only none requests reached the canary');
      expect(jobsThat('PASS', ended)).toContain('abort-canary');
      expect(stage.cluster.history(production)).toEqual([]);
    });

    it('does without a watch of its own where the bot watches', async () => {
      const ended = await succeeds(stage.release('v1.3.0', { CANARY_WATCH: 'bot' }));

      expect(jobsThat('PASS', ended)).not.toContain('monitor-canary');
      expect(await stage.liveVersion()).toBe('v1.3.0');
    });
  });

  describe('one release after another', () => {
    beforeAll(async () => {
      stage = await startStage();
      await succeeds(stage.main());
    });

    afterAll(stop);

    it('brings a good one through the canary to production, in the image that main tested', async () => {
      const ended = await succeeds(stage.release('v1.3.0'));

      expect(await stage.liveVersion()).toBe('v1.3.0');
      expect(stage.cluster.isRunning(`${production}-canary`)).toBe(false);
      expect(jobsThat('FAIL', ended)).toEqual([]);
      expect(jobsThat('PASS', ended)).toEqual(
        expect.arrayContaining([
          'unit-tests',
          'integration-tests',
          'code-quality',
          'monitor-canary',
          'verify-deployment',
        ]),
      );
      // Both images are of main's pipeline; the tag's only gave one of them its name.
      expect(stage.cluster.calls.filter((call) => call.startsWith('docker build'))).toHaveLength(2);
      expect(stage.cluster.notices).toHaveLength(1);
      expect(stage.cluster.notices[0]).toContain('Ann \\"Ace\\" Lee');
    });

    it('rolls back by itself when the wrong version is live', async () => {
      stage.cluster.faults.stuckVersion = 'v1.2.9';

      const ended = await ends(stage.release('v1.4.0'));

      expect(ended.code).toBe(1);
      expect(ended.output).toContain('Version mismatch: expected v1.4.0, got v1.2.9');
      expect(jobsThat('PASS', ended)).toContain('auto-rollback-prod');
      expect(stage.cluster.history(production).at(-1)).toMatchObject({
        status: 'deployed',
        description: 'Rollback to 1',
      });
      expect(await stage.liveVersion()).toBe('v1.3.0');
    });

    it('can be rolled back by its button after a deployment was cancelled half-way', async () => {
      stage.cluster.faults.hangs = production;
      await cancelsHalfWay(stage.release('v1.5.0', { CANARY_WATCH: 'bot' }));

      await succeeds(stage.play('rollback-prod', 'v1.5.0'));

      expect(stage.cluster.history(production).at(-1)).toMatchObject({
        status: 'deployed',
        description: 'Rollback to 3',
      });
      expect(await stage.liveVersion()).toBe('v1.3.0');
    });

    it('can be deployed again after that, by an older pipeline as well', async () => {
      stage.cluster.faults.hangs = production;
      await cancelsHalfWay(stage.play('deploy-prod', 'v1.5.0'));

      const again = await succeeds(stage.play('deploy-prod', 'v1.3.0'));

      expect(again.output).toContain('The release was left pending-upgrade: going back to revision 5 first');
      expect(stage.cluster.history(production).at(-1)?.status).toBe('deployed');
      expect(await stage.liveVersion()).toBe('v1.3.0');
    });
  });
});
