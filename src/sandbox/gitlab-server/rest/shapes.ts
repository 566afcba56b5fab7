import { isComplete } from '../engine/status-rules.ts';
import { lastSuccess } from '../engine/transitions.ts';
import {
  type Commit,
  commitOf,
  type Deployment,
  type Environment,
  type Job,
  jobOf,
  latestJobs,
  type Pipeline,
  pipelineOf,
  projectUrl,
  type Tag,
  type User,
  userOf,
  type World,
} from '../world.ts';

type Shape = Readonly<Record<string, unknown>>;

/** A user as most endpoints show one. */
export function showUser(world: World, user: User): Shape {
  return {
    id: user.id,
    username: user.username,
    public_email: user.publicEmail,
    name: user.name,
    state: user.state,
    locked: false,
    avatar_url: `https://www.gravatar.com/avatar/${user.id}?s=80&d=identicon`,
    web_url: `${world.baseUrl}/${user.username}`,
  };
}

/** A commit without its statistics. */
export function showCommit(world: World, commit: Commit): Shape {
  const at = showOffsetTime(commit.committedAt);
  return {
    id: commit.sha,
    short_id: commit.sha.slice(0, 8),
    created_at: at,
    parent_ids: commit.parentSha === null ? [] : [commit.parentSha],
    title: commit.title,
    message: commit.message,
    author_name: commit.authorName,
    author_email: commit.authorEmail,
    authored_date: at,
    committer_name: commit.authorName,
    committer_email: commit.authorEmail,
    committed_date: at,
    trailers: {},
    extended_trailers: {},
    web_url: `${projectUrl(world)}/-/commit/${commit.sha}`,
  };
}

/** A tag with its commit; only annotated ones have a time. */
export function showTag(world: World, tag: Tag): Shape {
  return {
    name: tag.name,
    message: tag.message ?? '',
    target: tag.sha,
    commit: showCommit(world, commitOf(world, tag.sha)),
    release: null,
    protected: false,
    created_at: tag.message === null ? null : tag.createdAt.toISOString(),
  };
}

/** A pipeline as lists and jobs show it. */
export function showPipeline(world: World, pipeline: Pipeline): Shape {
  return {
    id: pipeline.id,
    iid: pipeline.iid,
    project_id: world.project.id,
    sha: pipeline.sha,
    ref: pipeline.ref,
    status: pipeline.status,
    source: pipeline.source,
    created_at: pipeline.createdAt.toISOString(),
    updated_at: pipeline.updatedAt.toISOString(),
    web_url: `${projectUrl(world)}/-/pipelines/${pipeline.id}`,
  };
}

/** A pipeline as its own endpoint shows it. */
export function showPipelineDetail(world: World, pipeline: Pipeline): Shape {
  return {
    ...showPipeline(world, pipeline),
    name: pipeline.name,
    before_sha: pipeline.beforeSha,
    tag: pipeline.tag,
    yaml_errors: pipeline.yamlErrors,
    user: showUser(world, userOf(world, pipeline.userId)),
    started_at: pipeline.startedAt?.toISOString() ?? null,
    finished_at: pipeline.finishedAt?.toISOString() ?? null,
    committed_at: null,
    duration: pipelineDuration(pipeline),
    queued_duration: secondsBetween(pipeline.createdAt, pipeline.startedAt),
    coverage: coverageOf(world, pipeline),
    archived: false,
    detailed_status: showDetailedStatus(world, pipeline),
  };
}

/** A job; its environment is not in it, as in GitLab. */
export function showJob(world: World, job: Job): Shape {
  const pipeline = pipelineOf(world, job.pipelineId);
  const commit = world.commits.get(pipeline.sha);
  return {
    id: job.id,
    status: job.status,
    stage: job.stage,
    name: job.name,
    ref: pipeline.ref,
    tag: pipeline.tag,
    coverage: job.coverage,
    allow_failure: job.allowFailure,
    created_at: job.createdAt.toISOString(),
    started_at: job.startedAt?.toISOString() ?? null,
    finished_at: job.finishedAt?.toISOString() ?? null,
    erased_at: null,
    duration: secondsBetween(job.startedAt, job.finishedAt),
    queued_duration: secondsBetween(job.queuedAt, job.startedAt),
    ...(job.status === 'failed' ? { failure_reason: job.failureReason ?? 'unknown_failure' } : {}),
    user: showUser(world, userOf(world, job.userId)),
    commit: commit === undefined ? null : showCommit(world, commit),
    pipeline: showPipeline(world, pipeline),
    web_url: `${projectUrl(world)}/-/jobs/${job.id}`,
    project: { ci_job_token_scope_enabled: false },
    artifacts: showArtifacts(job),
    runner: job.startedAt === null ? null : RUNNER,
    runner_manager: null,
    artifacts_expire_at: null,
    archived: false,
    tag_list: [],
  };
}

/** What only a job has that a runner takes. */
const RUNNER_FIELDS = new Set(['artifacts', 'artifacts_expire_at', 'runner', 'runner_manager', 'tag_list']);

