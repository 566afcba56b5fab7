import type { AuditEntry } from '../../domain/audit.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Tables } from '../store-ports.ts';

/** What every entry of an operation says of it. What nobody asked for was done by the bot. */
export function operationEntry(operation: Operation, now: Date): Omit<AuditEntry, 'action' | 'outcome'> {
  return {
    at: now,
    actor: operation.byItself ? 'chatops' : operation.requester,
    project: operation.project.path,
    environment: operation.environment,
    version: operation.release.version,
    sha: operation.release.sha,
    pipelineId: operation.pipelineId,
    planId: operation.planId,
    operationId: operation.id,
    channel: operation.channel,
    url: operation.pipelineUrl,
  };
}

/** Records how an operation ended, in the transaction of its end: why, if it was not well. */
export async function recordOperationEnd(tables: Pick<Tables, 'audit'>, ended: Operation, now: Date): Promise<void> {
  const { state, steps } = ended;
  const reason = steps.find((step) => step.state !== 'succeeded' && step.reason !== undefined)?.reason;
  await tables.audit.append({
    ...operationEntry(ended, now),
    action: 'operation.end',
    outcome: state === 'succeeded' ? 'succeeded' : 'failed',
    reason: state === 'succeeded' ? undefined : (reason ?? state),
  });
}
