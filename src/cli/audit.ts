import type { Environment } from '../config/environment.ts';
import { type AuditHead, auditHead, parseAuditHead } from '../domain/audit.ts';
import { UsageError } from '../domain/errors.ts';
import { readAudit } from '../store/read-audit.ts';
import { type AuditFault, type AuditVerdict, verifyAudit } from '../store/verify-audit.ts';
import { type AuditExport, exportAudit } from './audit/export.ts';
import { count } from './count.ts';
import { databaseAddress } from './database-address.ts';
import { readFlags } from './flags.ts';

const usage = `chatops audit verify [--head seq:hash]
chatops audit export [--project group/project] [--environment name] [--since 2026-01-01] [--until 2026-12-31T18:00]
                     [--format csv|jsonl] [--releases]`;

export interface AuditOptions {
  /** What stands behind `chatops audit`. */
  readonly args: readonly string[];
  readonly env: Environment;
  readonly cwd: string;
  /** Takes the text that is made, piece by piece. */
  readonly write: (pieces: AsyncIterable<string>) => Promise<void>;
}

/**
 * `chatops audit verify` and `chatops audit export`, beside a bot that may be running. Of the settings it needs
 * `DATABASE_URL` alone, so that a copy can be looked at anywhere.
 * @returns The exit code: 1 when the audit is not what was written.
 * @throws UsageError, ConfigError, StoreError
 */
export async function runAudit({ args, env, cwd, write }: AuditOptions): Promise<0 | 1> {
  const [deed, ...rest] = args;
  const database = databaseAddress(env, cwd);
  if (deed === 'verify') {
    const head = readHead(rest);
    const verdict = await readAudit(database, (links) => verifyAudit(links, head));
    await write(lines(describeVerdict(verdict, head)));
    return verdict.kind === 'whole' ? 0 : 1;
  }
  if (deed !== 'export') throw new UsageError('What about the audit?', { hint: usage });
  const wanted = readWanted(rest);
  await readAudit(database, (links) => write(exportAudit(links, wanted)));
  return 0;
}

function readHead(args: readonly string[]): AuditHead | undefined {
  const { values } = readFlags({ args: [...args], options: { head: { type: 'string' } } }, usage);
  if (values.head === undefined) return undefined;
  const head = parseAuditHead(values.head);
  if (head) return head;
  throw new UsageError('--head is not the head of an audit.', {
    hint: 'Copy audit_head from a line of the log: a number, a colon and 64 digits and letters a to f.',
  });
}

function describeVerdict(verdict: AuditVerdict, known: AuditHead | undefined): readonly string[] {
  if (verdict.kind === 'broken') {
    return [`Entry ${verdict.seq} of the audit is the first that is wrong: ${faults[verdict.fault]}`];
  }
  const whole = `The audit is whole: ${count(verdict.entries, 'entry', 'entries')}.`;
  const head = verdict.head === undefined ? [] : [`Its head is ${auditHead(verdict.head)}`];
  const unknown = 'Whether entries were cut off at its end only --head can tell, with the audit_head of a log line.';
  return [whole, ...head, ...(known === undefined ? [unknown] : [])];
}

const faults: Readonly<Record<AuditFault, string>> = {
  changed: 'it is not what was written under this number. It was changed, moved or put in.',
  missing: 'it is not there. It was removed.',
  not_following: 'it does not follow the entry before it. One of the two was put in, replaced or moved.',
  cut_off: 'it is not there, nor anything after it. The end was cut off.',
  rewritten: 'it is another one than the head was taken of. The audit was written anew, from there or before.',
};

function readWanted(args: readonly string[]): AuditExport {
  const { values } = readFlags(
    {
      args: [...args],
      options: {
        project: { type: 'string' },
        environment: { type: 'string' },
        since: { type: 'string' },
        until: { type: 'string' },
        format: { type: 'string', default: 'csv' },
        releases: { type: 'boolean', default: false },
      },
    },
    usage,
  );
  const { project, environment, format, releases } = values;
  if (format !== 'csv' && format !== 'jsonl') throw new UsageError('--format is csv or jsonl.', { hint: usage });
  const since = readTime('--since', values.since)?.from;
  const until = readTime('--until', values.until)?.to;
  return { project, environment, format, releases, since, until };
}

/** A day, or a minute of it, in UTC: where it begins, and where it ends. */
function readTime(flag: string, text: string | undefined): { readonly from: Date; readonly to: Date } | undefined {
  if (text === undefined) return undefined;
  const [, day, minute] = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})Z?)?$/.exec(text) ?? [];
  const from = new Date(`${day}T${minute ?? '00:00'}:00Z`);
  // A 31st of February would become a day of March.
  if (day === undefined || Number.isNaN(from.getTime()) || !from.toISOString().startsWith(day)) {
    throw new UsageError(`${flag} is not a time.`, { hint: 'Write 2026-01-31, or 2026-01-31T18:00, in UTC.' });
  }
  return { from, to: minute === undefined ? new Date(from.getTime() + 86_400_000) : from };
}

async function* lines(texts: readonly string[]): AsyncGenerator<string> {
  for (const text of texts) yield `${text}\n`;
}
