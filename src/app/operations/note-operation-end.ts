import type { Operation } from '../../domain/operation.ts';
import type { Counters, Log } from '../ports.ts';

/** Logs and counts an operation that ended. To be called once the end is stored, so that each counts once. */
export function noteOperationEnd(
  { id, kind, state, project, environment }: Operation,
  { counters, log }: { readonly counters: Pick<Counters, 'operation'>; readonly log: Log },
): void {
  if (state === 'active') return;
  counters.operation(kind, state);
  log.info({ operation_id: id, project: project.path, environment, reason: state }, 'operation ended');
}
