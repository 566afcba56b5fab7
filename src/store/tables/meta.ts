import type { MetaTable } from '../../app/store-ports.ts';
import type { Database } from '../schema.ts';

/** Small named facts. */
export function createMetaTable(db: Database): MetaTable {
  return {
    async get(name) {
      const row = await db.selectFrom('meta').select('value').where('name', '=', name).executeTakeFirst();
      return row?.value;
    },
    async set(name, value) {
      await db
        .insertInto('meta')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute();
    },
    async list(prefix) {
      // By length rather than by order or `like`: databases sort text differently, and `_` is a wildcard.
      const rows = await db
        .selectFrom('meta')
        .select(['name', 'value'])
        .where((where) =>
          where(where.fn<string>('substr', ['name', where.lit(1), where.val(prefix.length)]), '=', prefix),
        )
        .execute();
      return new Map(rows.map(({ name, value }) => [name, value]));
    },
  };
}
