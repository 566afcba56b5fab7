import { describe, expect, it } from 'vitest';
import type { AuditEntry, RecordedEntry } from '../../src/domain/audit.ts';
import { foldReleases } from '../../src/domain/release-record.ts';

const ann = { slackUserId: 'U0ANN', gitlab: { id: 11, username: 'ann', name: 'Ann' } };
const raj = { slackUserId: 'U0RAJ', gitlab: { id: 12, username: 'raj', name: 'Raj' } };
const mia = { slackUserId: 'U0MIA', gitlab: { id: 13, username: 'mia', name: 'Mia' } };
const sha = 'a'.repeat(40);
const fromSha = 'b'.repeat(40);

const at = (minute: number): Date => new Date(Date.UTC(2026, 2, 1, 12, minute));

function audit(...entries: readonly (Partial<AuditEntry> & Pick<AuditEntry, 'action' | 'outcome'>)[]) {
  return entries.map(
    (entry, index): RecordedEntry => ({
      seq: index + 1,
      hash: 'f'.repeat(64),
      entry: { at: at(index), actor: ann, operationId: 'op-1', ...entry },
    }),
  );
}

const confirmed = {
  action: 'deploy.confirm',
  outcome: 'allowed',
  project: 'acme/app',
  environment: 'production',
  version: 'v1.4.0',
  sha,
  fromVersion: 'v1.3.0',
  fromSha,
  pipelineId: 9,
  policy: 'c'.repeat(64),
  checks: { lock: 'pass', after: 'pass' },
} as const;

describe('foldReleases', () => {
  it('tells who asked, who approved, by which rules and checks, from and to which commit, which job, and how it ended', () => {
    const [record, ...more] = foldReleases(
      audit(
        { action: 'deploy', outcome: 'allowed', operationId: undefined },
        confirmed,
        { action: 'approval.ask', outcome: 'succeeded' },
        { action: 'approval.approve', outcome: 'refused', actor: ann, reason: 'approval_own_deploy' },
        { action: 'approval.approve', outcome: 'succeeded', actor: mia },
        { action: 'approval.approve', outcome: 'succeeded', actor: raj },
        { action: 'approval.withdraw', outcome: 'succeeded', actor: mia },
        { action: 'job.play', outcome: 'intended', jobId: 77 },
        { action: 'job.play', outcome: 'succeeded', jobId: 77 },
        { action: 'operation.end', outcome: 'succeeded' },
      ),
    );

    expect(more).toEqual([]);
    expect(record).toMatchObject({
      operationId: 'op-1',
      kind: 'deploy',
      project: 'acme/app',
      environment: 'production',
      version: 'v1.4.0',
      sha,
      fromVersion: 'v1.3.0',
      fromSha,
      requester: ann,
      confirmedAt: at(1),
      approvers: [raj],
      policy: 'c'.repeat(64),
      checks: { lock: 'pass', after: 'pass' },
      jobIds: [77],
      outcome: 'succeeded',
      endedAt: at(9),
      firstSeq: 2,
      lastSeq: 10,
    });
  });

  it('keeps operations apart, in the order in which they were confirmed', () => {
    const records = foldReleases(
      audit(
        confirmed,
        { ...confirmed, action: 'rollback.confirm', operationId: 'op-2' },
        { action: 'job.retry', outcome: 'succeeded', jobId: 5, operationId: 'op-2' },
        { action: 'operation.end', outcome: 'failed', reason: 'job_failed' },
      ),
    );

    expect(records).toMatchObject([
      { operationId: 'op-1', kind: 'deploy', outcome: 'failed', reason: 'job_failed', jobIds: [] },
      { operationId: 'op-2', kind: 'rollback', outcome: undefined, jobIds: [5] },
    ]);
  });

  it('knows nothing of a confirmation that was refused', () => {
    expect(foldReleases(audit({ ...confirmed, outcome: 'refused', reason: 'locked' }))).toEqual([]);
  });
});
