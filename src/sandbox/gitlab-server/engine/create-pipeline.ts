import { stringify } from 'yaml';
import { ConfigurationError, mergeConfiguration } from '../ci/configuration.ts';
import { ExpressionError, type Variables } from '../ci/expression.ts';
import { type PipelinePlan, type PlannedJob, planPipeline } from '../ci/plan.ts';
import {
  commitOf,
  type MergeRequest,
  type Pipeline,
  projectUrl,
  report,
  type Upstream,
  type User,
  userOf,
  type Variable,
  type World,
} from '../world.ts';
import { processPipeline } from './process.ts';
import { announceJob } from './transitions.ts';

/** For what, by whom and why a pipeline is made. */
export interface PipelineRequest {
  readonly ref: string;
  readonly sha: string;
  readonly kind: 'branch' | 'tag' | 'merge_request';
  readonly source: string;
  readonly user: User;
  readonly variables?: readonly Variable[];
  readonly beforeSha?: string;
  readonly mergeRequest?: MergeRequest;
  /** Of a pipeline that another one triggered. */
  readonly upstream?: Upstream;
  /** Files of the repository that are a child's configuration, instead of the commit's own. */
  readonly files?: readonly string[];
  /** GitLab keeps a broken pipeline that a push made, and stores nothing when the API asked for it. */
  readonly onError: 'save' | 'throw';
}

/**
 * Makes a pipeline with its jobs and deployments and lets the first jobs go.
 * Throws `FilteredError` when rules leave no pipeline, and `ConfigurationError` when told not to save a broken one.
 */
export function createPipeline(world: World, request: PipelineRequest): Pipeline {
  const id = world.nextId('pipeline');
  let plan: PipelinePlan;
  let yamlErrors: string | null = null;
  try {
    plan = planFor(world, request, id);
  } catch (error) {
    const isBroken = error instanceof ConfigurationError || error instanceof ExpressionError;
    if (!isBroken || request.onError === 'throw') throw error;
    plan = { name: null, stages: [], jobs: [] };
    yamlErrors = error.message;
  }
  const pipeline = addPipeline(world, request, { id, plan, yamlErrors });
  report(world, { kind: 'pipeline', pipelineId: id });
  if (yamlErrors !== null) return pipeline;
  for (const job of plan.jobs) addJob(world, pipeline, job);
  processPipeline(world, id);
  return pipeline;
}

/** The variables GitLab sets for a pipeline, with the project's and the pipeline's own. */
export function predefineVariables(world: World, request: PipelineRequest, pipelineId: number): Variables {
  const commit = commitOf(world, request.sha);
  const url = projectUrl(world);
  const { mergeRequest } = request;
  return {
    CI: 'true',
    GITLAB_CI: 'true',
    CI_API_V4_URL: `${world.baseUrl}/api/v4`,
    CI_COMMIT_MESSAGE: commit.message,
    CI_COMMIT_REF_NAME: mergeRequest?.sourceBranch ?? request.ref,
    CI_COMMIT_SHA: request.sha,
    CI_COMMIT_SHORT_SHA: request.sha.slice(0, 8),
    CI_COMMIT_TITLE: commit.title,
    ...(request.kind === 'tag' ? { CI_COMMIT_TAG: request.ref } : {}),
    ...(request.kind === 'branch' ? { CI_COMMIT_BRANCH: request.ref } : {}),
    ...(mergeRequest === undefined ? {} : { CI_MERGE_REQUEST_IID: String(mergeRequest.iid) }),
    CI_DEFAULT_BRANCH: world.project.defaultBranch,
    CI_PIPELINE_ID: String(pipelineId),
    CI_PIPELINE_SOURCE: request.source,
    CI_PIPELINE_URL: `${url}/-/pipelines/${pipelineId}`,
    CI_PROJECT_DIR: `/builds/${world.project.path}`,
    CI_PROJECT_ID: String(world.project.id),
    CI_PROJECT_PATH: world.project.path,
    CI_PROJECT_URL: url,
    CI_REGISTRY: 'registry.example.com',
    CI_REGISTRY_IMAGE: `registry.example.com/${world.project.path}`,
    GITLAB_USER_LOGIN: request.user.username,
    GITLAB_USER_NAME: request.user.name,
    ...world.variables,
    ...Object.fromEntries((request.variables ?? []).map((each) => [each.key, each.value])),
  };
}

function planFor(world: World, request: PipelineRequest, pipelineId: number): PipelinePlan {
  const variables = predefineVariables(world, request, pipelineId);
  const context = { folder: world.examplePath, variables };
  const text =
    request.files === undefined ? commitOf(world, request.sha).ciYaml : stringify({ include: request.files });
  return planPipeline(mergeConfiguration(text, context), variables);
}

interface Draft {
  readonly id: number;
  readonly plan: PipelinePlan;
  readonly yamlErrors: string | null;
}

function addPipeline(world: World, request: PipelineRequest, draft: Draft): Pipeline {
  const now = world.now();
  const pipeline: Pipeline = {
    id: draft.id,
    iid: world.pipelines.length + 1,
    ref: request.ref,
    tag: request.kind === 'tag',
    sha: request.sha,
    beforeSha: request.beforeSha ?? '0'.repeat(40),
    source: request.source,
    name: draft.plan.name,
    stages: draft.plan.stages,
    yamlErrors: draft.yamlErrors,
    variables: request.variables ?? [],
    mergeRequest: request.mergeRequest ?? null,
    upstream: request.upstream ?? null,
    userId: userOf(world, request.user.id).id,
    createdAt: now,
    updatedAt: now,
    startedAt: null,
    finishedAt: draft.yamlErrors === null ? null : now,
    status: draft.yamlErrors === null ? 'created' : 'failed',
  };
  world.pipelines.push(pipeline);
  return pipeline;
}

function addJob(world: World, pipeline: Pipeline, planned: PlannedJob): void {
  const job = {
    ...planned,
    id: world.nextId('job'),
    pipelineId: pipeline.id,
    createdAt: world.now(),
    status: 'created' as const,
    userId: pipeline.userId,
    queuedAt: null,
    startedAt: null,
    finishedAt: null,
    failureReason: null,
    retried: false,
    enqueueAtOnce: false,
    retriesCount: 0,
    variables: [],
    downstream: null,
    log: '',
    tests: null,
    coverage: null,
  };
  world.jobs.push(job);
  announceJob(world, job);
}
