import type { Operation } from '../../domain/operation.ts';
import type { SlackContent } from '../ports.ts';
import type { Tables } from '../store-ports.ts';
import { mailRow } from './mail-row.ts';

/**
 * Mails the end of an operation that somebody has to know of: it failed, nobody can tell how it stands, or it took its
 * environment back. Where a job failed, its deployment may have been mailed already, under the same key.
 */
export async function mailOperationEnd(
  tables: Pick<Tables, 'inbox'>,
  operation: Operation,
  { card, now }: { readonly card: SlackContent; readonly now: Date },
): Promise<void> {
  const { id, kind, state, project, environment, steps } = operation;
  const isWayBack = kind === 'rollback' && state === 'succeeded';
  if (state !== 'failed' && state !== 'stuck' && !isWayBack) return;
  const failed = steps.find((step) => step.state === 'failed' && step.reason === 'job_failed');
  const key = failed?.jobId === undefined ? `operation:${id}` : `job:${failed.jobId}`;
  await tables.inbox.add(mailRow({ project, environment, key, content: card }, now));
}
