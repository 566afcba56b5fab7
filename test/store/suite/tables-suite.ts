import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tables } from '../../../src/app/store-ports.ts';
import { InvariantError, StoreError } from '../../../src/domain/errors.ts';
import { aJob, aMessage, ann, anOperation, aPipeline, aPlan, aThread, at, project, sendAllDue } from './builders.ts';
import type { OpenDatabase, Opened } from './opened.ts';

/** The state tables: pipelines, threads, plans, operations, small facts. */
export function tablesSuite(open: OpenDatabase): void {
  let opened: Opened;
  let tables: Tables;

  beforeEach(async () => {
    opened = await open();
    tables = opened.store.tables;
  });
  afterEach(() => opened.dispose());

  describe('pipelines', () => {
    it('finds the pipelines that one triggered', async () => {
      const upstream = { project: { ...project, id: 8 }, pipelineId: 9 };
      await tables.pipelines.save(aPipeline({ id: 12, upstream, jobs: [] }));
      await tables.pipelines.save(aPipeline({ id: 11, jobs: [] }));
      await tables.pipelines.save(aPipeline({ id: 11, upstream, jobs: [] }));
      await tables.pipelines.save(aPipeline({ id: 13, upstream: { ...upstream, pipelineId: 10 }, jobs: [] }));

      const found = await tables.pipelines.downstreamOf(8, 9);

      expect(found.map(({ id }) => id)).toEqual([11, 12]);
      expect(await tables.pipelines.downstreamOf(7, 9)).toEqual([]);
    });

    it('gives back what was saved, dates as dates and dates in text as text', async () => {
      const pipeline = aPipeline({
        commitTitle: '2026-03-01T12:00:00.000Z',
        jobs: [aJob({ startedAt: at(1), user: { username: 'ann', name: 'Ann 🚀' } })],
        deployments: [{ id: 5, environment: 'staging', status: 'running', createdAt: at(2) }],
      });

      await tables.pipelines.save(pipeline);

      expect(await tables.pipelines.find(project.id, 9)).toEqual(pipeline);
      expect(await tables.pipelines.find(project.id, 10)).toBeUndefined();
      expect(await tables.pipelines.find(8, 9)).toBeUndefined();
    });

    it('finds a pipeline by any of its jobs, also one that a retry replaced', async () => {
      await tables.pipelines.save(aPipeline());
      await tables.pipelines.save(aPipeline({ jobs: [aJob({ id: 10_000_000_078 }), aJob({ id: 79, name: 'lint' })] }));

      const found = await Promise.all([77, 10_000_000_078, 79, 80].map((id) => tables.pipelines.findByJob(7, id)));

      expect(found.map((pipeline) => pipeline?.id)).toEqual([9, 9, 9, undefined]);
      expect(found[0]?.jobs).toHaveLength(2);
    });

    it('lists what is not finished or changed since, newest first', async () => {
      await tables.pipelines.save(aPipeline({ id: 1, status: 'manual', foldedAt: at(1), jobs: [] }));
      await tables.pipelines.save(aPipeline({ id: 2, status: 'success', foldedAt: at(1), jobs: [] }));
      await tables.pipelines.save(aPipeline({ id: 3, status: 'failed', foldedAt: at(9), jobs: [] }));
      await tables.pipelines.save(aPipeline({ id: 4, foldedAt: at(9), jobs: [] }));
      await tables.pipelines.save(aPipeline({ id: 5, project: { ...project, id: 8 }, jobs: [] }));

      const open = await tables.pipelines.open(project.id, at(9), 10);

      expect(open.map((row) => row.pipelineId)).toEqual([4, 3, 1]);
      expect(await tables.pipelines.open(project.id, at(9), 1)).toEqual([{ pipelineId: 4 }]);
    });

    it('keeps the health of a branch', async () => {
      await tables.pipelines.saveBranch(7, { ref: 'main', lastPipelineId: 8, brokenByPipelineId: 8 });
      await tables.pipelines.saveBranch(7, { ref: 'main', lastPipelineId: 9, brokenByPipelineId: undefined });

      expect(await tables.pipelines.branch(7, 'main')).toEqual({ ref: 'main', lastPipelineId: 9 });
      expect(await tables.pipelines.branch(7, 'other')).toBeUndefined();
    });

    it('prunes old ones with their jobs and threads', async () => {
      await tables.pipelines.save(aPipeline({ foldedAt: at(1) }));
      await tables.pipelines.save(aPipeline({ id: 10, foldedAt: at(60), jobs: [aJob({ id: 88 })] }));
      for (const pipelineId of [9, 10]) await tables.threads.add(aThread({ pipelineId }));

      const pruned = await tables.pipelines.prune(at(60));

      expect(pruned).toBe(1);
      expect(await tables.pipelines.findByJob(7, 77)).toBeUndefined();
      expect((await tables.pipelines.findByJob(7, 88))?.id).toBe(10);
      expect(await tables.threads.ofPipeline(7, 9)).toEqual([]);
      expect(await tables.threads.ofPipeline(7, 10)).toHaveLength(1);
    });

    it('refuses a stored state that it cannot read', async () => {
      await tables.pipelines.save(aPipeline());
      opened.run(`update pipelines set document = '{"id": 9}'`);

      const reading = tables.pipelines.find(7, 9);

      await expect(reading).rejects.toThrow(StoreError);
      await expect(reading).rejects.toMatchObject({ hint: expect.stringContaining('backup') });
    });
  });

  describe('threads', () => {
    it('finds a thread by channel and pipeline, and all of a pipeline', async () => {
      await tables.threads.add(aThread({ channel: 'C2', createdAt: at(1) }));
      await tables.threads.add(aThread());

      expect(await tables.threads.find('C1', 7, 9)).toEqual(aThread());
      expect(await tables.threads.find('C3', 7, 9)).toBeUndefined();
      expect((await tables.threads.ofPipeline(7, 9)).map((thread) => thread.channel)).toEqual(['C1', 'C2']);
    });

    it('finds a thread by the ts of its root and of the root its news went to', async () => {
      await tables.threads.add(aThread());
      await tables.outbox.put(aMessage(), at(0));
      await tables.outbox.put(aMessage({ key: 'C1/operation:1' }), at(0));
      await sendAllDue(tables, at(0));
      const before = await tables.threads.findByTs('C1', '100.2');

      await tables.threads.redirect(aThread({ newsKey: 'C1/operation:1' }));

      const redirected = aThread({ newsKey: 'C1/operation:1' });
      expect(before).toBeUndefined();
      expect(await tables.threads.findByTs('C1', '100.1')).toEqual(redirected);
      expect(await tables.threads.findByTs('C1', '100.2')).toEqual(redirected);
      expect(await tables.threads.findByTs('C2', '100.1')).toBeUndefined();
    });

    it('refuses to redirect a thread that does not exist', async () => {
      await expect(tables.threads.redirect(aThread())).rejects.toThrow(InvariantError);
    });
  });

  describe('plans', () => {
    it('gives back what was added', async () => {
      await tables.plans.add(aPlan());

      expect(await tables.plans.find('plan-1')).toEqual(aPlan());
      expect(await tables.plans.find('plan-2')).toBeUndefined();
    });

    it('lets exactly one of many presses claim it', async () => {
      await tables.plans.add(aPlan());

      const claims = await Promise.all(
        Array.from({ length: 20 }, () => tables.plans.close('plan-1', 'claimed', at(1))),
      );

      expect(claims.filter(Boolean)).toHaveLength(1);
      expect((await tables.plans.find('plan-1'))?.state).toBe('claimed');
    });

    it('cannot be claimed once it has expired', async () => {
      await tables.plans.add(aPlan());

      expect(await tables.plans.close('plan-1', 'claimed', at(900))).toBe(false);
      expect(await tables.plans.close('plan-1', 'claimed', at(899))).toBe(true);
    });

    it("replaces the same person's other open plans for that place only", async () => {
      await tables.plans.add(aPlan());
      await tables.plans.add(aPlan({ id: 'used', state: 'claimed' }));
      await tables.plans.add(aPlan({ id: 'elsewhere' }, { environment: 'staging' }));
      await tables.plans.add(aPlan({ id: 'of-raj', requester: { slackUserId: 'U0RAJ', gitlab: undefined } }));
      await tables.plans.add(aPlan({ id: 'newer' }));

      await tables.plans.replaceOthers(aPlan({ id: 'newer' }));

      const ids = ['plan-1', 'used', 'elsewhere', 'of-raj', 'newer'];
      const plans = await Promise.all(ids.map((id) => tables.plans.find(id)));
      expect(plans.map((plan) => plan?.state)).toEqual(['replaced', 'claimed', 'open', 'open', 'open']);
    });

    it('lists the open ones of a person that have not expired, oldest first', async () => {
      await tables.plans.add(aPlan({ id: 'later', createdAt: at(10), expiresAt: at(910) }));
      await tables.plans.add(aPlan());
      await tables.plans.add(aPlan({ id: 'closed' }));
      await tables.plans.close('closed', 'canceled', at(1));
      await tables.plans.add(aPlan({ id: 'of-raj', requester: { ...ann, slackUserId: 'U0RAJ' } }));

      expect((await tables.plans.openOf('U0ANN', at(20))).map(({ id }) => id)).toEqual(['plan-1', 'later']);
      expect((await tables.plans.openOf('U0ANN', at(905))).map(({ id }) => id)).toEqual(['later']);
    });

    it('lapses what expired and prunes what is old', async () => {
      await tables.plans.add(aPlan());
      await tables.plans.add(aPlan({ id: 'later', createdAt: at(10), expiresAt: at(910) }));

      expect(await tables.plans.lapse(at(900))).toBe(1);
      expect((await tables.plans.find('plan-1'))?.state).toBe('lapsed');
      expect(await tables.plans.prune(at(10))).toBe(1);
      expect(await tables.plans.find('plan-1')).toBeUndefined();
      expect(await tables.plans.find('later')).toBeDefined();
    });
  });

  describe('meta', () => {
    it('keeps the last value set', async () => {
      await tables.meta.set('polled_at/7', '1');
      await tables.meta.set('polled_at/7', '2');

      expect(await tables.meta.get('polled_at/7')).toBe('2');
      expect(await tables.meta.get('polled_at/8')).toBeUndefined();
    });

    it('lists the facts whose name begins so, letter by letter', async () => {
      for (const name of ['project_id/acme/a', 'project_id/Acme/b', 'projectXid/c', 'Project_id/d'])
        await tables.meta.set(name, '1');

      expect([...(await tables.meta.list('project_id/')).keys()].toSorted()).toEqual([
        'project_id/Acme/b',
        'project_id/acme/a',
      ]);
    });
  });

  describe('operations', () => {
    it('gives back what was added and saved', async () => {
      await tables.operations.add(anOperation());
      const ended = anOperation({ state: 'succeeded', endedAt: at(60), nextCheckAt: at(70) });
      const added = await tables.operations.find('operation-1');

      await tables.operations.save(ended);

      expect(added).toEqual(anOperation());
      expect(await tables.operations.find('operation-1')).toEqual(ended);
      await expect(tables.operations.save(anOperation({ id: 'nothing' }))).rejects.toThrow(InvariantError);
    });
  });
}
