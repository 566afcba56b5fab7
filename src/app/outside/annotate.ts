import { z } from 'zod';
import type { Clock, Lease, Log } from '../ports.ts';
import type { InboxRow, NewInboxRow, Store } from '../store-ports.ts';
import type { AlsoTell, Annotation } from './outside-ports.ts';

const AnnotationWork = z.object({
  kind: z.literal('annotation'),
  annotation: z.object({
    from: z.coerce.date(),
    to: z.coerce.date(),
    tags: z.array(z.string()),
    text: z.string(),
    url: z.string().optional(),
  }),
});

export interface AnnotateDeps {
  readonly also: Pick<AlsoTell, 'annotate'>;
  readonly store: Store;
  readonly lease: Lease;
  readonly clock: Clock;
  readonly maskSecrets: (text: string) => string;
  readonly log: Log;
}

/** No call to Grafana takes longer; the lease must hold for as long. */
const writeLimitMs = 8_000;

/** The inbox row that puts an annotation on Grafana's dashboards. */
export function annotationRow(
  annotation: Annotation,
  { key, now }: { readonly key: string; readonly now: Date },
): NewInboxRow {
  const body = JSON.stringify({ kind: 'annotation', annotation });
  return { key: `annotation/${key}`, source: 'outside', body, receivedAt: now };
}

/** Puts an annotation on Grafana's dashboards. @throws OutsideError to be tried again later. */
export async function annotate(row: InboxRow, deps: AnnotateDeps): Promise<void> {
  const { annotation } = AnnotationWork.parse(JSON.parse(row.body));
  const { inbox } = deps.store.tables;
  // Switched off since it was written down.
  if (!deps.also.annotate) return inbox.done(row.id, 'off', deps.clock.now());
  await deps.lease.ensure(writeLimitMs);
  const [text = '', ...tags] = [annotation.text, ...annotation.tags].map(deps.maskSecrets);
  await deps.also.annotate({ ...annotation, text, tags });
  await inbox.done(row.id, 'told', deps.clock.now());
  deps.log.info({ delivery_id: row.key }, 'annotation written');
}
