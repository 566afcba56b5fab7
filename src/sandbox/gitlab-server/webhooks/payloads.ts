import { createHash } from 'node:crypto';
import { pipelineDuration, RUNNER, secondsBetween, showOffsetTime, statusWords } from '../rest/shapes.ts';
import {
  type Approval,
  type Commit,
  commitOf,
  type DeploymentStatus,
  type Job,
  type JobStatus,
  jobOf,
  latestBuilds,
  type Pipeline,
  pipelineOf,
  projectUrl,
  type Tag,
  type User,
  userOf,
  type World,
  type WorldEvent,
} from '../world.ts';

type Payload = Readonly<Record<string, unknown>>;

/** The pipeline as it is now: quick changes give two hooks with the same status and skip the one between. */
export function encodePipelineHook(world: World, pipelineId: number): Payload {
  const pipeline = pipelineOf(world, pipelineId);
  const words = statusWords(world, pipeline);
  return {
    object_kind: 'pipeline',
    object_attributes: {
      id: pipeline.id,
      iid: pipeline.iid,
      name: pipeline.name,
      ref: refOf(pipeline),
      tag: pipeline.tag,
      sha: pipeline.sha,
      before_sha: pipeline.beforeSha,
      source: pipeline.source,
      status: pipeline.status,
      detailed_status: words.label,
      stages: pipeline.stages,
      created_at: utcTime(pipeline.createdAt),
      finished_at: utcTime(pipeline.finishedAt),
      duration: pipelineDuration(pipeline),
      queued_duration: secondsBetween(pipeline.createdAt, pipeline.startedAt),
      protected_ref: pipeline.ref === world.project.defaultBranch,
      variables: pipeline.variables,
      url: `${projectUrl(world)}/-/pipelines/${pipeline.id}`,
    },
    merge_request: mergeRequestPart(world, pipeline),
    user: userPart(userOf(world, pipeline.userId)),
    project: projectPart(world),
    commit: commitPart(world, commitOf(world, pipeline.sha)),
    ...sourcePipelinePart(world, pipeline),
    builds: latestBuilds(world, pipelineId)
      .toReversed()
      .map((job) => jobPart(world, job)),
  };
}

/** A job at one of its transitions. `commit.id` is the pipeline's id: GitLab's oddity, not ours. */
export function encodeJobHook(world: World, jobId: number, status: JobStatus): Payload {
  const job = jobOf(world, jobId);
  const pipeline = pipelineOf(world, job.pipelineId);
  const commit = commitOf(world, pipeline.sha);
  return {
    object_kind: 'build',
    ref: refOf(pipeline),
    tag: pipeline.tag,
    before_sha: pipeline.beforeSha,
    sha: pipeline.sha,
    retries_count: job.retriesCount,
    build_id: job.id,
    build_name: job.name,
    build_stage: job.stage,
    build_status: status,
    build_created_at: job.createdAt.toISOString(),
    build_started_at: job.startedAt?.toISOString() ?? null,
    build_finished_at: utcTime(job.finishedAt),
    build_created_at_iso: job.createdAt.toISOString(),
    build_started_at_iso: job.startedAt?.toISOString() ?? null,
    build_finished_at_iso: job.finishedAt?.toISOString() ?? null,
    build_duration: secondsBetween(job.startedAt, job.finishedAt),
    build_queued_duration: secondsBetween(job.queuedAt, job.startedAt),
    build_allow_failure: job.allowFailure,
    build_failure_reason: job.failureReason ?? 'unknown_failure',
    pipeline_id: pipeline.id,
    runner: job.startedAt === null ? null : runnerPart(),
    project_id: world.project.id,
    project_name: world.project.path.split('/').join(' / '),
    user: userPart(userOf(world, job.userId)),
    commit: {
      id: pipeline.id,
      name: pipeline.name,
      sha: pipeline.sha,
      message: commit.message,
      author_name: commit.authorName,
      author_email: commit.authorEmail,
      author_url: `mailto:${commit.authorEmail}`,
      status: pipeline.status,
      duration: pipelineDuration(pipeline),
      started_at: utcTime(pipeline.startedAt),
      finished_at: utcTime(pipeline.finishedAt),
    },
    repository: repositoryPart(world),
    project: projectPart(world),
    environment: environmentPart(job),
    ...sourcePipelinePart(world, pipeline),
  };
}

