import { closeSync, mkdirSync, openSync, readdirSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkStore } from '../../src/cli/doctor/store.ts';
import { createPostgresStore } from '../../src/store/postgres.ts';
import { createSqliteStore } from '../../src/store/sqlite.ts';
import { hasPostgres, startPostgres, withoutPostgres } from '../support/postgres.ts';
import { type Installation, install } from './setup.ts';

const received = { key: 'one', source: 'gitlab', body: '{}', receivedAt: new Date() } as const;

/** The store of a bot, as this test fills it. */
async function openStore({ folder }: Installation) {
  return createSqliteStore({ path: path.join(folder, 'chatops.db'), now: () => new Date() });
}

/** What a failing disk does: the first page of the table is no page any more. */
function overwriteTable(file: string, table: string): void {
  const database = new DatabaseSync(file);
  database.exec('pragma wal_checkpoint(truncate)');
  const { rootpage } = database.prepare('select rootpage from sqlite_master where name = ?').get(table) ?? {};
  const { page_size: size } = database.prepare('pragma page_size').get() ?? {};
  database.close();
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(Number(size), 0xff), 0, Number(size), (Number(rootpage) - 1) * Number(size));
  closeSync(descriptor);
}

describe('chatops doctor, the store', () => {
  it('need not be there yet, and is not made', async () => {
    const installation = await install();

    expect(await installation.findings('store')).toMatchObject([
      { level: 'ok', seen: expect.stringMatching(/first start makes it/) },
    ]);
    expect(readdirSync(installation.folder)).toEqual(['chatops.yml']);
  });

  it('that cannot be made is a problem', async () => {
    const installation = await install();
    installation.env['DATABASE_URL'] = 'sqlite:nowhere/chatops.db';

    expect(await installation.findings('store')).toMatchObject([
      { level: 'problem', mend: expect.stringMatching(/DATABASE_URL/) },
    ]);
  });

  it('that is no database is a problem', async () => {
    const installation = await install();
    writeFileSync(path.join(installation.folder, 'chatops.db'), 'once upon a time there was no database '.repeat(200));

    expect(await installation.findings('store')).toMatchObject([
      { level: 'problem', mend: expect.stringMatching(/not a SQLite database/) },
    ]);
  });

  it('that is a folder is a problem', async () => {
    const installation = await install();
    mkdirSync(path.join(installation.folder, 'chatops.db'));

    expect(await installation.findings('store')).toMatchObject([{ level: 'problem' }]);
  });

  it('that is damaged is a problem, and the mend is the last backup', async () => {
    const installation = await install();
    await (await openStore(installation)).close();
    const file = path.join(installation.folder, 'chatops.db');
    overwriteTable(file, 'audit');

    expect(await installation.findings('store')).toMatchObject([
      { level: 'problem', seen: expect.stringMatching(/is damaged/), mend: expect.stringMatching(/backup/) },
    ]);
  });

  it('that may not be written is a problem', async () => {
    const installation = await install();
    await (await openStore(installation)).close();
    const checkup = {
      env: {},
      cwd: installation.folder,
      readFile: () => '',
      now: () => new Date(),
      progress: () => undefined,
    };

    const { value } = await checkStore(checkup, { kind: 'sqlite', path: 'chatops.db' }, () => false).next();

    expect(value).toMatchObject({ code: 'store', level: 'problem', seen: expect.stringMatching(/cannot be written/) });
  });

  it('in memory is a warning', async () => {
    const installation = await install();
    installation.env['DATABASE_URL'] = 'sqlite::memory:';

    expect(await installation.findings('store_in_memory')).toMatchObject([{ level: 'warning' }]);
  });

  it('names the bot that works on it, beside which it is looked at', async () => {
    const installation = await install();
    const store = await openStore(installation);
    await store.lease({ holder: 'x', holderLabel: 'host (process 7)' }).tryAcquire();

    expect(await installation.findings('store')).toMatchObject([
      { level: 'ok', seen: expect.stringMatching(/host \(process 7\) works on it/) },
    ]);
    await store.close();
  });

  it('with queues that stand still is a warning', async () => {
    const installation = await install();
    const store = await openStore(installation);
    await store.tables.inbox.add({ ...received, receivedAt: new Date(Date.now() - 3_600_000) });
    await store.close();

    expect(await installation.findings('inbox')).toMatchObject([
      { level: 'warning', seen: expect.stringMatching(/60 minutes/) },
    ]);
    expect(await installation.findings('outbox')).toMatchObject([{ level: 'ok' }]);
    expect(await installation.findings('dead_letters')).toMatchObject([{ level: 'ok' }]);
  });

  it('with messages that wait for long is a warning', async () => {
    const installation = await install();
    const store = await openStore(installation);
    await store.tables.outbox.put(
      { key: 'm', channel: 'C0DEPLOYS', rootKey: undefined, lane: 'failure', text: 'x', blocks: [] },
      new Date(Date.now() - 3_600_000),
    );
    await store.close();

    expect(await installation.findings('outbox')).toMatchObject([
      { level: 'warning', mend: expect.stringMatching(/Slack/) },
    ]);
  });

  it('with dead letters is a warning that says why', async () => {
    const installation = await install();
    const store = await openStore(installation);
    await store.tables.inbox.add(received);
    const [row] = await store.tables.inbox.due('gitlab', new Date(Date.now() + 1000), 1);
    await store.tables.inbox.dead(row?.id ?? 0, 'the body was odd', new Date());
    await store.close();

    expect(await installation.findings('dead_letters')).toMatchObject([
      { level: 'warning', seen: expect.stringMatching(/the body was odd/) },
    ]);
  });

  it('with a channel that takes no messages is told with the channel, the reason and the mend', async () => {
    const installation = await install();
    const store = await openStore(installation);
    const held = { code: 'is_archived', since: Date.now(), probeAt: Date.now() };
    await store.tables.meta.set('channel_held/C0DEPLOYS', JSON.stringify(held));
    await store.close();

    expect(await installation.findings('channel_held')).toMatchObject([
      {
        level: 'warning',
        seen: expect.stringMatching(/C0DEPLOYS.*is_archived/),
        mend: expect.stringMatching(/unarchive/),
      },
    ]);
  });
});

describe.skipIf(!hasPostgres)(`chatops doctor, a store on Postgres${withoutPostgres}`, () => {
  it('is named without its password, before and after a bot has used it', async () => {
    const server = await startPostgres();
    onTestFinished(() => server.stop());
    const { url } = server.newDatabase();
    const installation = await install();
    installation.env['DATABASE_URL'] = url.replace('chatops@', 'chatops:sesame@');

    const [before] = await installation.findings('store');
    expect(before).toMatchObject({ level: 'ok', seen: expect.stringContaining('the first start makes its tables') });

    const store = await createPostgresStore({ url, now: () => new Date() });
    await store.lease({ holder: 'x', holderLabel: 'host (process 7)' }).tryAcquire();
    const [after] = await installation.findings('store');
    await store.close();
    expect(after).toMatchObject({ level: 'ok', seen: expect.stringContaining('host (process 7) works on it') });
    expect(JSON.stringify([before, after])).not.toContain('sesame');
  });

  it('that cannot be reached is a problem', async () => {
    const installation = await install();
    installation.env['DATABASE_URL'] = 'postgres://chatops:sesame@127.0.0.1:1/chatops';

    const found = await installation.findings('store');

    expect(found).toMatchObject([{ level: 'problem', mend: expect.stringContaining('Check host and port') }]);
    expect(JSON.stringify(found)).not.toContain('sesame');
  });
});
