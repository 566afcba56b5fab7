import { isOfGitLab, NotFoundError, PayloadError } from '../../domain/errors.ts';
import type { DomainEvent, PipelineObserved } from '../../domain/event.ts';
import { isPipelineFinished } from '../../domain/pipeline.ts';
import type { ProjectRef, ProjectRules } from '../../domain/project.ts';
import type { GitLabReads, PipelineSummary } from '../gitlab-ports.ts';
import { type FindAuthorDeps, findAuthorByEmail } from '../notices/find-author-by-email.ts';
import { lateAfterMs } from '../notices/put-notice.ts';
import type { Clock, Log, Settings, Wake } from '../ports.ts';
import { resolveProject } from '../projects/resolve-project.ts';
import type { Store } from '../store-ports.ts';
import { foldEvents } from './fold-events.ts';
import { historyBefore } from './history.ts';
import { readDownstream } from './read-downstream.ts';
import { readPipeline } from './read-pipeline.ts';
import { reconcileReleases } from './reconcile-releases.ts';
import { tellPolledTag } from './tell-polled-tag.ts';
import { traceUpstream } from './trace-upstream.ts';

export interface ReconcileDeps extends FindAuthorDeps {
  readonly settings: () => Settings;
  readonly gitlab: Pick<
    GitLabReads,
    | 'newestReleases'
    | 'project'
    | 'pipelinesUpdatedSince'
    | 'pipelinesOfSha'
    | 'deploymentsUpdatedSince'
    | 'pipeline'
    | 'bridges'
    | 'jobs'
    | 'ciGraph'
    | 'commitAuthorEmail'
  >;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly log: Log;
}

/** GitLab's clock and ours differ, and a request takes time: look back a little further than we have to. */
const overlapMs = 60_000;

/** Pipelines that nothing moved for so long are found by their next change, not by asking each minute. */
const watchedMs = 24 * 3_600_000;

/** One after the other, hundreds of projects would take longer than the time between two polls. */
const projectsAtOnce = 4;

/** The newest open pipelines of a project that are asked for by id; older ones are found when GitLab says they changed. */
const openLimit = 50;

/**
 * Reads from GitLab what webhooks may not have told: pipelines of open threads and operations, and those updated since
 * the last look. Folded like webhooks, so a thing that was told is not told again. One project failing does not keep
 * the others from being read.
 */
export async function reconcile(deps: ReconcileDeps): Promise<void> {
  const waiting = deps.settings().projects.filter((rules) => rules.events !== 'webhook');
  const readNext = async (): Promise<void> => {
    for (let rules = waiting.shift(); rules !== undefined; rules = waiting.shift()) await reconcileOne(rules, deps);
  };
  await Promise.all(Array.from({ length: projectsAtOnce }, readNext));
}

async function reconcileOne(rules: ProjectRules, deps: ReconcileDeps): Promise<void> {
  try {
    await reconcileProject(rules, deps);
  } catch (error) {
    if (!isOfGitLab(error)) throw error;
    deps.log.warn({ project: rules.path, err: error }, 'project could not be read, will look again');
  }
}

/** The poll's regular round, which also notes that we are alive. */
export async function poll(deps: ReconcileDeps): Promise<void> {
  await reconcile(deps);
  await deps.store.tables.meta.set('alive_at', String(deps.clock.now().getTime()));
}

/** The round at the start. What it cannot read the next one will: nothing in GitLab may keep us from starting. */
export async function catchUp(deps: ReconcileDeps): Promise<void> {
  try {
    await poll(deps);
  } catch (error) {
    deps.log.error({ err: error }, 'catching up failed');
  }
}

/**
 * Whether we were away for so long that what waits in the inbox is no news any more. Then the present state is read
 * first, so that each pipeline is told once, as it is now, and its old webhooks find nothing new.
 */
export async function wasAway(deps: Pick<ReconcileDeps, 'store' | 'clock'>): Promise<boolean> {
  const aliveAt = Number((await deps.store.tables.meta.get('alive_at')) ?? 0);
  return aliveAt > 0 && deps.clock.now().getTime() - aliveAt > lateAfterMs;
}

