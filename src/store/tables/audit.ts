import { createHash } from 'node:crypto';
import type { AuditTable } from '../../app/store-ports.ts';
import { type AuditEntry, auditHead, type RecordedEntry } from '../../domain/audit.ts';
import { canonicalJson } from '../../domain/canonical.ts';
import { maskStrings } from '../../domain/mask-strings.ts';
import { AuditDocument } from '../documents.ts';
import { decodeDocument, encodeDocument } from '../json.ts';
import type { Database } from '../schema.ts';
import { inTransaction } from './in-transaction.ts';

/** The hash that the first entry names as the one before it. */
export const auditGenesis = '0'.repeat(64);

export interface AuditOptions {
  /** Told of each entry, before the transaction that it is part of has ended. */
  readonly recorded: (entry: RecordedEntry) => void;
  /** Nothing can be taken out of an entry later, so what looks like a secret does not get in. */
  readonly maskSecrets?: ((text: string) => string) | undefined;
}

/** What was decided and done, one entry after the other. The database refuses to change or delete them. */
export function createAuditTable(db: Database, { recorded, maskSecrets = asItIs }: AuditOptions): AuditTable {
  return {
    append: async (entry) => recorded(await inTransaction(db, (trx) => append(trx, entry, maskSecrets))),
    async newest(limit, { project, environment } = {}) {
      let query = db.selectFrom('audit').select(['seq', 'entry']);
      if (project !== undefined) query = query.where('project', '=', project);
      if (environment !== undefined) query = query.where('environment', '=', environment);
      const rows = await query.orderBy('seq', 'desc').limit(limit).execute();
      return rows.map(readEntry);
    },
    async head() {
      const head = await newestLink(db);
      return head && auditHead(head);
    },
  };
}

/**
 * The hash of an entry: over its number, the hash before it and its stored text, so that an entry changed, taken out
 * or put in between shows in every hash that follows.
 */
export function auditHash(link: { readonly seq: number; readonly prevHash: string; readonly entry: string }): string {
  return createHash('sha256').update(`${link.seq}\n${link.prevHash}\n${link.entry}`).digest('hex');
}

/** An entry out of its stored text. @throws StoreError when it is none */
export function readEntry(row: { readonly seq: number; readonly entry: string }): AuditEntry {
  return decodeDocument(row.entry, AuditDocument, `audit entry ${row.seq}`);
}

function asItIs(text: string): string {
  return text;
}

async function append(db: Database, entry: AuditEntry, maskSecrets: (text: string) => string): Promise<RecordedEntry> {
  const head = await newestLink(db);
  const link = {
    seq: (head?.seq ?? 0) + 1,
    prevHash: head?.hash ?? auditGenesis,
    entry: canonicalJson(maskStrings(JSON.parse(encodeDocument(entry)), maskSecrets)),
  };
  const hash = auditHash(link);
  await db.insertInto('audit').values({ seq: link.seq, prev_hash: link.prevHash, hash, entry: link.entry }).execute();
  return { seq: link.seq, hash, entry };
}

async function newestLink(db: Database): Promise<{ readonly seq: number; readonly hash: string } | undefined> {
  return db.selectFrom('audit').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst();
}
