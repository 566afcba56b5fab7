import { describe, expect, it } from 'vitest';
import { findConflicts } from '../../src/config/file-conflicts.ts';
import { ProjectEntry } from '../../src/config/file-schema.ts';

function conflictsOf(...projects: readonly object[]): readonly string[] {
  const placed = projects.map((project, index) => ({
    index,
    entry: ProjectEntry.parse({ project: `acme/p${index}`, channels: [{ id: `C0CHAN${index}` }], ...project }),
  }));
  return findConflicts(placed).map(({ path, problem }) => `${path.join('.')}: ${problem}`);
}

describe('findConflicts', () => {
  it('finds nothing between projects that differ', () => {
    const environments = {
      production: { aliases: ['prod', 'production'] },
      staging: { aliases: ['stage'] },
      'review/*': {},
    };

    expect(conflictsOf({ aliases: ['a'], environments }, { aliases: ['b'], environments })).toEqual([]);
  });

  it('asks for a confirmation on tier production', () => {
    const environments = { production: { confirm: false }, staging: { confirm: false }, preprod: { confirm: false } };

    expect(conflictsOf({ environments })).toEqual([
      'projects.0.environments.production.confirm: `production` is of tier production, where somebody has to confirm',
    ]);
  });

  it('lets projects share a channel as long as one at most is its default', () => {
    const shared = { channels: [{ id: 'C0SHARED' }] };

    expect(conflictsOf(shared, { channels: [{ id: 'C0SHARED', default: true }] }, shared)).toEqual([]);
  });

  it.each([
    [
      'the same project twice',
      [{ project: 'acme/a' }, { project: 'Acme/A' }],
      'projects.1.project: `Acme/A` is listed already',
    ],
    [
      'an alias of two projects',
      [{ aliases: ['app'] }, { aliases: ['App'] }],
      'projects.1.aliases.0: the alias `App` belongs to `acme/p0` already',
    ],
    [
      'two default projects of a channel',
      [{ channels: [{ id: 'C0SHARED', default: true }] }, { channels: [{ id: 'C0SHARED', default: true }] }],
      'projects.1.channels.0.default: channel C0SHARED has the default project `acme/p0` already',
    ],
    [
      'a channel twice in a project',
      [
        {
          channels: [
            { id: 'C0ONE', default: true },
            { id: 'C0ONE', default: true },
          ],
        },
      ],
      'projects.0.channels.1.id: channel C0ONE is listed already for this project',
    ],
    [
      'an alias of two environments',
      [{ environments: { production: { aliases: ['live'] }, staging: { aliases: ['Live'] } } }],
      'projects.0.environments.staging.aliases.0: `Live` means the environment `production` already',
    ],
    [
      'an alias that is another environment',
      [{ environments: { production: { aliases: ['staging'] }, staging: {} } }],
      'projects.0.environments.production.aliases.0: `staging` means the environment `staging` already',
    ],
    [
      'an alias of a pattern',
      [{ environments: { 'review/*': { aliases: ['review'] } } }],
      'projects.0.environments.review/*.aliases: `review/*` is a pattern for many environments, an alias must mean one',
    ],
  ])('finds %s', (_case, projects, conflict) => {
    expect(conflictsOf(...projects)).toEqual([conflict]);
  });
});
