import { type ActionResult, cancelJob, playJob, retryJob } from './engine/job-actions.ts';
import { assignResources, startJob } from './engine/process.ts';
import { type Ending, findJobNamed, finishJob, settleJobs } from './engine/runner.ts';
import {
  type AccountChange,
  addUser,
  type BranchOptions,
  makeTag,
  pushBranch,
  pushTag,
  runPipeline,
  setAccount,
  setGroupMember,
  setMember,
  setToken,
  type TagOptions,
  type TokenChange,
} from './people.ts';
import { changeRelease, dropRelease, dropTag, makeRelease, type ReleaseOptions } from './releases.ts';
import { decideDeployment } from './rest/approvals.ts';
import { type SandboxJob, type SandboxPipeline, viewJob, viewPipeline } from './view.ts';
import { type Job, jobOf, type PlannedFailure, pipelineOf, userNamed, type World } from './world.ts';

/** How `finish` is told which job, and how it ends. */
export interface FinishOptions extends Ending {
  readonly pipelineId?: number;
}

/** Which actions one may do on a job's page. */
export type JobAction = 'play' | 'retry' | 'cancel';

/** What people and runners do on GitLab's side. All act at once; the promises are resolved when their hooks are queued. */
export interface Deeds {
  /** Pushes new commits on main and a tag. Rejects when the CI file gives this tag no pipeline; the tag is there then. */
  readonly pushTag: (name: string, options?: TagOptions) => Promise<SandboxPipeline>;
  /** The same without a pipeline, as if the push had skipped CI; resolves to the sha. */
  readonly createTag: (name: string, options?: TagOptions) => Promise<string>;
  /** One more pipeline of a tag that is there. Rejects as `pushTag` does. */
  readonly runPipeline: (tagName: string, username?: string) => Promise<SandboxPipeline>;
  /** Makes the page of a tag that is there. */
  readonly release: (tagName: string, options?: ReleaseOptions) => Promise<void>;
  readonly editRelease: (tagName: string, options: ReleaseOptions) => Promise<void>;
  /** Leaves the tag. */
  readonly deleteRelease: (tagName: string) => Promise<void>;
  readonly deleteTag: (tagName: string, username?: string) => Promise<void>;
  readonly pushBranch: (name: string, options?: BranchOptions) => Promise<SandboxPipeline>;
  /** Each throws an error with GitLab's words when it is refused. `username` is raj unless told. */
  readonly play: (jobId: number, username?: string) => Promise<SandboxJob>;
  readonly retry: (jobId: number, username?: string) => Promise<SandboxJob>;
  readonly cancel: (jobId: number, username?: string) => Promise<SandboxJob>;
  /** What somebody says to the deployment of a job that waits for approval; throws with GitLab's words. */
  readonly decide: (jobId: number, status: 'approved' | 'rejected', username: string) => Promise<void>;
  /** A runner takes the job of this name: pending -> running. */
  readonly run: (jobName: string, pipelineId?: number) => Promise<void>;
  /** The job of this name ends; a pending one is run first. */
  readonly finish: (jobName: string, outcome: 'success' | 'failed', options?: FinishOptions) => Promise<void>;
  /** Lets everything that can run by itself end in success (or as planned), until only gates are left. */
  readonly settle: (pipelineId?: number) => Promise<void>;
  /** The next run of a job of this name fails. */
  readonly planFailure: (jobName: string, failure?: PlannedFailure) => void;
  /** Sets a CI variable of the project, which counts for pipelines made from now on. */
  readonly setVariable: (name: string, value: string) => void;
  readonly addUser: (
    username: string,
    options?: { readonly name?: string; readonly accessLevel?: number },
  ) => { readonly token: string };
  /** Renames or moves the project; its old path leads on to the new one. */
  readonly moveProject: (path: string) => void;
  readonly setMember: (username: string, accessLevel: number | undefined) => void;
  /** A role in the group above the project, which the project inherits. */
  readonly setGroupMember: (username: string, accessLevel: number) => void;
  /** Changes somebody's account: their e-mail address, whether they are blocked, an administrator, a bot. */
  readonly setAccount: (username: string, change: AccountChange) => void;
  /** Changes the scopes of somebody's token, or the day on which it ends. */
  readonly setToken: (username: string, token: TokenChange) => void;
  /** The job of this name, newest pipeline first; throws when there is none. */
  readonly job: (jobName: string, pipelineId?: number) => SandboxJob;
  /** The pipeline as it is now. */
  readonly pipeline: (pipelineId: number) => SandboxPipeline;
}

