import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tables } from '../../../src/app/store-ports.ts';
import type { EnvironmentRecord } from '../../../src/domain/environment-record.ts';
import { at } from './builders.ts';
import type { OpenDatabase, Opened } from './opened.ts';

const record: EnvironmentRecord = {
  projectId: 1,
  environment: 'production',
  tier: 'production',
  newestId: 12,
  live: { deploymentId: 11, version: 'v1.3.0', since: at(1), rolledBack: false },
  successes: [{ id: 11, environment: 'production', status: 'success', createdAt: at(1) }],
  failures: 1,
  failingSince: at(2),
  heardAt: at(2),
};

/** What was last heard of each environment. */
export function environmentsSuite(open: OpenDatabase): void {
  describe('environments', () => {
    let opened: Opened;
    let tables: Tables;

    beforeEach(async () => {
      opened = await open();
      tables = opened.store.tables;
    });
    afterEach(() => opened.dispose());

    it('gives back what was saved, dates included', async () => {
      await tables.environments.save(record);

      expect(await tables.environments.find(1, 'production')).toEqual(record);
      expect(await tables.environments.find(2, 'production')).toBeUndefined();
    });

    it('keeps one record of each environment, and lists those of a project by name', async () => {
      await tables.environments.save({ ...record, environment: 'staging' });
      await tables.environments.save(record);
      await tables.environments.save({ ...record, failures: 2 });
      await tables.environments.save({ ...record, projectId: 2 });

      const found = await tables.environments.ofProject(1);

      expect(found.map(({ environment, failures }) => [environment, failures])).toEqual([
        ['production', 2],
        ['staging', 1],
      ]);
    });

    it('lists those of production of all projects, by the tier that GitLab said or else by their names', async () => {
      await tables.environments.save({ ...record, tier: undefined });
      await tables.environments.save({ ...record, projectId: 2, environment: 'shop', tier: 'production' });
      await tables.environments.save({ ...record, environment: 'staging', tier: 'staging' });
      await tables.environments.save({ ...record, projectId: 3, environment: 'production', tier: 'other' });

      const found = await tables.environments.ofProduction();

      expect(found.map(({ projectId, environment }) => `${projectId} ${environment}`).toSorted()).toEqual([
        '1 production',
        '2 shop',
      ]);
    });

    it('forgets those that nothing was heard of for long', async () => {
      await tables.environments.save(record);
      await tables.environments.save({ ...record, environment: 'staging', heardAt: at(9) });

      expect(await tables.environments.prune(at(5))).toBe(1);
      expect(await tables.environments.find(1, 'production')).toBeUndefined();
    });
  });
}