async function reconcileProject(rules: ProjectRules, deps: ReconcileDeps): Promise<void> {
  const project = await resolveProject(rules.path, deps);
  const { meta, pipelines, operations } = deps.store.tables;
  const startedAt = deps.clock.now();
  const cursor = Number((await meta.get(`polled_at/${project.id}`)) ?? startedAt.getTime());
  const since = new Date(cursor - overlapMs);
  const [updated, deployments, open, active] = await Promise.all([
    deps.gitlab.pipelinesUpdatedSince(project.id, since),
    deps.gitlab.deploymentsUpdatedSince(project.id, since),
    pipelines.open(project.id, new Date(startedAt.getTime() - watchedMs), openLimit),
    operations.allActive(),
  ]);
  const deploymentEvents = new Map<number, DomainEvent[]>();
  for (const deployment of deployments) {
    if (deployment.pipelineId === undefined) continue;
    const events = deploymentEvents.get(deployment.pipelineId) ?? [];
    deploymentEvents.set(deployment.pipelineId, [...events, { kind: 'deployment', project, deployment }]);
  }
  const mustRead = new Set([
    ...open.map(({ pipelineId }) => pipelineId),
    ...active.filter((operation) => operation.project.id === project.id).map((operation) => operation.pipelineId),
    ...deploymentEvents.keys(),
    ...(await changedOnes(updated, project, deps)),
  ]);
  for (const pipelineId of [...mustRead].toSorted((a, b) => a - b)) {
    await reconcilePipeline({ project, pipelineId, deploymentEvents }, deps);
  }
  await reconcileReleases({ project, rules, since }, deps);
  await meta.set(`polled_at/${project.id}`, String(startedAt.getTime()));
}

/** Of the pipelines GitLab calls updated, those that we do not hold finished with the same status already. */
async function changedOnes(
  updated: readonly PipelineSummary[],
  project: ProjectRef,
  deps: ReconcileDeps,
): Promise<readonly number[]> {
  const changed: number[] = [];
  for (const summary of updated) {
    const held = await deps.store.tables.pipelines.find(project.id, summary.id);
    if (held && held.status === summary.status && isPipelineFinished(held.status)) continue;
    changed.push(summary.id);
  }
  return changed;
}

interface Reconciled {
  readonly project: ProjectRef;
  readonly pipelineId: number;
  /** By pipeline. */
  readonly deploymentEvents: ReadonlyMap<number, readonly DomainEvent[]>;
}

/** Reads a pipeline with those above it that are new to us, and those below it that have changed. */
async function reconcilePipeline(
  { project, pipelineId, deploymentEvents }: Reconciled,
  deps: ReconcileDeps,
): Promise<void> {
  const observed = await readPipeline(project, pipelineId, deps).catch((error: unknown) => {
    if (!(error instanceof NotFoundError || error instanceof PayloadError)) throw error;
    // Deleted in GitLab, or told in a way that we cannot read: those after it must not wait for it for ever.
    deps.log.warn({ project: project.path, pipeline_id: pipelineId, err: error }, 'pipeline could not be read');
    return undefined;
  });
  if (!observed) return;
  const { event, above } = await traceUpstream(observed, deps);
  const below = await readDownstream(event, deps);
  for (const each of [...above, event, ...below]) {
    await foldObserved(each, deploymentEvents.get(each.pipeline.id) ?? [], deps);
  }
}

async function foldObserved(
  observed: PipelineObserved,
  more: readonly DomainEvent[],
  deps: ReconcileDeps,
): Promise<void> {
  const { project, id } = observed.pipeline;
  const authorByEmail = await findAuthorByEmail({ project, pipelineId: id, events: [observed] }, deps);
  const now = deps.clock.now();
  const since = await historyBefore(deps.store.tables, now);
  const { rulesFor, identityUsers, watchdog } = deps.settings();
  const changed = await deps.store.transaction(async (tables) => {
    const held = await tables.pipelines.find(project.id, id);
    const context = { rulesFor, identityUsers, authorByEmail, watchdog, now, historyBefore: since };
    const next = await foldEvents(tables, held, [observed, ...more], context);
    const { pipeline } = observed;
    await tellPolledTag(tables, { held, pipeline, rules: rulesFor(project.path), now, since });
    return next;
  });
  if (!changed) return;
  deps.wake('outbox');
  deps.wake('inbox');
  deps.wake('operations');
  deps.log.info({ project: project.path, pipeline_id: id, reason: 'reconciled' }, 'pipeline read from gitlab');
}
