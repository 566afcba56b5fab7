import type { ApprovalNews, DomainEvent } from '../../domain/event.ts';
import type { ProjectRef, ProjectRules } from '../../domain/project.ts';
import type { TagNews } from '../../domain/tag-news.ts';
import { lookRow } from '../approvals/observe-deployment.ts';
import type { DecodeDelivery } from '../gitlab-ports.ts';
import { type FindAuthorDeps, findAuthorByEmail } from '../notices/find-author-by-email.ts';
import type { Clock, Counters, Log, Settings, Wake } from '../ports.ts';
import { type IdentifyProjectDeps, identifyProject } from '../projects/identify-project.ts';
import type { InboxRow, Store, Tables } from '../store-ports.ts';
import { type FoldContext, foldEvents } from './fold-events.ts';
import { historyBefore } from './history.ts';
import { findDownstream, type Located, type LocateEventDeps, locateEvent } from './locate-event.ts';
import { tellTagNews } from './tell-tag-news.ts';
import { noteWebhook } from './webhook-seen.ts';

export interface ProcessDeliveryDeps extends IdentifyProjectDeps, FindAuthorDeps {
  readonly decodeDelivery: DecodeDelivery;
  readonly settings: () => Settings;
  readonly gitlab: LocateEventDeps['gitlab'] & FindAuthorDeps['gitlab'];
  readonly store: Store;
  readonly clock: Clock;
  readonly counters: Pick<Counters, 'webhook'>;
  readonly wake: Wake;
  readonly log: Log;
}

/**
 * Carries one webhook from the inbox to what channels show. Needs no call to GitLab when the payload has what the
 * cards need; only a deployment whose job we never saw, what made a downstream pipeline, and with `identity.email` who
 * wrote what failed, is looked up.
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
  const about = decoded.kind === 'event' ? decoded.event : decoded.news;
  const project = projectOf(about);
  const found = await identifyProject(project, deps);
  const isUnknown = found.kind === 'ignored' && found.reason === 'not_watched';
  const downstream =
    isUnknown && decoded.kind === 'event' ? await findDownstream(decoded.event, project, deps) : undefined;
  if (downstream && decoded.kind === 'event') return fold(row, { event: decoded.event, project: downstream }, deps);
  if (found.kind === 'ignored') {
    deps.counters.webhook(about.kind, 'ignored');
    if (found.reason !== 'not_watched')
      deps.log.warn({ delivery_id: row.key, project: project.path, reason: found.reason }, 'webhook dropped');
    return finish(row, `ignored: ${found.reason}`, deps);
  }
  const { rules } = found;
  if (rules.events === 'poll') {
    deps.counters.webhook(about.kind, 'ignored');
    return finish(row, 'ignored: polled_only', deps);
  }
  await noteWebhook(deps.store.tables.meta, project.id, row.receivedAt);
  if (decoded.kind === 'approval_news') await lookAtApprovals(row, decoded.news, deps);
  else if (decoded.kind === 'tag_news') await tell(row, { news: decoded.news, rules }, deps);
  else await fold(row, { event: decoded.event, project }, deps);
}

async function tell(
  row: InboxRow,
  { news, rules }: { readonly news: TagNews; readonly rules: ProjectRules },
  deps: ProcessDeliveryDeps,
): Promise<void> {
  const now = deps.clock.now();
  const told = await deps.store.transaction(async (tables) => {
    const isTold = await tellTagNews(tables, news, { rules, now });
    await tables.inbox.done(row.id, isTold ? 'told' : 'nothing_new', now);
    return isTold;
  });
  if (told) deps.wake('outbox');
  const reason = told ? 'told' : 'nothing_new';
  deps.log.info(
    { event: news.kind, delivery_id: row.key, project: news.project.path, ref: news.tag, reason },
    'webhook processed',
  );
}

/** Somebody decided on GitLab's page. Whatever waits for it asks GitLab: the sender's word counts for nothing. */
async function lookAtApprovals(
  row: InboxRow,
  { project, jobId }: ApprovalNews,
  { store, clock, wake }: ProcessDeliveryDeps,
): Promise<void> {
  const now = clock.now();
  await store.transaction(async (tables) => {
    const waiting = (await tables.approvals.undecided()).filter(
      (request) => request.project.id === project.id && request.jobId === jobId,
    );
    for (const request of waiting) {
      if (request.origin.kind === 'operation') await tables.operations.wake(project.id, request.pipelineId, now);
      else await tables.inbox.add(lookRow(request, row.key, now));
    }
    await tables.inbox.done(row.id, waiting.length > 0 ? 'looked_at' : 'nothing_new', now);
  });
  wake('operations');
  wake('inbox');
}

async function fold(
  row: InboxRow,
  about: { readonly event: DomainEvent; readonly project: ProjectRef },
  deps: ProcessDeliveryDeps,
): Promise<void> {
  const { event, project } = about;
  const located = await locateEvent(event, project, deps);
  const authorByEmail = await findAuthorByEmail(located, deps);
  const now = deps.clock.now();
  const since = await historyBefore(deps.store.tables, now);
  const { identityUsers, rulesFor, watchdog } = deps.settings();
  const changed = await deps.store.transaction(async (tables) => {
    const context = { rulesFor, identityUsers, authorByEmail, watchdog, now, historyBefore: since };
    const folded = await foldLocated(tables, located, context);
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

/** The pipelines above come first, so that the event finds its root. */
async function foldLocated(tables: Tables, located: Located, context: FoldContext): Promise<boolean> {
  let changed = false;
  for (const observed of located.above) {
    const { project, id } = observed.pipeline;
    const folded = await foldEvents(tables, await tables.pipelines.find(project.id, id), [observed], context);
    changed ||= folded !== undefined;
  }
  const { project, pipelineId, events } = located;
  const held = pipelineId === undefined ? undefined : await tables.pipelines.find(project.id, pipelineId);
  return (await foldEvents(tables, held, events, context)) !== undefined || changed;
}

function projectOf(event: DomainEvent | TagNews | ApprovalNews): ProjectRef {
  return event.kind === 'pipeline' ? event.pipeline.project : event.project;
}

async function finish(row: InboxRow, result: string, deps: ProcessDeliveryDeps): Promise<void> {
  await deps.store.tables.inbox.done(row.id, result, deps.clock.now());
}
