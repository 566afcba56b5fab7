import type { DeploymentChanged, DomainEvent } from '../domain/event.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import type { ProjectRef, ProjectRules } from '../domain/project.ts';
import { foldEvents, pipelineIdOf } from './fold-events.ts';
import { historyBefore } from './history.ts';
import { type IdentifyProjectDeps, identifyProject } from './identify-project.ts';
import type { Clock, Counters, DecodeDelivery, GitLabReads, InboxRow, Log, Settings, Store, Wake } from './ports.ts';
import { readPipeline } from './read-pipeline.ts';

export interface ProcessDeliveryDeps extends IdentifyProjectDeps {
  readonly decodeDelivery: DecodeDelivery;
  readonly settings: () => Settings;
  readonly gitlab: Pick<GitLabReads, 'project' | 'deployment' | 'pipeline' | 'jobs' | 'ciGraph'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly counters: Pick<Counters, 'webhook'>;
  readonly wake: Wake;
  readonly log: Log;
}

/**
 * Carries one webhook from the inbox to what channels show. Needs no call to GitLab when the payload has what the
 * cards need; only a deployment whose job we never saw is looked up.
 * @throws GitLabError when that look-up fails: the row is tried again later.
 */
export async function processDelivery(row: InboxRow, deps: ProcessDeliveryDeps): Promise<void> {
  const decoded = deps.decodeDelivery(row.body);
  if (decoded.kind === 'malformed') {
    deps.counters.webhook('unreadable', 'malformed');
    deps.log.warn({ delivery_id: row.key, reason: decoded.problem }, 'webhook not readable');
    return finish(row, `malformed: ${decoded.problem}`, deps);
  }
  if (decoded.kind === 'ignored') {
    deps.counters.webhook(decoded.reason, 'ignored');
    return finish(row, `ignored: ${decoded.reason}`, deps);
  }
  const { event } = decoded;
  const project = projectOf(event);
  const found = await identifyProject(project, deps);
  if (found.kind === 'ignored') {
    deps.counters.webhook(event.kind, 'ignored');
    if (found.reason !== 'not_watched')
      deps.log.warn({ delivery_id: row.key, project: project.path, reason: found.reason }, 'webhook dropped');
    return finish(row, `ignored: ${found.reason}`, deps);
  }
  const { rules } = found;
  if (rules.events === 'poll') {
    deps.counters.webhook(event.kind, 'ignored');
    return finish(row, 'ignored: polled_only', deps);
  }
  await fold(row, { event, project, rules }, deps);
}

async function fold(
  row: InboxRow,
  about: { readonly event: DomainEvent; readonly project: ProjectRef; readonly rules: ProjectRules },
  deps: ProcessDeliveryDeps,
): Promise<void> {
  const { event, project, rules } = about;
  const located = await locate(event, project, deps);
  const now = deps.clock.now();
  const since = await historyBefore(deps.store.tables, now);
  const { identityUsers } = deps.settings();
  const changed = await deps.store.transaction(async (tables) => {
    const held =
      located.pipelineId === undefined ? undefined : await tables.pipelines.find(project.id, located.pipelineId);
    const folded = await foldEvents(tables, held, located.events, {
      rules,
      identityUsers,
      now,
      historyBefore: since,
    });
    await tables.inbox.done(row.id, folded ? 'folded' : 'nothing_new', now);
    return folded;
  });
  if (changed) {
    deps.wake('outbox');
    // A failed job's log is read next.
    deps.wake('inbox');
    deps.wake('operations');
  }
  deps.log.info(
    {
      event: event.kind,
      delivery_id: row.key,
      project: project.path,
      pipeline_id: located.pipelineId,
      reason: changed ? 'folded' : 'nothing_new',
      duration_ms: now.getTime() - row.receivedAt.getTime(),
    },
    'webhook processed',
  );
}

/** Which pipeline an event belongs to, and what has to be folded so that the event finds it. */
interface Located {
  readonly pipelineId: number | undefined;
  readonly events: readonly DomainEvent[];
}

async function locate(event: DomainEvent, project: ProjectRef, deps: ProcessDeliveryDeps): Promise<Located> {
  const pipelineId = pipelineIdOf(event);
  if (event.kind !== 'deployment' || pipelineId !== undefined) return { pipelineId, events: [event] };
  const { jobId } = event.deployment;
  const held: Pipeline | undefined =
    jobId === undefined ? undefined : await deps.store.tables.pipelines.findByJob(project.id, jobId);
  if (held) return { pipelineId: held.id, events: [event] };
  return lookUp(event, project, deps);
}

/** A deployment hook names no pipeline: GitLab does. One made through the API, without a job, has none to be told in. */
async function lookUp(event: DeploymentChanged, project: ProjectRef, deps: ProcessDeliveryDeps): Promise<Located> {
  const deployment = await deps.gitlab.deployment(project.id, event.deployment.id);
  if (deployment.pipelineId === undefined) return { pipelineId: undefined, events: [] };
  const observed = await readPipeline(project, deployment.pipelineId, deps);
  return { pipelineId: deployment.pipelineId, events: [observed, event] };
}

function projectOf(event: DomainEvent): ProjectRef {
  return event.kind === 'pipeline' ? event.pipeline.project : event.project;
}

async function finish(row: InboxRow, result: string, deps: ProcessDeliveryDeps): Promise<void> {
  await deps.store.tables.inbox.done(row.id, result, deps.clock.now());
}
