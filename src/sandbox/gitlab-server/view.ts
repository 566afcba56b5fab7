import { lastSuccess } from './engine/transitions.ts';
import {
  type Deployment,
  type Environment,
  type Job,
  latestJobs,
  type Pipeline,
  projectUrl,
  userOf,
  type World,
} from './world.ts';

/** A job as the page and tests see it. */
export interface SandboxJob {
  readonly id: number;
  readonly name: string;
  readonly stage: string;
  readonly status: string;
  readonly allowFailure: boolean;
  readonly manual: boolean;
  readonly environment: string | undefined;
  readonly action: string | undefined;
  readonly username: string;
  readonly failureReason: string | null;
  readonly webUrl: string;
}

/** A pipeline with its latest jobs, in the order of its stages. */
export interface SandboxPipeline {
  readonly id: number;
  readonly iid: number;
  readonly ref: string;
  readonly tag: boolean;
  readonly sha: string;
  readonly source: string;
  /** The pipelines that its trigger jobs made. */
  readonly downstream: readonly number[];
  readonly status: string;
  readonly username: string;
  readonly yamlErrors: string | null;
  readonly createdAt: string;
  readonly stages: readonly string[];
  readonly jobs: readonly SandboxJob[];
  readonly webUrl: string;
}

/** A deployment as the page and tests see it. */
export interface SandboxDeployment {
  readonly id: number;
  readonly ref: string;
  readonly sha: string;
  readonly status: string;
  readonly jobId: number;
  readonly username: string;
  readonly createdAt: string;
}

/** An environment with its history. */
export interface SandboxEnvironment {
  readonly id: number;
  readonly name: string;
  readonly tier: string;
  readonly state: string;
  /** Ref of the newest successful deployment. */
  readonly live: string | undefined;
  /** Newest first. */
  readonly deployments: readonly SandboxDeployment[];
}

/** A project with all that is in it. */
export interface SandboxProject {
  readonly id: number;
  readonly path: string;
  readonly webUrl: string;
  readonly tier: string;
  /** Newest first. */
  readonly tags: readonly { readonly name: string; readonly sha: string }[];
  readonly branches: readonly { readonly name: string; readonly sha: string }[];
  readonly users: readonly {
    readonly id: number;
    readonly username: string;
    readonly accessLevel: number | undefined;
  }[];
  readonly environments: readonly SandboxEnvironment[];
  /** Newest first. */
  readonly pipelines: readonly SandboxPipeline[];
}

/** The whole state, safe to print as JSON. */
export interface SandboxGitLabState {
  readonly projects: readonly SandboxProject[];
}

/** All that the page shows. */
export function viewState(world: World): SandboxGitLabState {
  return { projects: world.projects.map(viewProject) };
}

function viewProject(world: World): SandboxProject {
  return {
    id: world.project.id,
    path: world.project.path,
    webUrl: projectUrl(world),
    tier: world.settings.tier,
    tags: world.tags.toReversed().map(({ name, sha }) => ({ name, sha })),
    branches: world.branches.map(({ name, sha }) => ({ name, sha })),
    users: world.users.map(({ id, username }) => ({ id, username, accessLevel: world.members.get(id) })),
    environments: world.environments.map((each) => viewEnvironment(world, each)),
    pipelines: world.pipelines.toReversed().map((each) => viewPipeline(world, each)),
  };
}

/** One pipeline with its latest jobs. */
export function viewPipeline(world: World, pipeline: Pipeline): SandboxPipeline {
  const jobs = latestJobs(world, pipeline.id).toSorted((a, b) => a.stageIndex - b.stageIndex || a.id - b.id);
  return {
    id: pipeline.id,
    iid: pipeline.iid,
    ref: pipeline.ref,
    tag: pipeline.tag,
    sha: pipeline.sha,
    source: pipeline.source,
    downstream: latestJobs(world, pipeline.id).flatMap((job) => job.downstream?.pipelineId ?? []),
    status: pipeline.status,
    username: userOf(world, pipeline.userId).username,
    yamlErrors: pipeline.yamlErrors,
    createdAt: pipeline.createdAt.toISOString(),
    stages: pipeline.stages,
    jobs: jobs.map((job) => viewJob(world, job)),
    webUrl: `${projectUrl(world)}/-/pipelines/${pipeline.id}`,
  };
}

/** One job. */
export function viewJob(world: World, job: Job): SandboxJob {
  return {
    id: job.id,
    name: job.name,
    stage: job.stage,
    status: job.status,
    allowFailure: job.allowFailure,
    manual: job.when === 'manual',
    environment: job.environment?.name,
    action: job.environment?.action,
    username: userOf(world, job.userId).username,
    failureReason: job.failureReason,
    webUrl: `${projectUrl(world)}/-/jobs/${job.id}`,
  };
}

function viewEnvironment(world: World, environment: Environment): SandboxEnvironment {
  const deployments = world.deployments.filter((each) => each.environmentId === environment.id).toReversed();
  return {
    id: environment.id,
    name: environment.name,
    tier: environment.tier,
    state: environment.state,
    live: lastSuccess(world, environment.id)?.ref,
    deployments: deployments.map((each) => viewDeployment(world, each)),
  };
}

function viewDeployment(world: World, deployment: Deployment): SandboxDeployment {
  return {
    id: deployment.id,
    ref: deployment.ref,
    sha: deployment.sha,
    status: deployment.status,
    jobId: deployment.jobId,
    username: userOf(world, world.jobs.find((job) => job.id === deployment.jobId)?.userId ?? deployment.userId)
      .username,
    createdAt: deployment.createdAt.toISOString(),
  };
}
