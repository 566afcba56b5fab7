import { describe, expect, it } from 'vitest';
import { warnOfMigrations } from '../../../src/app/rollback/warn-of-migrations.ts';
import { plainText } from '../../../src/domain/phrase.ts';

const globs = ['**/migrations/**'];

describe('warnOfMigrations', () => {
  it.each([
    ['nothing is configured', [], ['db/migrations/1.sql'], []],
    ['none is touched', globs, ['src/app.ts'], []],
    [
      'some are touched',
      globs,
      ['db/migrations/1.sql', 'src/app.ts', 'db/migrations/2.sql'],
      [
        'This range touches 2 migration files: db/migrations/1.sql, db/migrations/2.sql. A rollback does not undo what they did.',
      ],
    ],
    [
      'many are touched',
      globs,
      [1, 2, 3, 4, 5].map((n) => `db/migrations/${n}.sql`),
      [
        'This range touches 5 migration files: db/migrations/1.sql, db/migrations/2.sql, db/migrations/3.sql, and 2 more. A rollback does not undo what they did.',
      ],
    ],
    [
      'GitLab did not name all',
      globs,
      undefined,
      ['GitLab did not name all files that differ, so whether migrations are among them is not known.'],
    ],
  ] as const)('%s', (_case, patterns, files, told) => {
    expect(warnOfMigrations(patterns, files).map(plainText)).toEqual(told);
  });
});
