import { renderOperation } from '../cards/operation.ts';
import type { Operation } from '../domain/operation.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import type { DeployPlan, Plan } from '../domain/plan.ts';
import { messageUrl, openThread, pipelineRootKey, putRoot } from './open-thread.ts';
import type { Tables } from './ports.ts';

/** A root older than this notifies nobody any more, so an operation gets a fresh one. */
const freshRootMs = 3_600_000;

/** Makes the operation of a claimed plan, in the pipeline's thread or, if that is old, under a fresh root. */
export async function startOperation(
  tables: Tables,
  about: {
    readonly plan: Plan;
    readonly deed: DeployPlan;
    readonly pipeline: Pipeline;
    readonly id: string;
    readonly now: Date;
  },
): Promise<Operation> {
  const { plan, deed, pipeline, id, now } = about;
  const { channel } = deed;
  if (!(await tables.pipelines.find(pipeline.project.id, pipeline.id))) await tables.pipelines.save(pipeline);
  const thread = await openThread(tables, { channel, pipeline, now });
  const fresh = now.getTime() - thread.createdAt.getTime() < freshRootMs;
  return {
    id,
    planId: plan.id,
    project: deed.project,
    environment: deed.environment,
    release: deed.release,
    pipelineId: deed.pipelineId,
    pipelineUrl: deed.pipelineUrl,
    fromVersion: deed.live?.version,
    state: 'active',
    steps: deed.steps.map((step) => ({ ...step, state: 'pending' })),
    requester: plan.requester,
    channel,
    rootKey: fresh ? thread.rootKey : `${channel}/operation:${id}`,
    createdAt: now,
    nextCheckAt: now,
  };
}

/** Shows a new operation: its card, and the pipeline's root that names it. */
export async function showOperation(
  tables: Tables,
  about: { readonly operation: Operation; readonly pipeline: Pipeline; readonly now: Date },
): Promise<void> {
  const { operation, pipeline, now } = about;
  const thread = await openThread(tables, { channel: operation.channel, pipeline, now });
  if (operation.rootKey !== thread.rootKey) await tables.threads.redirect({ ...thread, newsKey: operation.rootKey });
  await putRoot(tables, { thread: { ...thread, newsKey: operation.rootKey }, pipeline, now });
  await putOperation(tables, operation, now);
}

/** Shows an operation's card: a reply in the pipeline's thread, or a root of its own. */
export async function putOperation(tables: Tables, operation: Operation, now: Date): Promise<void> {
  const own = operation.rootKey.endsWith(`/operation:${operation.id}`);
  const threadUrl = own ? messageUrl(pipelineRootKey(operation.channel, operation.pipelineId)) : undefined;
  await tables.outbox.put(
    {
      key: own ? operation.rootKey : `${operation.rootKey}/operation:${operation.id}`,
      channel: operation.channel,
      rootKey: own ? undefined : operation.rootKey,
      lane: operation.state === 'active' ? 'deployment' : 'failure',
      ...renderOperation({ operation, threadUrl }),
    },
    now,
  );
}
