import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { csvLine } from '../../src/cli/audit/csv.ts';
import { runAudit } from '../../src/cli/audit.ts';
import { runBackup } from '../../src/cli/backup.ts';
import { createSqliteStore } from '../../src/store/sqlite.ts';
import { type AuditFile, writeAuditFile } from '../store/audit-file.ts';
import { anEntry, at } from '../store/suite/builders.ts';

const operationId = 'op-1';
const production = { environment: 'production' };

let file: AuditFile;

beforeEach(async () => {
  file = await writeAuditFile([
    { ...production, at: at(0), action: 'deploy', outcome: 'refused', reason: 'locked', version: '=cmd|"/c calc"!A1' },
    {
      ...production,
      at: at(60),
      action: 'deploy.confirm',
      outcome: 'allowed',
      operationId,
      checks: { lock: 'pass', after: 'exempt' },
    },
    { ...production, at: at(120), action: 'operation.end', outcome: 'succeeded', operationId, reason: undefined },
    { at: at(86_400), action: 'lock', actor: 'chatops', project: 'acme/other', environment: 'staging' },
  ]);
});
afterEach(() => file.remove());

async function run(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  let text = '';
  const write = async (pieces: AsyncIterable<string>): Promise<void> => {
    for await (const piece of pieces) text += piece;
  };
  const code = await runAudit({ args, env: { DATABASE_URL: `sqlite:${file.path}` }, cwd: '/', write });
  return { code, text };
}

/** The numbers of the entries that an export has. */
async function seqs(...args: readonly string[]): Promise<readonly number[]> {
  const { text } = await run('export', '--format', 'jsonl', ...args);
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => (JSON.parse(line) as { readonly seq: number }).seq);
}

function backup(to: string): readonly string[] {
  const printed: string[] = [];
  const env = { DATABASE_URL: `sqlite:${file.path}` };
  runBackup({ args: [to], env, cwd: file.folder, print: (line) => printed.push(line) });
  return printed;
}

describe('chatops audit verify', () => {
  it('says that the audit is whole, and names its head to be kept', async () => {
    const { code, text } = await run('verify');

    expect(code).toBe(0);
    expect(text).toContain('The audit is whole: 4 entries.');
    expect(text).toContain(`Its head is ${file.heads[3]}`);
    expect(text).toContain('only --head can tell');
  });

  it('ends with 1 and names the first entry that is wrong', async () => {
    file.tamper(`update audit set entry = replace(entry, 'locked', 'frozen') where seq = 1`);

    expect(await run('verify')).toEqual({
      code: 1,
      text: 'Entry 1 of the audit is the first that is wrong: it is not what was written under this number. It was changed, moved or put in.\n',
    });
  });

  it('finds entries cut off at the end with a head out of the log', async () => {
    file.tamper('delete from audit where seq > 2');

    expect(await run('verify', '--head', file.heads[3] ?? '')).toEqual({
      code: 1,
      text: 'Entry 3 of the audit is the first that is wrong: it is not there, nor anything after it. The end was cut off.\n',
    });
    expect(await run('verify', '--head', file.heads[1] ?? '')).toMatchObject({ code: 0 });
  });

  it('works beside a bot that has the file open', async () => {
    const store = await createSqliteStore({ path: file.path, now: () => at(0) });
    await store.tables.audit.append(anEntry());

    expect(await run('verify')).toMatchObject({ code: 0, text: expect.stringContaining('5 entries') });
    await store.close();
  });

  it('refuses a head that is none, a deed that is none, and a database that is none', async () => {
    await expect(run('verify', '--head', '12:abc')).rejects.toMatchObject({ code: 'usage' });
    await expect(run('show')).rejects.toMatchObject({ code: 'usage' });
    const nowhere = { args: ['verify'], cwd: '/', write: () => Promise.resolve() };
    await expect(runAudit({ ...nowhere, env: { DATABASE_URL: 'sqlite:/nowhere/a.db' } })).rejects.toMatchObject({
      code: 'store',
    });
    await expect(runAudit({ ...nowhere, env: { DATABASE_URL: 'sqlite::memory:' } })).rejects.toMatchObject({
      code: 'config',
    });
  });
});

