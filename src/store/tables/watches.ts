import type { Selectable } from 'kysely';
import type { WatchesTable } from '../../app/store-ports.ts';
import { notifyKinds } from '../../domain/project.ts';
import type { Watch } from '../../domain/watch.ts';
import type { Database, Schema } from '../schema.ts';

/** The channels that people added with `/chatops watch`. */
export function createWatchesTable(db: Database): WatchesTable {
  return {
    all: () => allWatches(db),
    async find(channel, project) {
      const row = await db
        .selectFrom('watches')
        .selectAll()
        .where('channel', '=', channel)
        .where('project_key', '=', project.toLowerCase())
        .executeTakeFirst();
      return row && toWatch(row);
    },
    async put(watch) {
      const facts = {
        project: watch.project,
        notify: watch.notify?.join(' ') ?? null,
        deployable: watch.deployable ? 1 : 0,
        slack_user_id: watch.by.slackUserId,
        username: watch.by.username,
        since: watch.since.getTime(),
      };
      await db
        .insertInto('watches')
        .values({ channel: watch.channel, project_key: watch.project.toLowerCase(), ...facts })
        .onConflict((conflict) => conflict.columns(['channel', 'project_key']).doUpdateSet(facts))
        .execute();
    },
    async remove(channel, project) {
      const result = await db
        .deleteFrom('watches')
        .where('channel', '=', channel)
        .where('project_key', '=', project.toLowerCase())
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
  };
}

/** Every watch, by when it was set up. */
export async function allWatches(db: Database): Promise<readonly Watch[]> {
  const rows = await db
    .selectFrom('watches')
    .selectAll()
    .orderBy('since')
    .orderBy('channel')
    .orderBy('project')
    .execute();
  return rows.map(toWatch);
}

function toWatch(row: Selectable<Schema['watches']>): Watch {
  const said = row.notify?.split(' ');
  return {
    channel: row.channel,
    project: row.project,
    // A word of another version is left out.
    notify: said && notifyKinds.filter((kind) => said.includes(kind)),
    deployable: row.deployable === 1,
    by: { slackUserId: row.slack_user_id, username: row.username },
    since: new Date(row.since),
  };
}
