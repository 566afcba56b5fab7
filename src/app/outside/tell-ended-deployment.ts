import { z } from 'zod';
import type { EndedDeployment } from '../../domain/ended-deployment.ts';
import type { Clock, Counters, Wake } from '../ports.ts';
import type { InboxRow, NewInboxRow, Store } from '../store-ports.ts';
import { annotationRow } from './annotate.ts';
import type { AlsoTell, Annotation } from './outside-ports.ts';

const Ended = z.object({
  project: z.string(),
  environment: z.string(),
  tier: z.string().optional(),
  version: z.string(),
  outcome: z.enum(['succeeded', 'failed', 'canceled']),
  rollback: z.boolean(),
  startedAt: z.coerce.date(),
  endedAt: z.coerce.date(),
  by: z.string().optional(),
  url: z.string(),
  sinceTagMs: z.number().optional(),
  restoredAfterMs: z.number().optional(),
}) satisfies z.ZodType<EndedDeployment>;

const EndedWork = z.object({ kind: z.literal('deployment_ended'), ended: Ended });

export interface TellEndedDeploymentDeps {
  readonly also: Pick<AlsoTell, 'annotate'>;
  readonly counters: Pick<Counters, 'deployment'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
}

/** The inbox row that counts a deployment and tells Grafana of it. */
export function endedRow(
  ended: EndedDeployment,
  { key, now }: { readonly key: string; readonly now: Date },
): NewInboxRow {
  const body = JSON.stringify({ kind: 'deployment_ended', ended });
  return { key: `deployment-ended/${key}`, source: 'internal', body, receivedAt: now };
}

/** Counts a deployment that ended, and hands it on to Grafana where there is one. */
export async function tellEndedDeployment(row: InboxRow, deps: TellEndedDeploymentDeps): Promise<void> {
  const { ended } = EndedWork.parse(JSON.parse(row.body));
  const now = deps.clock.now();
  await deps.store.transaction(async (tables) => {
    if (deps.also.annotate) await tables.inbox.add(annotationRow(toAnnotation(ended), { key: row.key, now }));
    await tables.inbox.done(row.id, 'told', now);
  });
  deps.counters.deployment(ended);
  deps.wake('inbox');
}

function toAnnotation(ended: EndedDeployment): Annotation {
  const { project, environment, version, outcome, rollback, startedAt, endedAt, url } = ended;
  return {
    from: startedAt,
    to: endedAt,
    tags: ['chatops', rollback ? 'rollback' : 'deployment', project, environment, version, outcome],
    text: sentence(ended),
    url,
  };
}

function sentence({ project, environment, version, outcome, rollback, by }: EndedDeployment): string {
  const who = by === undefined ? '' : ` by ${by}`;
  const deed = rollback
    ? `Rollback of ${environment} of ${project} to ${version}${who}`
    : `Deployment of ${version} to ${environment} of ${project}${who}`;
  return outcome === 'canceled' ? `${deed}: canceled.` : `${deed} ${outcome}.`;
}
