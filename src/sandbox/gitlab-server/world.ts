import type { PlannedEnvironment, TestReportWhen, When } from './ci/keywords.ts';
import type { PlannedTrigger } from './ci/trigger.ts';

/** Statuses of a job. `preparing`, `scheduled` and `canceling` are not produced by the stand-in. */
export type JobStatus =
  | 'created'
  | 'waiting_for_resource'
  | 'pending'
  | 'running'
  | 'success'
  | 'failed'
  | 'canceled'
  | 'skipped'
  | 'manual';

/** Statuses of a pipeline, computed from its latest jobs. */
export type PipelineStatus = JobStatus;

/** Statuses of a deployment; a job that is merely `manual` makes it `blocked`. */
export type DeploymentStatus = 'created' | 'running' | 'success' | 'failed' | 'canceled' | 'skipped' | 'blocked';

/** What GitLab edition and plan the stand-in plays. */
export type Tier = 'free' | 'premium';

/** A person or bot of the stand-in, with the token that is theirs. */
export interface User {
  readonly id: number;
  readonly username: string;
  readonly name: string;
  email: string;
  /** GitLab lets people show none that they have not confirmed. */
  publicEmail: string;
  /** Has clicked the link that GitLab sent to `email`. */
  isConfirmed: boolean;
  /** Of the whole instance: sees the addresses of all. */
  isAdmin: boolean;
  readonly token: string;
  bot: boolean;
  state: 'active' | 'blocked';
  /** What the token may do, as GitLab names it: `api`, `read_api`, … */
  tokenScopes: readonly string[];
  /** The day on which the token stops working; GitLab gives every new one such a day. */
  tokenExpiresAt: string | null;
}

/** A commit; each has one parent, there are no merges. */
export interface Commit {
  readonly sha: string;
  readonly parentSha: string | null;
  readonly title: string;
  readonly message: string;
  readonly authorName: string;
  readonly authorEmail: string;
  readonly committedAt: Date;
  readonly files: readonly string[];
  /** The CI file at this commit. */
  readonly ciYaml: string;
}

/** A git tag. */
export interface Tag {
  readonly name: string;
  readonly sha: string;
  /** Null for a lightweight tag. */
  readonly message: string | null;
  readonly createdAt: Date;
}

/** A release: a page about a tag. */
export interface Release {
  readonly id: number;
  readonly tag: string;
  readonly sha: string;
  readonly createdAt: Date;
  name: string;
  description: string;
  releasedAt: Date;
}

/** A git branch; its sha moves. */
export interface Branch {
  readonly name: string;
  readonly isProtected: boolean;
  sha: string;
}

/** An open merge request. */
export interface MergeRequest {
  readonly id: number;
  readonly iid: number;
  readonly title: string;
  readonly sourceBranch: string;
  readonly targetBranch: string;
  readonly authorId: number;
}

/** An environment of the project. */
export interface Environment {
  readonly id: number;
  readonly name: string;
  readonly slug: string;
  readonly createdAt: Date;
  tier: string;
  externalUrl: string | null;
  state: 'available' | 'stopping' | 'stopped';
  updatedAt: Date;
}

/** One person's word on a blocked deployment. */
export interface Approval {
  readonly userId: number;
  readonly comment: string;
  readonly createdAt: Date;
  /** The one rule that it counts for. */
  readonly ruleId: number;
  status: 'approved' | 'rejected';
}

/** A deployment record; its status follows its job. */
export interface Deployment {
  readonly id: number;
  readonly iid: number;
  readonly environmentId: number;
  readonly jobId: number;
  readonly ref: string;
  readonly tag: boolean;
  readonly sha: string;
  readonly createdAt: Date;
  readonly approvals: Approval[];
  status: DeploymentStatus;
  userId: number;
  updatedAt: Date;
  finishedAt: Date | null;
}

/** One instance of a job; a retry makes another. */
export interface Job {
  readonly id: number;
  readonly pipelineId: number;
  readonly name: string;
  readonly stage: string;
  readonly stageIndex: number;
  readonly allowFailure: boolean;
  readonly needs?: readonly string[];
  readonly environment?: PlannedEnvironment;
  readonly resourceGroup?: string;
  readonly script: readonly string[];
  readonly trigger?: PlannedTrigger;
  readonly testReport?: TestReportWhen;
  readonly coveragePattern?: string;
  readonly createdAt: Date;
  /** Becomes `manual` for a job that waits for GitLab's own approval, whatever the file said. */
  when: When;
  status: JobStatus;
  userId: number;
  queuedAt: Date | null;
  startedAt: Date | null;
  finishedAt: Date | null;
  failureReason: string | null;
  retried: boolean;
  /** A played or retried manual job runs instead of waiting for a press again. */
  enqueueAtOnce: boolean;
  retriesCount: number;
  variables: readonly Variable[];
  /** The pipeline that a trigger job made. */
  downstream: { readonly projectId: number; readonly pipelineId: number } | null;
  log: string;
  /** What it reported of its tests, once it has ended. */
  tests: TestOutcome | null;
  /** Percent, as found in its log. */
  coverage: number | null;
}

