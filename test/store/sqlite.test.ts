import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreError } from '../../src/domain/errors.ts';
import { maskSecrets } from '../../src/log/log.ts';
import { encodeDocument } from '../../src/store/json.ts';
import { createOpenStore, type OpenStore } from '../../src/store/open-store.ts';
import type { Schema } from '../../src/store/schema.ts';
import { createSqliteStore } from '../../src/store/sqlite.ts';
import { createSqliteDialect } from '../../src/store/sqlite-driver.ts';
import { storeSuite } from './store-suite.ts';
import { aLock, anEntry, anInput, at } from './suite/builders.ts';
import type { Opened } from './suite/opened.ts';

async function openSqlite(now: () => Date = () => at(0)): Promise<Opened> {
  const folder = mkdtempSync(path.join(tmpdir(), 'chatops-store-'));
  const file = path.join(folder, 'chatops.db');
  const opened: OpenStore[] = [];
  const again = async (): Promise<OpenStore> => {
    const store = await createSqliteStore({ path: file, now });
    opened.push(store);
    return store;
  };
  const store = await again();
  const shell = new DatabaseSync(file);
  return {
    store,
    again,
    run: (sql) => shell.exec(sql),
    read: (sql) => shell.prepare(sql).all(),
    async dispose() {
      shell.close();
      for (const each of opened) await each.close();
      rmSync(folder, { recursive: true });
    },
  };
}

storeSuite('createSqliteStore', openSqlite);

