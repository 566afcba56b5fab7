import { ConfigurationError } from '../ci/configuration.ts';
import { ExpressionError } from '../ci/expression.ts';
import { FilteredError } from '../ci/plan.ts';
import { createPipeline } from '../engine/create-pipeline.ts';
import { cancelPipeline, maySetVariables, retryPipeline } from '../engine/job-actions.ts';
import { isComplete } from '../engine/status-rules.ts';
import { resolveRef } from '../repository.ts';
import { latestJobs, type Pipeline, pipelineOf, type Variable } from '../world.ts';
import {
  choiceOf,
  created,
  dateOf,
  forbidden,
  idOf,
  invalid,
  listOf,
  message,
  notFound,
  ok,
  page,
  type Reply,
  ReplyError,
  type RestRequest,
  type Route,
  requireLevel,
  requireText,
  textOf,
} from './reply.ts';
import { showBridge, showJob, showPipeline, showPipelineDetail } from './shapes.ts';
import { showReport, showSummary } from './test-reports.ts';

/** Pipelines and what is in them. */
export const pipelineRoutes: readonly Route[] = [
  ['GET', '/projects/:id/pipelines', listPipelines],
  ['GET', '/projects/:id/pipelines/latest', showLatest],
  ['POST', '/projects/:id/pipeline', createOne],
  ['GET', '/projects/:id/pipelines/:pipeline_id', (request) => ok(showPipelineDetail(request.world, find(request)))],
  ['GET', '/projects/:id/pipelines/:pipeline_id/jobs', listPipelineJobs],
  ['GET', '/projects/:id/pipelines/:pipeline_id/bridges', listBridges],
  ['GET', '/projects/:id/pipelines/:pipeline_id/variables', listVariables],
  ['GET', '/projects/:id/pipelines/:pipeline_id/test_report_summary', (request) => showSummary(request, find(request))],
  ['GET', '/projects/:id/pipelines/:pipeline_id/test_report', (request) => showReport(request, find(request))],
  ['POST', '/projects/:id/pipelines/:pipeline_id/retry', retryOne],
  ['POST', '/projects/:id/pipelines/:pipeline_id/cancel', cancelOne],
];

const JOB_STATUSES = [
  'created',
  'waiting_for_resource',
  'waiting_for_callback',
  'preparing',
  'pending',
  'running',
  'success',
  'failed',
  'canceling',
  'canceled',
  'skipped',
  'manual',
  'scheduled',
] as const;

/** The jobs of a list that have one of the asked statuses; GitLab refuses a status it does not know. */
export function filterByScope<T extends { readonly status: string }>(
  request: RestRequest,
  jobs: readonly T[],
): readonly T[] {
  const scope = listOf(request, 'scope');
  if (scope.some((each) => !JOB_STATUSES.some((status) => status === each))) {
    throw new ReplyError(invalid('scope does not have a valid value'));
  }
  return scope.length === 0 ? jobs : jobs.filter((job) => scope.includes(job.status));
}

/** Reads `[{key, value}]`; throws GitLab's 400 on anything else. */
export function readVariables(request: RestRequest, name: string): readonly Variable[] {
  const value = request.input[name];
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new ReplyError(invalid(`${name} is invalid`));
  return value.map((each: unknown, index) => {
    const { key, value: text } = each as { key?: unknown; value?: unknown };
    if (typeof key !== 'string') throw new ReplyError(invalid(`${name}[${index}][key] is missing`));
    return { key, value: typeof text === 'string' ? text : '' };
  });
}

function find(request: RestRequest): Pipeline {
  const id = idOf(request, 'pipeline_id');
  const pipeline = request.world.pipelines.find((each) => each.id === id);
  if (pipeline === undefined) throw new ReplyError(notFound());
  return pipeline;
}

const ORDERS = ['id', 'status', 'ref', 'updated_at', 'user_id'] as const;

function listPipelines(request: RestRequest): Reply {
  const scope = choiceOf(request, 'scope', ['running', 'pending', 'finished', 'branches', 'tags']);
  const status = choiceOf(request, 'status', JOB_STATUSES);
  const order = choiceOf(request, 'order_by', ORDERS) ?? 'id';
  const direction = choiceOf(request, 'sort', ['asc', 'desc']) ?? 'desc';
  const [after, before] = [dateOf(request, 'updated_after'), dateOf(request, 'updated_before')];
  const [createdAfter, createdBefore] = [dateOf(request, 'created_after'), dateOf(request, 'created_before')];
  const wanted = (name: string, value: string): boolean => (textOf(request, name) ?? value) === value;
  const username = textOf(request, 'username');
  const found = request.world.pipelines.filter(
    (each) =>
      isInScope(each, scope) &&
      (status === undefined || each.status === status) &&
      wanted('ref', each.ref) &&
      wanted('sha', each.sha) &&
      isListed(each, textOf(request, 'source')) &&
      wanted('name', each.name ?? '') &&
      (username === undefined || request.world.users.some((u) => u.username === username && u.id === each.userId)) &&
      isWithin(each.updatedAt, after, before) &&
      isWithin(each.createdAt, createdAfter, createdBefore),
  );
  const key = (each: Pipeline): string | number =>
    ({ id: each.id, status: each.status, ref: each.ref, updated_at: each.updatedAt.getTime(), user_id: each.userId })[
      order
    ];
  const sorted = found.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.id - b.id));
  const rows = direction === 'desc' ? sorted.toReversed() : sorted;
  return page(
    request,
    rows.map((each) => ({ ...showPipeline(request.world, each), name: each.name })),
  );
}

