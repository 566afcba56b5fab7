import { renderOperation } from '../../cards/operation.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Pipeline } from '../../domain/pipeline.ts';
import type { OperationPlan, Plan } from '../../domain/plan.ts';
import { showWhereAsked } from '../input/where-asked.ts';
import { tellPassedLocks } from '../locks/pass-locks.ts';
import { messageUrl, openThread, operationRootKey, putRoot } from '../notices/open-thread.ts';
import { findHome } from '../pipelines/pipeline-family.ts';
import type { Tables } from '../store-ports.ts';

/** A root older than this notifies nobody any more, so an operation gets a fresh one. */
const freshRootMs = 3_600_000;

/** Makes the operation of a claimed plan, in the pipeline's thread or, if that is old, under a fresh root. */
export async function startOperation(
  tables: Tables,
  about: {
    readonly plan: Plan;
    readonly deed: OperationPlan;
    readonly pipeline: Pipeline;
    /** Those that triggered it and are new to us, the root first. */
    readonly above?: readonly Pipeline[] | undefined;
    readonly asked?: Operation['asked'];
    readonly id: string;
    readonly now: Date;
  },
): Promise<Operation> {
  const { plan, deed, pipeline, above = [], asked, id, now } = about;
  const { channel } = deed;
  for (const each of [...above, pipeline]) {
    if (!(await tables.pipelines.find(each.project.id, each.id))) await tables.pipelines.save(each);
  }
  const { home } = await findHome(tables, channel, pipeline);
  const own = operationRootKey(channel, id);
  // A rollback is news of its own, whatever thread its old pipeline once had; and where it had none, its only root.
  const below = deed.kind === 'rollback' ? own : undefined;
  const thread = await openThread(tables, { channel, pipeline: home, now, below });
  const fresh = deed.kind === 'deploy' && now.getTime() - thread.createdAt.getTime() < freshRootMs;
  return {
    id,
    kind: deed.kind,
    planId: plan.id,
    project: deed.project,
    environment: deed.environment,
    release: deed.release,
    pipelineId: deed.pipelineId,
    pipelineUrl: deed.pipelineUrl,
    fromVersion: deed.live?.version,
    variables: deed.kind === 'deploy' ? deed.variables : undefined,
    override: deed.kind === 'deploy' ? deed.override : undefined,
    lockAfter: deed.kind === 'rollback' ? deed.lock : undefined,
    state: 'active',
    steps: deed.steps.map((step) => ({ ...step, state: 'pending' })),
    requester: plan.requester,
    channel,
    asked,
    rootKey: fresh ? thread.rootKey : own,
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
  const { home } = await findHome(tables, operation.channel, pipeline);
  const thread = await openThread(tables, { channel: operation.channel, pipeline: home, now });
  if (operation.rootKey !== thread.rootKey) await tables.threads.redirect({ ...thread, newsKey: operation.rootKey });
  await putRoot(tables, { thread: { ...thread, newsKey: operation.rootKey }, pipeline: home, now });
  await putOperation(tables, operation, now);
  await tellPassedLocks(tables, operation, now);
}

/** Shows an operation's card: a reply in the pipeline's thread, or a root of its own. */
export async function putOperation(tables: Tables, operation: Operation, now: Date): Promise<void> {
  const own = operation.rootKey === operationRootKey(operation.channel, operation.id);
  const pipeline = own ? await tables.pipelines.find(operation.project.id, operation.pipelineId) : undefined;
  const { thread } = pipeline ? await findHome(tables, operation.channel, pipeline) : { thread: undefined };
  const threadUrl = thread && thread.rootKey !== operation.rootKey ? messageUrl(thread.rootKey) : undefined;
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
  await showWhereAsked(tables, operation, now);
}
