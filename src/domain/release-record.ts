import { type Actor, isSamePerson } from './actor.ts';
import type { AuditEntry, RecordedEntry } from './audit.ts';

/** What one needs to know of a deploy or rollback a year later, put together from its entries of the audit. */
export interface ReleaseRecord {
  readonly operationId: string;
  readonly kind: 'deploy' | 'rollback';
  readonly project: string | undefined;
  readonly environment: string | undefined;
  readonly version: string | undefined;
  readonly sha: string | undefined;
  /** What was live before. */
  readonly fromVersion: string | undefined;
  readonly fromSha: string | undefined;
  readonly pipelineId: number | undefined;
  readonly url: string | undefined;
  readonly requester: AuditEntry['actor'];
  readonly confirmedAt: Date;
  readonly policy: string | undefined;
  /** What the gates said when it was confirmed. */
  readonly checks: AuditEntry['checks'];
  /** Who approved it, and did not take it back. */
  readonly approvers: readonly Actor[];
  /** Jobs that were started for it, in order. */
  readonly jobIds: readonly number[];
  /** Undefined: it goes on. */
  readonly outcome: AuditEntry['outcome'] | undefined;
  readonly reason: string | undefined;
  readonly endedAt: Date | undefined;
  /** The entries that it rests on: from the confirmation to the last one. */
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** Makes the records out of the audit's entries, the oldest first; an entry that is of no deploy or rollback is left out. */
export function foldReleases(entries: Iterable<RecordedEntry>): readonly ReleaseRecord[] {
  const records = new Map<string, ReleaseRecord>();
  for (const recorded of entries) {
    const { operationId } = recorded.entry;
    if (operationId === undefined) continue;
    const held = records.get(operationId);
    const next = held ? evolveRelease(held, recorded) : beginRelease(operationId, recorded);
    if (next) records.set(operationId, next);
  }
  return [...records.values()];
}

function beginRelease(operationId: string, { seq, entry }: RecordedEntry): ReleaseRecord | undefined {
  const [, kind] = /^(deploy|rollback)\.confirm$/.exec(entry.action) ?? [];
  if ((kind !== 'deploy' && kind !== 'rollback') || entry.outcome !== 'allowed') return undefined;
  const { project, environment, version, sha, fromVersion, fromSha, pipelineId, url, policy, checks } = entry;
  return {
    operationId,
    kind,
    project,
    environment,
    version,
    sha,
    fromVersion,
    fromSha,
    pipelineId,
    url,
    policy,
    checks,
    requester: entry.actor,
    confirmedAt: entry.at,
    approvers: [],
    jobIds: [],
    outcome: undefined,
    reason: undefined,
    endedAt: undefined,
    firstSeq: seq,
    lastSeq: seq,
  };
}

function evolveRelease(record: ReleaseRecord, { seq, entry }: RecordedEntry): ReleaseRecord {
  const next = { ...record, lastSeq: seq };
  const { action, outcome, actor, reason, jobId, at } = entry;
  if (action === 'operation.end') return { ...next, outcome, reason, endedAt: at };
  if (actor !== 'chatops' && action.startsWith('approval.') && outcome === 'succeeded') {
    const others = record.approvers.filter((approver) => !isSamePerson(approver, actor));
    const isApproval = action === 'approval.approve';
    // Who takes an approval back, or rejects after it, has approved nothing.
    if (isApproval || action === 'approval.withdraw' || action === 'approval.reject')
      return { ...next, approvers: isApproval ? [...others, actor] : others };
  }
  const isStart = (action === 'job.play' || action === 'job.retry') && outcome === 'succeeded';
  return isStart && jobId !== undefined ? { ...next, jobIds: [...record.jobIds, jobId] } : next;
}
