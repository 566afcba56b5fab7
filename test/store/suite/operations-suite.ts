import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OperationsTable } from '../../../src/app/store-ports.ts';
import { StoreError } from '../../../src/domain/errors.ts';
import { anOperation, at, project } from './builders.ts';
import type { OpenDatabase, Opened } from './opened.ts';

/** Operations: the automatic lock, and being looked at in time. */
export function operationsSuite(open: OpenDatabase): void {
  let opened: Opened;
  let operations: OperationsTable;

  beforeEach(async () => {
    opened = await open();
    operations = opened.store.tables.operations;
  });
  afterEach(() => opened.dispose());

  describe('operations add', () => {
    it('lets one of many at once have an environment', async () => {
      const ids = Array.from({ length: 20 }, (_, n) => `operation-${n}`);

      const added = await Promise.all(
        ids.map((id) => opened.store.transaction((tables) => tables.operations.add(anOperation({ id })))),
      );

      expect(added.filter(Boolean)).toHaveLength(1);
      expect(await operations.allActive()).toHaveLength(1);
    });

    it('holds one process against another', async () => {
      const other = await opened.again();

      const added = await Promise.all([
        operations.add(anOperation({ id: 'a' })),
        other.tables.operations.add(anOperation({ id: 'b' })),
      ]);

      expect(added.toSorted()).toEqual([false, true]);
    });

    it('lets go of the environment when the operation ends', async () => {
      await operations.add(anOperation());
      await operations.save(anOperation({ state: 'failed', endedAt: at(9) }));

      expect(await operations.active(project.id, 'production')).toBeUndefined();
      expect(await operations.add(anOperation({ id: 'next' }))).toBe(true);
      expect((await operations.active(project.id, 'production'))?.id).toBe('next');
    });

    it('leaves other environments and projects alone', async () => {
      await operations.add(anOperation());

      expect(await operations.add(anOperation({ id: 'b', environment: 'staging' }))).toBe(true);
      expect(await operations.add(anOperation({ id: 'c', project: { ...project, id: 8 } }))).toBe(true);
    });

    it('does not take an id twice for an environment in use', async () => {
      await operations.add(anOperation());

      await expect(operations.add(anOperation({ environment: 'staging' }))).rejects.toThrow(StoreError);
    });
  });

  describe('operations due', () => {
    it('hands out the active ones whose time has come, the longest waiting first', async () => {
      const times = { a: 5, b: 3, c: 9 };
      for (const [id, second] of Object.entries(times))
        await operations.add(anOperation({ id, environment: id, nextCheckAt: at(second) }));
      await operations.add(anOperation({ id: 'd', environment: 'd', state: 'failed', nextCheckAt: at(1) }));

      expect((await operations.due(at(5), 10)).map((operation) => operation.id)).toEqual(['b', 'a']);
      expect(await operations.due(at(5), 1)).toHaveLength(1);
      expect(await operations.nextDueAt()).toEqual(at(3));
    });

    it('says nothing is due when nothing is active', async () => {
      expect(await operations.nextDueAt()).toBeUndefined();
    });

    it('finds the active ones of a pipeline', async () => {
      await operations.add(anOperation());
      await operations.add(anOperation({ id: 'b', environment: 'staging', createdAt: at(1) }));
      await operations.add(anOperation({ id: 'c', environment: 'dev', pipelineId: 10 }));

      const found = await operations.activeOfPipeline(project.id, 9);

      expect(found.map((operation) => operation.id)).toEqual(['operation-1', 'b']);
    });
  });

  describe('operations wake', () => {
    it('makes those of the pipeline due now, and counts them', async () => {
      await operations.add(anOperation({ nextCheckAt: at(600) }));
      await operations.add(anOperation({ id: 'b', environment: 'dev', pipelineId: 10, nextCheckAt: at(600) }));

      expect(await operations.wake(project.id, 9, at(2))).toBe(1);
      expect(await operations.wake(project.id, 11, at(2))).toBe(0);
      expect((await operations.due(at(2), 10)).map((operation) => operation.id)).toEqual(['operation-1']);
    });

    it('is not lost when a worker that began earlier saves its next look', async () => {
      await operations.add(anOperation({ nextCheckAt: at(1) }));
      const [begun] = await operations.due(at(1), 10);
      await operations.wake(project.id, 9, at(2));

      if (begun) await operations.save({ ...begun, nextCheckAt: at(600) });

      expect((await operations.nextDueAt())?.getTime()).toBeLessThanOrEqual(at(2).getTime());
      expect(await operations.due(at(3), 10)).toHaveLength(1);
    });

    it('is answered once by being handed out and saved', async () => {
      await operations.add(anOperation({ nextCheckAt: at(600) }));
      await operations.wake(project.id, 9, at(2));
      const [woken] = await operations.due(at(2), 10);

      if (woken) await operations.save({ ...woken, nextCheckAt: at(700) });

      expect(await operations.due(at(3), 10)).toEqual([]);
      expect(await operations.nextDueAt()).toEqual(at(700));
    });

    it('is still known after a crash of the worker that it was handed to', async () => {
      await operations.add(anOperation({ nextCheckAt: at(600) }));
      await operations.wake(project.id, 9, at(2));
      await operations.due(at(2), 10);

      const restarted = await opened.again();

      expect(await restarted.tables.operations.due(at(3), 10)).toHaveLength(1);
    });
  });

  describe('operations prune', () => {
    it('deletes what ended before and nothing else', async () => {
      await operations.add(anOperation());
      await operations.add(anOperation({ id: 'old', environment: 'a', state: 'failed', endedAt: at(1) }));
      await operations.add(anOperation({ id: 'new', environment: 'b', state: 'failed', endedAt: at(60) }));

      expect(await operations.prune(at(60))).toBe(1);
      expect(await operations.find('old')).toBeUndefined();
      expect(await operations.find('operation-1')).toBeDefined();
      expect(await operations.find('new')).toBeDefined();
    });
  });
}
