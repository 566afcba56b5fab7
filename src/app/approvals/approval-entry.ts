import { type ApprovalRequest, operationOf } from '../../domain/approval.ts';
import type { AuditEntry } from '../../domain/audit.ts';
import { decisionFacts } from '../audit/decision-facts.ts';
import type { Settings } from '../ports.ts';

/** What every entry of the audit says of a request: what it is about, and by which rules of `chatops.yml`. */
export function approvalEntry(
  request: ApprovalRequest,
  { now, settings }: { readonly now: Date; readonly settings: Settings },
): Omit<AuditEntry, 'actor' | 'action' | 'outcome'> {
  const { project, environment, release, pipelineId, jobId, pipelineUrl: url } = request;
  const place = { project: project.path, environment, pipelineId, jobId, url };
  return {
    at: now,
    ...place,
    ...decisionFacts(place, settings),
    version: release.version,
    sha: release.sha,
    ...operationOf(request),
  };
}