/** A deployment at one of its transitions: no full sha, no pipeline id, no previous deployment. */
export function encodeDeploymentHook(
  world: World,
  deploymentId: number,
  status: DeploymentStatus | Approval['status'],
): Payload {
  const deployment = world.deployments.find((each) => each.id === deploymentId);
  const environment = world.environments.find((each) => each.id === deployment?.environmentId);
  if (deployment === undefined || environment === undefined) throw new Error(`no deployment ${deploymentId}`);
  const job = jobOf(world, deployment.jobId);
  // The deployer is who pressed the job, not who pushed the tag.
  const user = userOf(world, job.userId);
  return {
    object_kind: 'deployment',
    status,
    status_changed_at: zonedTime(world.now()),
    deployment_id: deployment.id,
    deployable_id: job.id,
    deployable_url: `${projectUrl(world)}/-/jobs/${job.id}`,
    environment: environment.name,
    environment_tier: environment.tier,
    environment_slug: environment.slug,
    environment_external_url: environment.externalUrl,
    project: projectPart(world),
    short_sha: deployment.sha.slice(0, 8),
    user: userPart(user),
    user_url: `${world.baseUrl}/${user.username}`,
    commit_url: `${projectUrl(world)}/-/commit/${deployment.sha}`,
    commit_title: commitOf(world, deployment.sha).title,
    ref: deployment.ref,
  };
}

/** The same with somebody's word on it: `status` is the word, and `user` stays the deployer. */
export function encodeApprovalHook(
  world: World,
  { deploymentId, approval, status }: Extract<WorldEvent, { readonly kind: 'approval' }>,
): Payload {
  const { comment, userId } = approval;
  return {
    ...encodeDeploymentHook(world, deploymentId, status),
    approver: userPart(userOf(world, userId)),
    approval: { status, comment },
  };
}

const ZERO_SHA = '0'.repeat(40);

/** A tag that came, moved or went. Of an annotated one `before` and `after` are the tag's own object, not the commit. */
export function encodeTagHook(
  world: World,
  { tag, userId, deleted, before }: Extract<WorldEvent, { readonly kind: 'tag' }>,
): Payload {
  const user = userOf(world, userId);
  const commit = commitOf(world, tag.sha);
  return {
    object_kind: 'tag_push',
    event_name: 'tag_push',
    before: deleted ? objectOf(tag) : before === undefined ? ZERO_SHA : objectOf(before),
    after: deleted ? ZERO_SHA : objectOf(tag),
    ref: `refs/tags/${tag.name}`,
    ref_protected: false,
    checkout_sha: deleted ? null : tag.sha,
    message: deleted ? null : tag.message,
    user_id: user.id,
    user_name: user.name,
    user_username: user.username,
    user_email: '',
    user_avatar: avatarOf(user),
    project_id: world.project.id,
    project: projectPart(world),
    repository: repositoryPart(world),
    commits: deleted ? [] : [commitPart(world, commit)],
    total_commits_count: deleted ? 0 : 1,
    push_options: {},
  };
}

function objectOf(tag: Tag): string {
  return tag.message === null ? tag.sha : createHash('sha1').update(`${tag.sha} ${tag.name}`).digest('hex');
}

