import { type Kysely, sql } from 'kysely';
import { StoreError } from '../domain/errors.ts';
import { init } from './migrations/0001-init.ts';
import { upstream } from './migrations/0002-upstream.ts';
import { tags } from './migrations/0003-tags.ts';
import { watches } from './migrations/0005-watches.ts';
import { locks } from './migrations/0006-locks.ts';
import { environments } from './migrations/0009-environments.ts';
import { links } from './migrations/0010-links.ts';
import { approvals } from './migrations/0011-approvals.ts';
import { auditPlace } from './migrations/0012-audit-place.ts';
import { reviews } from './migrations/0014-reviews.ts';
import { production } from './migrations/0015-production.ts';
import { gitlabWaits } from './migrations/0016-gitlab-waits.ts';
import { botLocks } from './migrations/0017-bot-locks.ts';
import type { Migration, SqlWords } from './migrations/migration.ts';
import type { Schema } from './schema.ts';

const migrations: readonly Migration[] = [
  init,
  upstream,
  tags,
  watches,
  locks,
  environments,
  links,
  approvals,
  auditPlace,
  reviews,
  production,
  gitlabWaits,
  botLocks,
];

/**
 * Brings the schema up to date in one transaction, so that a crash half way leaves the old one. Throws `StoreError`
 * when the database was written by a newer version, which this one would damage.
 */
export async function migrate(db: Kysely<Schema>, words: SqlWords, now: Date): Promise<readonly string[]> {
  return db.transaction().execute(async (trx) => {
    await sql
      .raw(`create table if not exists migrations (name text primary key, applied_at ${words.integer} not null)`)
      .execute(trx);
    const { rows } = await sql<{ name: string }>`select name from migrations`.execute(trx);
    const applied = new Set(rows.map((row) => row.name));
    const unknown = [...applied].filter((name) => migrations.every((migration) => migration.name !== name));
    if (unknown.length > 0) {
      throw new StoreError(`the database was written by a newer version (${unknown.join(', ')})`, {
        hint: 'Start the newer version again, or set DATABASE_URL to a copy that was made before the upgrade.',
      });
    }

    const missing = migrations.filter((migration) => !applied.has(migration.name));
    for (const migration of missing) {
      for (const statement of migration.statements(words)) await sql.raw(statement).execute(trx);
      await sql`insert into migrations (name, applied_at) values (${migration.name}, ${now.getTime()})`.execute(trx);
    }
    return missing.map((migration) => migration.name);
  });
}