/** The tests of a job: how many there were, and the names of those that failed. */
export interface TestOutcome {
  readonly total: number;
  readonly failed: readonly string[];
}

/** A pipeline or job variable. */
export interface Variable {
  readonly key: string;
  readonly value: string;
}

/** The trigger job that made a pipeline. */
export interface Upstream {
  readonly projectId: number;
  readonly pipelineId: number;
  readonly jobId: number;
}

/** A pipeline; its jobs are in the world's list. */
export interface Pipeline {
  readonly id: number;
  readonly iid: number;
  readonly ref: string;
  readonly tag: boolean;
  readonly sha: string;
  readonly beforeSha: string;
  readonly source: string;
  readonly name: string | null;
  readonly stages: readonly string[];
  readonly yamlErrors: string | null;
  readonly variables: readonly Variable[];
  readonly mergeRequest: MergeRequest | null;
  /** The trigger job that made it. */
  readonly upstream: Upstream | null;
  readonly userId: number;
  readonly createdAt: Date;
  status: PipelineStatus;
  updatedAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

/** A rule of GitLab Premium's protected environments. */
export interface ProtectedEnvironment {
  /** Of a group the tier. */
  readonly name: string;
  /** The path of the group that it counts in; null: the project's own. */
  readonly group: string | null;
  readonly protectionsLevels: readonly AccessRule[];
  readonly approvalRules: readonly ApprovalRule[];
}

/** Whom a rule means: a level or one user. */
export interface AccessRule {
  readonly id: number;
  readonly accessLevel: number | null;
  readonly userId: number | null;
  /** Whether the level is meant in the group that protects. */
  readonly ofGroup: boolean;
}

/** How many of whom must approve. */
export interface ApprovalRule extends AccessRule {
  readonly requiredApprovals: number;
}

/** A deploy freeze between two crons. */
export interface FreezePeriod {
  readonly id: number;
  readonly freezeStart: string;
  readonly freezeEnd: string;
  readonly cronTimezone: string;
  readonly createdAt: Date;
}

/** Project settings that change what the API allows. */
/** The one project. */
export interface ProjectSettings {
  tier: Tier;
  /** GitLab's `ci_pipeline_variables_minimum_override_role`. */
  variablesRole: 'developer' | 'maintainer' | 'owner' | 'no_one_allowed';
  /** GitLab's `ci_forward_deployment_enabled`. */
  forwardDeployment: boolean;
  /** GitLab's `ci_forward_deployment_rollback_allowed`. */
  rollbackAllowed: boolean;
  /** The feature that switches failing webhooks off; a self-managed GitLab has it off unless told. */
  disablesHooks: boolean;
  /** GitLab 19 sends deployment hooks for approvals and for deployments that wait. */
  approvalHooks: boolean;
  /** Nothing can be changed or run any more. */
  archived: boolean;
  /** Without one that takes them, jobs stay pending in quick time. */
  hasRunners: boolean;
}

/** What the engine reports; webhooks and the page are made from it. */
export type WorldEvent =
  | { readonly kind: 'pipeline'; readonly pipelineId: number }
  | { readonly kind: 'job'; readonly jobId: number; readonly status: JobStatus }
  | { readonly kind: 'deployment'; readonly deploymentId: number; readonly status: DeploymentStatus }
  | {
      readonly kind: 'approval';
      readonly deploymentId: number;
      readonly approval: Approval;
      readonly status: 'approved' | 'rejected';
    }
  | { readonly kind: 'release'; readonly release: Release; readonly action: 'create' | 'update' | 'delete' }
  | {
      readonly kind: 'tag';
      readonly tag: Tag;
      readonly userId: number;
      readonly deleted: boolean;
      /** What a tag of this name named before it was moved. */
      readonly before: Tag | undefined;
    };

export interface Project {
  readonly id: number;
  /** Changes when the project is renamed or moved. */
  path: string;
  readonly defaultBranch: string;
  readonly createdAt: Date;
}

/** A project that can be listed and asked for. Without a CI file it has no pipelines. */
export interface OtherProject {
  readonly id: number;
  readonly path: string;
  /** Its CI file: then pipelines of this project can trigger some of its. */
  readonly ciYaml?: string;
  /** Tags of its past, oldest first: all but the last are in production, the last waits for that. */
  readonly tags?: readonly string[];
}

/** All state of the stand-in. Lists are in order of creation. */
export interface World {
  readonly project: Project;
  /** Projects that are there beside it. */
  readonly otherProjects: readonly OtherProject[];
  /** The projects in which something can happen, this one first: each is a world of its own, with the same people. */
  readonly projects: World[];
  /** Lower-case path of before -> id of the project that has moved away. */
  readonly formerPaths: Map<string, number>;
  readonly settings: ProjectSettings;
  readonly users: User[];
  /** Access level by user id; absent means no member. */
  readonly members: Map<number, number>;
  /** Roles in the group above all projects; who has one is a member of the projects as well. */
  readonly groupMembers: Map<number, number>;
  readonly commits: Map<string, Commit>;
  readonly tags: Tag[];
  readonly releases: Release[];
  readonly branches: Branch[];
  readonly environments: Environment[];
  readonly deployments: Deployment[];
  readonly pipelines: Pipeline[];
  readonly jobs: Job[];
  readonly protectedEnvironments: ProtectedEnvironment[];
  readonly freezePeriods: FreezePeriod[];
  /** What the next run of a job is to do, by job name. */
  readonly plannedFailures: Map<string, PlannedFailure>;
  /** How a job of this name fails by what it finds outside of GitLab. */
  readonly failing: (jobName: string) => PlannedFailure | undefined;
  /** CI variables of the project. */
  readonly variables: Record<string, string>;
  readonly examplePath: string;
  readonly listeners: Set<(event: WorldEvent) => void>;
  /** Makes the pipeline of a trigger job. */
  readonly runTrigger: (job: Job) => void;
  baseUrl: string;
  now: () => Date;
  /** Runs a task after the present one, as GitLab's background workers do. */
  defer: (task: () => void) => void;
  nextId: (noun: 'pipeline' | 'job' | 'deployment' | 'environment' | 'user' | 'mergeRequest' | 'other') => number;
}

/** How a planned failure looks. */
export interface PlannedFailure {
  readonly failureReason?: string;
  readonly log?: string;
  /** Names of the tests that fail in it; default: one. */
  readonly failedTests?: readonly string[];
}

/** The newest instance of each job that runs something: hooks and the jobs API know no trigger jobs. */
export function latestBuilds(world: World, pipelineId: number): readonly Job[] {
  return latestJobs(world, pipelineId).filter((job) => job.trigger === undefined);
}

/** Tells the listeners what happened. */
export function report(world: World, event: WorldEvent): void {
  for (const listener of world.listeners) listener(event);
}

/** The newest instance of each job of a pipeline, in order of creation. */
export function latestJobs(world: World, pipelineId: number): readonly Job[] {
  return world.jobs.filter((job) => job.pipelineId === pipelineId && !job.retried);
}

/** The pipeline with this id; throws when there is none, which is a mistake of the caller. */
export function pipelineOf(world: World, pipelineId: number): Pipeline {
  const pipeline = world.pipelines.find((each) => each.id === pipelineId);
  if (pipeline === undefined) throw new Error(`the sandbox has no pipeline ${pipelineId}`);
  return pipeline;
}

/** The job with this id; throws when there is none. */
export function jobOf(world: World, jobId: number): Job {
  const job = world.jobs.find((each) => each.id === jobId);
  if (job === undefined) throw new Error(`the sandbox has no job ${jobId}`);
  return job;
}

/** The user with this id; throws when there is none. */
export function userOf(world: World, userId: number): User {
  const user = world.users.find((each) => each.id === userId);
  if (user === undefined) throw new Error(`the sandbox has no user ${userId}`);
  return user;
}

/** The user with this name; throws when there is none. */
export function userNamed(world: World, username: string): User {
  const user = world.users.find((each) => each.username === username);
  if (user === undefined) throw new Error(`the sandbox has no user ${username}`);
  return user;
}

/** The commit with this sha; throws when there is none. */
export function commitOf(world: World, sha: string): Commit {
  const commit = world.commits.get(sha);
  if (commit === undefined) throw new Error(`the sandbox has no commit ${sha}`);
  return commit;
}

/** The project's page. */
export function projectUrl(world: World): string {
  return `${world.baseUrl}/${world.project.path}`;
}