describe('chatops audit export', () => {
  it('writes one row for each entry, with both identities, and defuses what a spreadsheet would run', async () => {
    const { text } = await run('export');

    const [header = '', first = '', ...rest] = text.split('\r\n');
    expect(header).toMatch(/^seq,at,slack_user,gitlab_user,gitlab_user_id,action,outcome,reason,project,environment,/);
    expect(first).toMatch(/^1,2026-03-01T12:00:00.000Z,U0ANN,ann,11,deploy,refused,locked,acme\/production-app,/);
    expect(first).toContain(`"'=cmd|""/c calc""!A1"`);
    expect(rest).toHaveLength(4);
    expect(text).toContain('after=exempt lock=pass');
  });

  it('takes out a project, an environment and a time, days as a whole and in UTC', async () => {
    expect(await seqs('--project', 'acme/other')).toEqual([4]);
    expect(await seqs('--environment', 'production')).toEqual([1, 2, 3]);
    expect(await seqs('--since', '2026-03-02')).toEqual([4]);
    expect(await seqs('--until', '2026-03-01')).toEqual([1, 2, 3]);
    expect(await seqs('--since', '2026-03-01T12:01', '--until', '2026-03-01T12:02')).toEqual([2]);
  });

  it.each(['yesterday', '2026-02-31', '2026-13-01', '2026-01-01T25:00'])('refuses %s as a time', async (time) => {
    await expect(run('export', '--since', time)).rejects.toMatchObject({ code: 'usage' });
  });

  it('writes one row for each deploy and rollback with --releases', async () => {
    const { text } = await run('export', '--releases', '--format', 'jsonl');

    expect(JSON.parse(text)).toMatchObject({
      operation_id: operationId,
      kind: 'deploy',
      requester_slack: 'U0ANN',
      requester_gitlab: 'ann',
      confirmed_at: '2026-03-01T12:01:00.000Z',
      checks: 'after=exempt lock=pass',
      outcome: 'succeeded',
      ended_at: '2026-03-01T12:02:00.000Z',
      first_seq: 2,
      last_seq: 3,
    });
  });
});

describe('csvLine', () => {
  it('quotes what would break the line', () => {
    expect(csvLine(['a,b', 'say "x"', 'two\nlines', 'plain', 7, undefined])).toBe(
      '"a,b","say ""x""","two\nlines",plain,7,\r\n',
    );
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx'])('defuses %j', (text) => {
    expect(csvLine([text])).toMatch(/^"?'/);
  });
});

describe('chatops backup', () => {
  it('leaves a Postgres to its own programs', () => {
    const env = { DATABASE_URL: 'postgres://chatops:sesame@db/chatops' };
    const copy = (): void => runBackup({ args: ['/nowhere/copy.db'], env, cwd: '/', print: () => undefined });

    expect(copy).toThrow(/pg_dump/);
    expect(copy).not.toThrow(/sesame/);
  });

  it('copies the whole database for this user only, beside a bot that has it open', async () => {
    const store = await createSqliteStore({ path: file.path, now: () => at(0) });
    await store.tables.audit.append(anEntry({ action: 'while open' }));
    const copy = path.join(file.folder, 'copy.db');

    expect(backup('copy.db')).toEqual([`Copied into ${copy}`]);

    expect(statSync(copy).mode & 0o777).toBe(0o600);
    const copied = await createSqliteStore({ path: copy, now: () => at(0) });
    expect(await copied.tables.audit.newest(1)).toMatchObject([{ action: 'while open' }]);
    expect(await copied.tables.audit.head()).toBe(await store.tables.audit.head());
    await Promise.all([store.close(), copied.close()]);
  });

  it('overwrites nothing', () => {
    const there = path.join(file.folder, 'there.db');
    writeFileSync(there, 'mine');

    expect(() => backup('there.db')).toThrow('there is a file');
    expect(readFileSync(there, 'utf8')).toBe('mine');
  });

  it('leaves nothing where it could not be made', () => {
    writeFileSync(file.path, 'no database at all, but long enough to be read as one by somebody'.repeat(99));

    expect(() => backup('copy.db')).toThrow('cannot copy');
    expect(existsSync(path.join(file.folder, 'copy.db'))).toBe(false);
  });
});