/** Makes the deeds over a world. */
export function createDeeds(world: World): Deeds {
  return {
    pushTag: async (name, options) => viewPipeline(world, pushTag(world, name, options)),
    createTag: async (name, options) => makeTag(world, name, options),
    runPipeline: async (tagName, username) => viewPipeline(world, runPipeline(world, tagName, username)),
    release: async (tagName, options) => void makeRelease(world, tagName, options),
    editRelease: async (tagName, options) => void changeRelease(world, tagName, options),
    deleteRelease: async (tagName) => void dropRelease(world, tagName),
    deleteTag: async (tagName, username) => dropTag(world, tagName, username),
    pushBranch: async (name, options) => viewPipeline(world, pushBranch(world, name, options)),
    play: async (jobId, username) => act(world, 'play', { jobId, username }),
    retry: async (jobId, username) => act(world, 'retry', { jobId, username }),
    cancel: async (jobId, username) => act(world, 'cancel', { jobId, username }),
    decide: async (jobId, status, username) => {
      const deployment = world.deployments.find((each) => each.jobId === jobId);
      if (deployment === undefined) throw new Error(`job ${jobId} makes no deployment`);
      const answer = decideDeployment(world, deployment, { userId: userNamed(world, username).id, status });
      if (typeof answer === 'string') throw new Error(answer);
    },
    run: async (jobName, pipelineId) => {
      run(worldWith(world, pipelineId), jobName, pipelineId);
    },
    finish: async (jobName, outcome, options = {}) => {
      finish(worldWith(world, options.pipelineId), jobName, outcome, options);
    },
    settle: async (pipelineId) => {
      const worlds = pipelineId === undefined ? world.projects : [worldWith(world, pipelineId)];
      for (const there of worlds) settleJobs(there, pipelineId);
    },
    planFailure: (jobName, failure = {}) => {
      world.plannedFailures.set(jobName, failure);
    },
    setVariable: (name, value) => {
      world.variables[name] = value;
    },
    addUser: (username, options) => ({ token: addUser(world, username, options).token }),
    moveProject: (path) => {
      world.formerPaths.set(world.project.path.toLowerCase(), world.project.id);
      world.formerPaths.delete(path.toLowerCase());
      world.project.path = path;
    },
    setMember: (username, accessLevel) => setMember(world, username, accessLevel),
    setGroupMember: (username, accessLevel) => setGroupMember(world, username, accessLevel),
    setAccount: (username, change) => setAccount(world, username, change),
    setToken: (username, token) => setToken(world, username, token),
    job: (jobName, pipelineId) => {
      const there = worldWith(world, pipelineId);
      return viewJob(there, newestNamed(there, jobName, pipelineId));
    },
    pipeline: (pipelineId) => {
      const there = worldWith(world, pipelineId);
      return viewPipeline(there, pipelineOf(there, pipelineId));
    },
  };
}

/** The project that the pipeline is of: the first one when none is named. */
function worldWith(world: World, pipelineId: number | undefined): World {
  return world.projects.find(({ pipelines }) => pipelines.some(({ id }) => id === pipelineId)) ?? world;
}

function act(world: World, action: JobAction, who: { jobId: number; username: string | undefined }): SandboxJob {
  const job = jobOf(world, who.jobId);
  const user = userNamed(world, who.username ?? 'raj');
  const acts: Readonly<Record<JobAction, () => ActionResult>> = {
    play: () => playJob(world, job, user, []),
    retry: () => retryJob(world, job, user),
    cancel: () => cancelJob(world, job, user),
  };
  const result = acts[action]();
  if (result.kind === 'refused') throw new Error(`${action} ${job.name}: ${result.message}`);
  return viewJob(world, result.job);
}

function run(world: World, jobName: string, pipelineId: number | undefined): Job {
  assignResources(world);
  const job = findJobNamed(world, jobName, ['pending'], pipelineId);
  startJob(world, job);
  return job;
}

function finish(world: World, jobName: string, outcome: 'success' | 'failed', options: FinishOptions): void {
  assignResources(world);
  const job = findJobNamed(world, jobName, ['running', 'pending'], options.pipelineId);
  if (job.status === 'pending') startJob(world, job);
  finishJob(world, job, outcome, options);
}

function newestNamed(world: World, jobName: string, pipelineId: number | undefined): Job {
  const job = world.jobs.findLast(
    (each) => each.name === jobName && !each.retried && (pipelineId === undefined || each.pipelineId === pipelineId),
  );
  if (job === undefined) throw new Error(`the sandbox has no job ${jobName}`);
  return job;
}