/** Children are left out unless they are asked for. */
function isListed({ source }: Pipeline, wanted: string | undefined): boolean {
  return wanted === undefined ? source !== 'parent_pipeline' : wanted === source;
}

function isInScope(pipeline: Pipeline, scope: string | undefined): boolean {
  switch (scope) {
    case 'running':
      return pipeline.status === 'running';
    case 'pending':
      return pipeline.status === 'pending' || pipeline.status === 'created';
    case 'finished':
      return isComplete(pipeline.status);
    case 'branches':
      return !pipeline.tag && pipeline.mergeRequest === null;
    case 'tags':
      return pipeline.tag;
    default:
      return true;
  }
}

function isWithin(time: Date, after: Date | undefined, before: Date | undefined): boolean {
  return (after === undefined || time >= after) && (before === undefined || time <= before);
}

function showLatest(request: RestRequest): Reply {
  const ref = textOf(request, 'ref') ?? request.world.project.defaultBranch;
  const sha = resolveRef(request.world, ref);
  const latest = request.world.pipelines.findLast(
    (each) => each.ref === ref && each.sha === sha && each.source !== 'parent_pipeline',
  );
  return latest === undefined ? forbidden() : ok(showPipelineDetail(request.world, latest));
}

function createOne(request: RestRequest): Reply {
  const { world, user } = request;
  const ref = requireText(request, 'ref');
  requireLevel(request, 30);
  const variables = readVariables(request, 'variables');
  if (variables.length > 0 && !maySetVariables(world, user)) {
    return message(400, { base: ['Insufficient permissions to set pipeline variables'] });
  }
  const isTag = world.tags.some((tag) => tag.name === ref);
  const isBranch = world.branches.some((branch) => branch.name === ref);
  const sha = resolveRef(world, ref);
  if (sha === undefined || (!isTag && !isBranch)) return message(400, { base: ['Reference not found'] });
  try {
    const kind = isTag ? 'tag' : 'branch';
    const pipeline = createPipeline(world, { ref, sha, kind, source: 'api', user, variables, onError: 'throw' });
    return created(showPipelineDetail(world, pipeline));
  } catch (error) {
    const isRefusal =
      error instanceof FilteredError || error instanceof ConfigurationError || error instanceof ExpressionError;
    if (!isRefusal) throw error;
    return message(400, { base: [error.message] });
  }
}

function listPipelineJobs(request: RestRequest): Reply {
  const { world } = request;
  const pipeline = find(request);
  const withRetried = textOf(request, 'include_retried') === 'true';
  const jobs = world.jobs.filter(
    (job) => job.pipelineId === pipeline.id && job.trigger === undefined && (withRetried || !job.retried),
  );
  return page(
    request,
    filterByScope(request, jobs.toReversed()).map((job) => showJob(world, job)),
  );
}

/** Trigger jobs, which the list of jobs leaves out. */
function listBridges(request: RestRequest): Reply {
  const { world } = request;
  const { id } = find(request);
  const bridges = latestJobs(world, id).filter((job) => job.trigger !== undefined);
  return page(
    request,
    filterByScope(request, bridges.toReversed()).map((job) => showBridge(world, job)),
  );
}

function listVariables(request: RestRequest): Reply {
  const { variables } = find(request);
  return ok(variables.map((each) => ({ variable_type: 'env_var', ...each, raw: false })));
}

function retryOne(request: RestRequest): Reply {
  const pipeline = find(request);
  requireLevel(request, 30);
  retryPipeline(request.world, pipeline.id, request.user);
  return created(showPipelineDetail(request.world, pipelineOf(request.world, pipeline.id)));
}

function cancelOne(request: RestRequest): Reply {
  const pipeline = find(request);
  requireLevel(request, 30);
  cancelPipeline(request.world, pipeline.id);
  return created(showPipelineDetail(request.world, pipelineOf(request.world, pipeline.id)));
}
