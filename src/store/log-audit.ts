import type { Log } from '../app/ports.ts';
import { auditHead, type RecordedEntry } from '../domain/audit.ts';

/**
 * One line for each entry of the audit, with the head of its chain: kept with the log, out of the reach of who can
 * write to the database, it shows later whether anything was changed or cut off.
 */
export function logAudit(log: Log, recorded: RecordedEntry): void {
  const { actor, action, outcome, reason, project, environment, version, operationId } = recorded.entry;
  const slackUserId = actor === 'chatops' ? actor : actor.slackUserId;
  log.info(
    {
      audit_head: auditHead(recorded),
      event: action,
      outcome,
      reason,
      actor: slackUserId,
      gitlab_user: actor === 'chatops' ? undefined : actor.gitlab?.username,
      project,
      environment,
      version,
      operation_id: operationId,
    },
    'audit entry',
  );
}
