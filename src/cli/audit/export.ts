import type { RecordedEntry } from '../../domain/audit.ts';
import { foldReleases } from '../../domain/release-record.ts';
import { readEntry } from '../../store/tables/audit.ts';
import type { StoredLink } from '../../store/verify-audit.ts';
import { type Columns, entryColumns, releaseColumns } from './columns.ts';
import { csvLine } from './csv.ts';

/** What is wanted of the audit, and how it is written. */
export interface AuditExport {
  readonly project: string | undefined;
  readonly environment: string | undefined;
  /** Neither before `since` nor at or after `until`. */
  readonly since: Date | undefined;
  readonly until: Date | undefined;
  readonly format: 'csv' | 'jsonl';
  /** One row for each deploy and rollback, instead of one for each entry. */
  readonly releases: boolean;
}

/** The text of an export, piece by piece. */
export async function* exportAudit(links: AsyncIterable<StoredLink>, wanted: AuditExport): AsyncGenerator<string> {
  const { format, releases } = wanted;
  if (releases) {
    if (format === 'csv') yield csvLine(Object.keys(releaseColumns));
    // A deploy belongs to the time when it was confirmed, however long it took.
    const entries: RecordedEntry[] = [];
    for await (const recorded of entriesOf(links, wanted)) entries.push(recorded);
    for (const record of foldReleases(entries)) {
      if (isWithin(record.confirmedAt, wanted)) yield writeRow(record, releaseColumns, format);
    }
    return;
  }
  if (format === 'csv') yield csvLine(Object.keys(entryColumns));
  for await (const recorded of entriesOf(links, wanted)) {
    if (isWithin(recorded.entry.at, wanted)) yield writeRow(recorded, entryColumns, format);
  }
}

async function* entriesOf(
  links: AsyncIterable<StoredLink>,
  { project, environment }: AuditExport,
): AsyncGenerator<RecordedEntry> {
  for await (const link of links) {
    const entry = readEntry(link);
    const isOfProject = project === undefined || entry.project === project;
    if (isOfProject && (environment === undefined || entry.environment === environment))
      yield { seq: link.seq, hash: link.hash, entry };
  }
}

function isWithin(at: Date, { since, until }: AuditExport): boolean {
  return (since === undefined || at >= since) && (until === undefined || at < until);
}

function writeRow<Row>(row: Row, columns: Columns<Row>, format: AuditExport['format']): string {
  const cells = Object.entries(columns).map(([name, read]) => [name, read(row)] as const);
  // Cells without a value are left out of JSON by themselves.
  return format === 'csv' ? csvLine(cells.map(([, cell]) => cell)) : `${JSON.stringify(Object.fromEntries(cells))}\n`;
}