/** `2016-08-12 15:23:28 UTC`, as pipeline hooks write times. */
export function utcTime(time: Date | null): string | null {
  return time === null ? null : `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `2021-04-28 21:50:00 +0200`, as deployment hooks write times: in the server's zone. */
function zonedTime(time: Date): string {
  const local = new Date(time.getTime() + 2 * 3_600_000);
  return `${local.toISOString().slice(0, 19).replace('T', ' ')} +0200`;
}

/** Hooks name the source branch of a merge request, where REST has `refs/merge-requests/7/head`. */
function refOf(pipeline: Pipeline): string {
  return pipeline.mergeRequest?.sourceBranch ?? pipeline.ref;
}

function jobPart(world: World, job: Job): Payload {
  return {
    id: job.id,
    stage: job.stage,
    name: job.name,
    status: job.status,
    created_at: utcTime(job.createdAt),
    started_at: utcTime(job.startedAt),
    finished_at: utcTime(job.finishedAt),
    duration: secondsBetween(job.startedAt, job.finishedAt),
    queued_duration: secondsBetween(job.queuedAt, job.startedAt),
    failure_reason: job.failureReason,
    when: job.when,
    manual: job.when === 'manual',
    allow_failure: job.allowFailure,
    user: userPart(userOf(world, job.userId)),
    runner: job.startedAt === null ? null : runnerPart(),
    artifacts_file: { filename: null, size: null },
    environment:
      job.environment === undefined ? null : { ...environmentPart(job), deployment_tier: tierOf(world, job) },
  };
}

function tierOf(world: World, job: Job): string | null {
  return world.environments.find((each) => each.name === job.environment?.name)?.tier ?? null;
}

function environmentPart(job: Job): Payload | null {
  return job.environment === undefined ? null : { name: job.environment.name, action: job.environment.action };
}

function mergeRequestPart(world: World, pipeline: Pipeline): Payload | null {
  const { mergeRequest } = pipeline;
  if (mergeRequest === null) return null;
  return {
    id: mergeRequest.id,
    iid: mergeRequest.iid,
    title: mergeRequest.title,
    source_branch: mergeRequest.sourceBranch,
    source_project_id: world.project.id,
    target_branch: mergeRequest.targetBranch,
    target_project_id: world.project.id,
    state: 'opened',
    merge_status: 'can_be_merged',
    detailed_merge_status: 'mergeable',
    url: `${projectUrl(world)}/-/merge_requests/${mergeRequest.iid}`,
  };
}

function userPart(user: User): Payload {
  return { id: user.id, name: user.name, username: user.username, avatar_url: avatarOf(user), email: '[REDACTED]' };
}

/** Only hooks of triggered pipelines have it. */
function sourcePipelinePart(world: World, { upstream }: Pipeline): Payload {
  const there = world.projects.find((each) => each.project.id === upstream?.projectId);
  if (upstream === null || !there) return {};
  return {
    source_pipeline: {
      project: { id: there.project.id, web_url: projectUrl(there), path_with_namespace: there.project.path },
      pipeline_id: upstream.pipelineId,
      job_id: upstream.jobId,
    },
  };
}

function avatarOf(user: User): string {
  return `https://www.gravatar.com/avatar/${user.id}?s=80&d=identicon`;
}

function runnerPart(): Payload {
  const { id, description, runner_type, active, is_shared } = RUNNER;
  return { id, description, runner_type, active, is_shared, tags: ['docker'] };
}

/** A commit as hooks show it. */
export function commitPart(world: World, commit: Commit): Payload {
  return {
    id: commit.sha,
    message: commit.message,
    title: commit.title,
    timestamp: showOffsetTime(commit.committedAt).replace('.000', ''),
    url: `${projectUrl(world)}/-/commit/${commit.sha}`,
    author: { name: commit.authorName, email: '[REDACTED]' },
  };
}

/** The project as hooks show it. */
export function projectPart(world: World): Payload {
  const url = projectUrl(world);
  const ssh = `git@gitlab.example.com:${world.project.path}.git`;
  return {
    id: world.project.id,
    name: world.project.path.split('/').at(-1),
    description: 'The application the bot is shown with',
    web_url: url,
    avatar_url: null,
    git_ssh_url: ssh,
    git_http_url: `${url}.git`,
    namespace: world.project.path.split('/').slice(0, -1).join('/'),
    visibility_level: 0,
    path_with_namespace: world.project.path,
    default_branch: world.project.defaultBranch,
    ci_config_path: '',
    homepage: url,
    url: ssh,
    ssh_url: ssh,
    http_url: `${url}.git`,
  };
}

function repositoryPart(world: World): Payload {
  const { name, description, homepage, git_ssh_url, git_http_url, visibility_level, url } = projectPart(world);
  return { name, url, description, homepage, git_ssh_url, git_http_url, visibility_level };
}
