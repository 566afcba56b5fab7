import { z } from 'zod';
import { OutsideError } from '../../domain/errors.ts';
import type { InboxRow } from '../store-ports.ts';
import { type AnnotateDeps, annotate } from './annotate.ts';
import { type SendMailDeps, sendMail } from './send-mail.ts';

export type TellOutsideDeps = AnnotateDeps & SendMailDeps;

const Work = z.object({ kind: z.enum(['annotation', 'mail']) });

/**
 * Tells Grafana or the mail server one thing. What cannot come about by trying again is given up at once: kept, counted
 * and shown.
 * @throws OutsideError to be tried again later.
 */
export async function tellOutside(row: InboxRow, deps: TellOutsideDeps): Promise<void> {
  try {
    await (Work.parse(JSON.parse(row.body)).kind === 'mail' ? sendMail(row, deps) : annotate(row, deps));
  } catch (error) {
    if (!(error instanceof OutsideError) || error.retryable) throw error;
    deps.log.error({ delivery_id: row.key, err: error }, 'input given up');
    await deps.store.tables.inbox.dead(row.id, error.message, deps.clock.now());
  }
}