/** A trigger job with the pipeline it made. */
export function showBridge(world: World, job: Job): Shape {
  const there = world.projects.find((each) => each.project.id === job.downstream?.projectId);
  const pipeline = there?.pipelines.find((each) => each.id === job.downstream?.pipelineId);
  const shown = Object.entries(showJob(world, job)).filter(([name]) => !RUNNER_FIELDS.has(name));
  return {
    ...Object.fromEntries(shown),
    downstream_pipeline: there && pipeline ? showPipeline(there, pipeline) : null,
  };
}

/** An environment as deployments show it. */
function showEnvironmentBasic(environment: Environment): Shape {
  return {
    id: environment.id,
    name: environment.name,
    slug: environment.slug,
    external_url: environment.externalUrl,
    created_at: environment.createdAt.toISOString(),
    updated_at: environment.updatedAt.toISOString(),
  };
}

/** An environment as the list shows it: without its last deployment. */
export function showEnvironment(environment: Environment): Shape {
  return {
    ...showEnvironmentBasic(environment),
    description: null,
    state: environment.state,
    tier: environment.tier,
    auto_stop_at: null,
    auto_stop_setting: 'always',
    kubernetes_namespace: null,
    flux_resource_path: null,
  };
}

/** An environment as its own endpoint shows it. */
export function showEnvironmentDetail(world: World, environment: Environment): Shape {
  const last = lastSuccess(world, environment.id);
  return {
    ...showEnvironment(environment),
    last_deployment: last === undefined ? null : showDeployment(world, last),
    cluster_agent: null,
  };
}

/** A deployment as the list shows it; `user` is who made the record, `deployable.user` who pressed the job. */
export function showDeployment(world: World, deployment: Deployment): Shape {
  const environment = world.environments.find((each) => each.id === deployment.environmentId);
  return {
    id: deployment.id,
    iid: deployment.iid,
    ref: deployment.ref,
    sha: deployment.sha,
    created_at: deployment.createdAt.toISOString(),
    updated_at: deployment.updatedAt.toISOString(),
    user: showUser(world, userOf(world, deployment.userId)),
    environment: environment === undefined ? null : showEnvironmentBasic(environment),
    deployable: showJob(world, jobOf(world, deployment.jobId)),
    status: deployment.status,
  };
}

/** `2026-11-23T06:44:00.000+00:00`: commits carry an offset where everything else has a Z. */
export function showOffsetTime(time: Date): string {
  return time.toISOString().replace('Z', '+00:00');
}

/** Seconds between two times, null when one is missing. */
export function secondsBetween(from: Date | null, to: Date | null): number | null {
  return from === null || to === null ? null : (to.getTime() - from.getTime()) / 1000;
}

/** Whole seconds from start to end, as pipelines count them. */
export function pipelineDuration(pipeline: Pipeline): number | null {
  const seconds = secondsBetween(pipeline.startedAt, pipeline.finishedAt);
  return seconds === null ? null : Math.round(seconds);
}

/** The words GitLab's page uses for a pipeline's status. */
export function statusWords(world: World, pipeline: Pipeline): { text: string; label: string; icon: string } {
  if (pipeline.status === 'success') {
    const hasWarnings = latestJobs(world, pipeline.id).some((job) => job.allowFailure && job.status === 'failed');
    return hasWarnings
      ? { text: 'Warning', label: 'passed with warnings', icon: 'status_warning' }
      : { text: 'Passed', label: 'passed', icon: 'status_success' };
  }
  if (pipeline.status === 'manual')
    return { text: 'Blocked', label: 'waiting for manual action', icon: 'status_manual' };
  const words = pipeline.status.replaceAll('_', ' ');
  return { text: words.charAt(0).toUpperCase() + words.slice(1), label: words, icon: `status_${pipeline.status}` };
}

/** Who ran a job, as REST shows it. */
export const RUNNER = {
  id: 7,
  description: 'sandbox-runner-1',
  ip_address: null,
  active: true,
  paused: false,
  is_shared: true,
  runner_type: 'instance_type',
  name: 'gitlab-runner',
  online: true,
  created_at: '2026-01-05T08:00:00.000Z',
  status: 'online',
} as const;

/** The mean of what its jobs found out, as text; null where none did. */
function coverageOf(world: World, pipeline: Pipeline): string | null {
  const found = latestJobs(world, pipeline.id).flatMap((job) => (job.coverage === null ? [] : [job.coverage]));
  return found.length === 0 ? null : (found.reduce((sum, each) => sum + each, 0) / found.length).toFixed(2);
}

function showDetailedStatus(world: World, pipeline: Pipeline): Shape {
  const words = statusWords(world, pipeline);
  return {
    icon: words.icon,
    text: words.text,
    label: words.label,
    group: words.label === 'passed with warnings' ? 'success-with-warnings' : pipeline.status,
    tooltip: words.label,
    has_details: true,
    details_path: `/${world.project.path}/-/pipelines/${pipeline.id}`,
    illustration: null,
    favicon: `/assets/ci_favicons/favicon_${words.icon}.png`,
  };
}

function showArtifacts(job: Job): readonly Shape[] {
  if (!isComplete(job.status) || job.log === '') return [];
  const trace = { file_type: 'trace', size: job.log.length, filename: 'job.log', file_format: null };
  const report = { file_type: 'junit', size: 4_096, filename: 'junit.xml.gz', file_format: 'gzip' };
  return job.tests === null ? [trace] : [report, trace];
}