describe('createSqliteStore on a file', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'chatops-store-'));
    file = path.join(folder, 'chatops.db');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const open = (): Promise<OpenStore> => createSqliteStore({ path: file, now: () => at(0) });

  it('finds everything again after it was closed', async () => {
    const first = await open();
    await first.acceptInput(anInput());
    await first.tables.audit.append(anEntry());
    await first.close();

    const second = await open();

    expect(await second.tables.inbox.due('gitlab', at(0), 10)).toHaveLength(1);
    expect(await second.tables.audit.newest(10)).toEqual([anEntry()]);
    await second.close();
  });

  it('loses nothing that was answered, and keeps nothing half done, when the process is killed', async () => {
    const answered = await runUntilKilled(file);

    const store = await open();
    const due = await store.tables.inbox.due('gitlab', new Date(), 10_000);

    expect(answered).toHaveLength(41 * 8);
    expect(due.map((row) => row.key).toSorted()).toEqual(answered.toSorted());
    expect(await store.tables.meta.get('half')).toBeUndefined();
    await store.close();
  });

  it('works in memory', async () => {
    const store = await createSqliteStore({ path: ':memory:', now: () => at(0) });

    await store.acceptInput(anInput());

    expect(await store.tables.inbox.state()).toMatchObject({ waiting: 1 });
    await store.close();
  });

  it('keeps its file from other users and writes ahead', async () => {
    const store = await open();
    const shell = new DatabaseSync(file);

    expect(statSync(file).mode & 0o077).toBe(0);
    expect(shell.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' });
    shell.close();
    await store.close();
  });

  it('stores text and integers only, which every database has', async () => {
    const store = await open();
    const shell = new DatabaseSync(file);

    const types = shell
      .prepare(`select distinct lower(c.type) as type from sqlite_schema t, pragma_table_info(t.name) c
        where t.type = 'table' and t.name not like 'sqlite_%'`)
      .all()
      .map((row) => row['type']);

    expect(new Set(types)).toEqual(new Set(['integer', 'text']));
    shell.close();
    await store.close();
  });

  it('logs the head of the audit once an entry is durable, and never for one that was rolled back', async () => {
    const lines: Record<string, unknown>[] = [];
    const info = (fields: Record<string, unknown>): number => lines.push(fields);
    const log = { debug: info, info, warn: info, error: info };
    const store = await createSqliteStore({ path: file, now: () => at(0), log });
    lines.length = 0;

    await store.transaction(async ({ audit }) => {
      await audit.append(anEntry({ action: 'first' }));
      await audit.append(anEntry({ action: 'second' }));
      expect(lines).toEqual([]);
    });
    const lost = store.transaction(async ({ audit }) => {
      await audit.append(anEntry({ action: 'lost' }));
      throw new Error('no');
    });
    await expect(lost).rejects.toThrow('no');
    await store.tables.audit.append(anEntry({ action: 'third' }));

    expect(lines.map(({ event }) => event)).toEqual(['first', 'second', 'third']);
    expect(lines.at(-1)).toMatchObject({
      audit_head: await store.tables.audit.head(),
      actor: 'U0ANN',
      gitlab_user: 'ann',
    });
    await store.close();
  });

  it('refuses a replaced audit entry', async () => {
    const store = await open();
    await store.tables.audit.append(anEntry());
    const shell = new DatabaseSync(file);

    const replace = `insert or replace into audit (seq, prev_hash, hash, entry) values (1, '', '', '{}')`;

    expect(() => shell.exec(replace)).toThrow('append-only');
    shell.close();
    await store.close();
  });

  it('refuses a database of a newer version and leaves it as it is', async () => {
    await (await open()).close();
    const shell = new DatabaseSync(file);
    shell.exec(`insert into migrations (name, applied_at) values ('9999-future', 0)`);
    shell.close();

    await expect(open()).rejects.toThrow(/newer version \(9999-future\)/);
  });

  it('takes the locks of an older version over, the bot’s as such', async () => {
    await (await open()).close();
    const shell = new DatabaseSync(file);
    shell.exec(`drop table locks;
      create table locks (id text primary key, project_id integer not null, environment text not null,
        until_at integer, document text not null, unique (project_id, environment));
      delete from migrations where name = '0017-bot-locks'`);
    const anns = aLock({ reason: 'not "holder":"chatops"' });
    const bots = aLock({ id: 'lock-2', environment: 'staging', holder: 'chatops' });
    for (const lock of [anns, bots]) {
      shell
        .prepare('insert into locks values (?, ?, ?, null, ?)')
        .run(lock.id, lock.project.id, lock.environment ?? '', encodeDocument(lock));
    }
    shell.close();

    const store = await open();

    expect(await store.tables.locks.all()).toEqual([anns, bots]);
    expect(await store.tables.locks.take(aLock({ id: 'lock-3', environment: 'staging' }), undefined)).toBe(true);
    expect(await store.tables.locks.take(aLock({ id: 'lock-4' }), undefined)).toBe(false);
    await store.close();
  });

  it('names the file and the mend when it cannot be opened', async () => {
    writeFileSync(file, 'this is a text file, long enough to be looked at as a database header would be '.repeat(20));
    const noDatabase = open();
    const noFolder = createSqliteStore({ path: path.join(folder, 'missing', 'a.db'), now: () => at(0) });
    const aFolder = createSqliteStore({ path: folder, now: () => at(0) });

    await expect(noDatabase).rejects.toThrow(StoreError);
    await expect(noDatabase).rejects.toMatchObject({ hint: expect.stringContaining('not a SQLite database') });
    await expect(noDatabase).rejects.toThrow(file);
    await expect(noFolder).rejects.toMatchObject({ hint: expect.stringContaining('folder of DATABASE_URL') });
    await expect(aFolder).rejects.toMatchObject({ hint: expect.stringContaining('names a folder') });
  });

  it.skipIf(process.getuid?.() === 0)('names the mend when the file may not be written', async () => {
    await (await open()).close();
    chmodSync(file, 0o400);

    await expect(open()).rejects.toMatchObject({ hint: expect.stringContaining('writable') });
  });

  it('lets no secret into the audit, where nobody could take it out again', async () => {
    const store = await createSqliteStore({
      path: file,
      now: () => at(0),
      maskSecrets: (text) => maskSecrets(text, []),
    });

    await store.tables.audit.append({ ...anEntry(), override: 'on fire, glpat-abcDEF123 "at hand"' });

    expect(await store.tables.audit.newest(1)).toMatchObject([{ override: 'on fire, [secret] "at hand"' }]);
    await store.close();
  });

  it('says that the disk is full, keeps what was committed, and goes on once there is room', async () => {
    await (await open()).close();
    const database = new DatabaseSync(file);
    const store = createOpenStore(new Kysely<Schema>({ dialect: createSqliteDialect(database) }), {
      now: () => at(0),
      recorded: () => undefined,
    });
    await store.acceptInput(anInput({ key: 'before' }));
    database.exec('pragma max_page_count = 100');
    const tooMuch = store.transaction(async ({ inbox }) => {
      for (let n = 0; n < 50; n += 1) await inbox.add(anInput({ key: `k${n}`, body: 'x'.repeat(100_000) }));
    });

    await expect(tooMuch).rejects.toMatchObject({ code: 'store', hint: expect.stringContaining('disk is full') });

    database.exec('pragma max_page_count = 1000000');
    expect(await store.acceptInput(anInput({ key: 'after' }))).toBe(true);
    expect((await store.tables.inbox.due('gitlab', at(0), 10)).map((row) => row.key)).toEqual(['before', 'after']);
    await store.close();
  });
});

/** Prints each key once it was accepted; beside that, a transaction is never finished. */
const childProgram = `
  import { createSqliteStore } from ${JSON.stringify(new URL('../../src/store/sqlite.ts', import.meta.url).href)};
  const store = await createSqliteStore({ path: process.argv[1], now: () => new Date() });
  for (let n = 0; n < 2000; n += 1) {
    const keys = Array.from({ length: 8 }, (_, lane) => 'k' + n + '/' + lane);
    await Promise.all(keys.map(async (key) => {
      await store.acceptInput({ key, source: 'gitlab', body: 'x'.repeat(500), receivedAt: new Date() });
      console.log(key);
    }));
    if (n !== 40) continue;
    void store.transaction(async ({ meta, inbox }) => {
      await meta.set('half', 'done');
      await inbox.add({ key: 'half', source: 'gitlab', body: '', receivedAt: new Date() });
      console.log('half');
      await new Promise((resolve) => setTimeout(resolve, 60000));
    });
  }
`;

/** Runs a process that accepts input, kills it in the middle of a transaction, and tells what it had answered. */
async function runUntilKilled(file: string): Promise<readonly string[]> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', childProgram, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const answered: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'half') child.kill('SIGKILL');
    else answered.push(line);
  }
  await exited;
  return answered;
}
