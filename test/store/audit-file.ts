import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { AuditEntry, RecordedEntry } from '../../src/domain/audit.ts';
import { createSqliteStore } from '../../src/store/sqlite.ts';
import { anEntry, at } from './suite/builders.ts';

/** A database file with an audit in it, for one test. */
export interface AuditFile {
  readonly path: string;
  readonly folder: string;
  /** The head after each entry, as the log has them. */
  readonly heads: readonly string[];
  /** Runs statements as somebody does who owns the file and has taken the triggers away. */
  tamper(sql: string): void;
  remove(): void;
}

/** Writes the entries as the bot does. */
export async function writeAuditFile(entries: readonly Partial<AuditEntry>[]): Promise<AuditFile> {
  const folder = mkdtempSync(path.join(tmpdir(), 'chatops-audit-'));
  const file = path.join(folder, 'chatops.db');
  const heads: string[] = [];
  const info = (fields: Record<string, unknown>): void => {
    if (typeof fields['audit_head'] === 'string') heads.push(fields['audit_head']);
  };
  const log = { debug: info, info, warn: info, error: info };
  const store = await createSqliteStore({ path: file, now: () => at(0), log });
  for (const entry of entries) await store.tables.audit.append(anEntry(entry));
  await store.close();
  return {
    path: file,
    folder,
    heads,
    tamper(sql) {
      const shell = new DatabaseSync(file);
      for (const trigger of ['no_update', 'no_delete', 'no_replace']) shell.exec(`drop trigger audit_${trigger}`);
      shell.exec(sql);
      shell.close();
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** An entry with its place, for rules that read them. */
export function recorded(seq: number, entry: Partial<AuditEntry>): RecordedEntry {
  return { seq, hash: String(seq).padStart(64, '0'), entry: anEntry(entry) };
}
