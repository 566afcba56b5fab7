import type { Deployment } from './deployment.ts';
import { guessTier } from './environment.ts';
import type { Job } from './job.ts';
import { failedJobs, isChild, isKnownByJobsOnly, isPipelineFinished, openGates, type Pipeline } from './pipeline.ts';
import { type ChannelRule, matchesGlob, type NotifyKind } from './project.ts';

/** How the last finished pipelines of a branch went. Tags and merge requests have none: each reports for itself. */
export interface BranchHealth {
  readonly ref: string;
  /** The newest pipeline that finished. */
  readonly lastPipelineId: number;
  /** The pipeline at which the branch broke; undefined while it is good. */
  readonly brokenByPipelineId: number | undefined;
}

/** What a channel is told of a deployment. */
export type DeploymentOutcome = 'started' | 'succeeded' | 'failed' | 'canceled';

/** Something a channel is told of as a reply. `at` is when it happened, if known. */
export type Notice =
  | { readonly kind: 'job_failed'; readonly job: Job; readonly at?: Date | undefined }
  | { readonly kind: 'pipeline_failed'; readonly jobs: readonly Job[]; readonly at?: Date | undefined }
  | { readonly kind: 'still_failing'; readonly jobs: readonly Job[]; readonly at?: Date | undefined }
  | { readonly kind: 'pipeline_started'; readonly at?: Date | undefined }
  | { readonly kind: 'pipeline_succeeded'; readonly at?: Date | undefined }
  | { readonly kind: 'fixed'; readonly at?: Date | undefined }
  | { readonly kind: 'gate_reached'; readonly job: Job; readonly at?: Date | undefined }
  | {
      readonly kind: 'deployment';
      readonly deployment: Deployment;
      readonly outcome: DeploymentOutcome;
      /** The job that made it, for stage, reason and log of a failure. */
      readonly job?: Job | undefined;
      readonly at?: Date | undefined;
    };

const asked: Record<Notice['kind'], readonly NotifyKind[]> = {
  job_failed: ['failed'],
  pipeline_failed: ['failed'],
  still_failing: ['failed'],
  pipeline_started: ['started'],
  pipeline_succeeded: ['succeeded'],
  fixed: ['fixed'],
  gate_reached: ['approval'],
  deployment: ['deployed'],
};

/**
 * The key of a notice by meaning: webhook, poll and group hook lead to the same key, so it is said once per thread.
 */
export function noticeKey(notice: Notice, pipeline: Pipeline): string {
  switch (notice.kind) {
    case 'job_failed':
      return `job:${notice.job.id}/failed`;
    case 'gate_reached':
      return `job:${notice.job.id}/manual`;
    case 'pipeline_failed':
    case 'still_failing':
      return `pipeline:${pipeline.id}/failed:${Math.max(0, ...notice.jobs.map((job) => job.id))}`;
    case 'pipeline_started':
      return `pipeline:${pipeline.id}/started`;
    case 'pipeline_succeeded':
      return `pipeline:${pipeline.id}/succeeded`;
    case 'fixed':
      return `pipeline:${pipeline.id}/fixed`;
    case 'deployment':
      // By job where there is one: a failed deploy job and its failed deployment are one failure.
      return notice.deployment.jobId === undefined
        ? `deployment:${notice.deployment.id}/${notice.outcome}`
        : deploymentKey(notice.deployment.jobId, notice.outcome);
  }
}

/** The key under which the outcome of a job's deployment is told. */
export function deploymentKey(jobId: number, outcome: DeploymentOutcome): string {
  return `job:${jobId}/deployment-${outcome}`;
}

/**
 * Whether a channel follows pipelines of this ref at all. Without `refs`: the default branch and tags. A merge request's
 * pipelines bear the name of its branch, beside those of the branch itself: only a pattern that begins with
 * `refs/merge-requests/` asks for them.
 */
export function followsRef(rule: ChannelRule, pipeline: Pipeline): boolean {
  const mergeRequest = mergeRequestRefs(pipeline);
  if (mergeRequest) {
    const globs = rule.refs?.filter((glob) => glob.startsWith('refs/merge-requests/')) ?? [];
    return globs.some((glob) => mergeRequest.some((ref) => matchesGlob(glob, ref)));
  }
  if (rule.refs) return rule.refs.some((glob) => matchesGlob(glob, pipeline.ref));
  return pipeline.tag || pipeline.ref === (pipeline.project.defaultBranch ?? 'main');
}

/** Webhooks do not say for which of its refs a merge request's pipeline ran: its head, the merged result or a train. */
function mergeRequestRefs({ mergeRequest, ref }: Pipeline): readonly string[] | undefined {
  if (mergeRequest) return ['head', 'merge', 'train'].map((kind) => `refs/merge-requests/${mergeRequest.iid}/${kind}`);
  return ref.startsWith('refs/merge-requests/') ? [ref] : undefined;
}

/**
 * Whether a pipeline opens no thread in a channel because of what made it, or who. While we know its jobs alone it
 * opens none where that counts.
 */
export function isExcluded({ exclude }: ChannelRule, pipeline: Pipeline): boolean {
  if (!exclude) return false;
  const actor = pipeline.user?.username.toLowerCase();
  return (
    isKnownByJobsOnly(pipeline) ||
    exclude.sources.some((source) => source === pipeline.source) ||
    exclude.actors.some((excluded) => excluded.toLowerCase() === actor)
  );
}

/** Whether a channel asks for this notice: by its `notify`, and of the environments that it follows. */
export function wantsNotice(rule: ChannelRule, notice: Notice): boolean {
  const environment = environmentOf(notice);
  if (environment !== undefined && rule.environments?.some((glob) => matchesGlob(glob, environment)) === false)
    return false;
  const failedDeployment = notice.kind === 'deployment' && notice.outcome === 'failed';
  const kinds = failedDeployment ? (['deployed', 'failed'] as const) : asked[notice.kind];
  return kinds.some((kind) => rule.notify.includes(kind));
}

/**
 * Whether this notice alone is reason enough for a root in the channel. That a branch went to staging by itself, as it
 * does after each merge, is not: ten roots a day would bury the one that matters. It is told in a thread that is there;
 * a channel that names its environments, or wants all replies shown, has it open one.
 */
export function opensThread(rule: ChannelRule, notice: Notice, root: Pick<Pipeline, 'tag'>): boolean {
  if (root.tag || notice.kind !== 'deployment' || notice.outcome === 'failed') return true;
  if (rule.environments !== undefined || rule.broadcast === 'all') return true;
  const { deployment, job } = notice;
  // A list of deployments does not say the tier. Somebody's press is news, and so is a job we know too little of.
  const tier = deployment.tier ?? job?.environment?.tier ?? guessTier(deployment.environment);
  return tier === 'production' || job?.manual !== false;
}

function environmentOf(notice: Notice): string | undefined {
  if (notice.kind === 'deployment') return notice.deployment.environment;
  return notice.kind === 'gate_reached' ? notice.job.environment?.name : undefined;
}

/** Whether a channel wants this reply to show outside its thread as well. */
export function isBroadcast({ broadcast }: ChannelRule, notice: Notice): boolean {
  if (broadcast !== 'failures') return broadcast === 'all';
  // A failed job alone is not: its pipeline's failure follows. Later failures of a broken branch are no news there.
  if (notice.kind === 'deployment') return notice.outcome === 'failed';
  return notice.kind === 'pipeline_failed' || notice.kind === 'fixed';
}

/** The branch's health after this pipeline; an older pipeline that ends late changes nothing, nor does a child's end. */
export function evolveBranch(health: BranchHealth | undefined, pipeline: Pipeline): BranchHealth | undefined {
  if (pipeline.tag || pipeline.mergeRequest || isChild(pipeline)) return undefined;
  if (pipeline.status !== 'success' && pipeline.status !== 'failed') return health;
  if (health && health.lastPipelineId > pipeline.id) return health;
  const broken = pipeline.status === 'failed' ? (health?.brokenByPipelineId ?? pipeline.id) : undefined;
  return { ref: pipeline.ref, lastPipelineId: pipeline.id, brokenByPipelineId: broken };
}

/**
 * What is new between two states of a pipeline, in the order people should read it. `health` is that of the branch of
 * this name before this pipeline. Facts that ended before `since` are history and are not told.
 */
export function decideNotices(
  before: Pipeline | undefined,
  after: Pipeline,
  health: BranchHealth | undefined,
  since: Date,
): readonly Notice[] {
  if (before === after) return [];
  const branch = branchState(after, health);
  const failures = newlyFailed(before, after).filter((notice) => !branch.isBroken || notice.kind === 'deployment');
  const keys = new Set(failures.map((notice) => noticeKey(notice, after)));
  const notices: Notice[] = [
    ...(before ? [] : started(after)),
    ...failures,
    ...newDeployments(before, after).filter((notice) => !keys.has(noticeKey(notice, after))),
    ...(after.status === 'manual' ? newGates(before, after) : []),
    ...ending(before, after, branch),
  ];
  return notices.filter((notice) => notice.at === undefined || notice.at >= since);
}

/**
 * What is told of a downstream pipeline under its root: failures, gates and deployments. That it began or ended well is
 * the root's news. `health` is that of the root's branch before the root.
 */
export function decideDownstreamNotices(
  before: Pipeline | undefined,
  after: Pipeline,
  health: BranchHealth | undefined,
  since: Date,
): readonly Notice[] {
  const own = ['pipeline_started', 'pipeline_succeeded', 'fixed'];
  return decideNotices(before, after, health, since).filter((notice) => !own.includes(notice.kind));
}

/** What a pipeline meets on its branch: broken by an earlier one, and whether its success would mend that. */
interface BranchState {
  readonly isBroken: boolean;
  readonly canBeFixed: boolean;
}

/** A pipeline that was overtaken by a newer one mends nothing; one that broke the branch may mend it by a retry. */
function branchState(pipeline: Pipeline, health: BranchHealth | undefined): BranchState {
  const brokenBy = health?.brokenByPipelineId;
  if (!health || brokenBy === undefined || pipeline.tag || pipeline.mergeRequest)
    return { isBroken: false, canBeFixed: false };
  return { isBroken: brokenBy < pipeline.id, canBeFixed: health.lastPipelineId <= pipeline.id };
}

function started(after: Pipeline): readonly Notice[] {
  if (isPipelineFinished(after.status)) return [];
  // A job may be all we know of it: what began before us is history although its pipeline seems to be under way.
  return [{ kind: 'pipeline_started', at: after.createdAt ?? after.jobs.find((job) => job.startedAt)?.startedAt }];
}

/** A failed job that starts an environment is told as a failed deployment, even before GitLab's record of it comes. */
function newlyFailed(before: Pipeline | undefined, after: Pipeline): readonly Notice[] {
  const known = new Set(before ? failedJobs(before).map((job) => job.id) : []);
  return failedJobs(after)
    .filter((job) => !known.has(job.id))
    .map((job): Notice => {
      const { environment } = job;
      const deployment = after.deployments.find((other) => other.jobId === job.id);
      if (!deployment && environment?.action !== 'start') return { kind: 'job_failed', job, at: job.finishedAt };
      return {
        kind: 'deployment',
        outcome: 'failed',
        job,
        at: job.finishedAt,
        deployment: deployment ?? {
          id: 0,
          environment: environment?.name ?? job.name,
          tier: environment?.tier,
          status: 'failed',
          jobId: job.id,
          ref: after.ref,
          sha: after.sha,
          user: job.user,
        },
      };
    });
}

function newGates(before: Pipeline | undefined, after: Pipeline): readonly Notice[] {
  const known = new Set(before?.status === 'manual' ? openGates(before).map((job) => job.id) : []);
  return openGates(after)
    .filter((job) => !known.has(job.id))
    .map((job) => ({ kind: 'gate_reached', job }));
}

function newDeployments(before: Pipeline | undefined, after: Pipeline): readonly Notice[] {
  return after.deployments.flatMap((deployment): readonly Notice[] => {
    const outcome = deploymentOutcome(deployment);
    const was = before?.deployments.find((other) => other.id === deployment.id);
    if (!outcome || (was && deploymentOutcome(was) === outcome)) return [];
    const job = after.jobs.find((other) => other.id === deployment.jobId);
    // Heard of late: that it failed was told with its job.
    if (outcome === 'started' && job?.status === 'failed') return [];
    // Its pipeline was canceled before it came to the job: nothing there has changed.
    if (outcome === 'canceled' && job && !job.startedAt && !(was && deploymentOutcome(was))) return [];
    return [{ kind: 'deployment', deployment, outcome, job, at: deployment.changedAt ?? deployment.createdAt }];
  });
}

function deploymentOutcome(deployment: Deployment): DeploymentOutcome | undefined {
  switch (deployment.status) {
    case 'running':
      return 'started';
    case 'success':
      return 'succeeded';
    case 'failed':
    case 'canceled':
      return deployment.status;
    case 'created':
    case 'blocked':
    case 'skipped':
    case 'unknown':
      return undefined;
  }
}

function ending(before: Pipeline | undefined, after: Pipeline, branch: BranchState): readonly Notice[] {
  const failed = failedJobs(after);
  const changed = before?.status !== after.status || wholeSecond(before.finishedAt) !== wholeSecond(after.finishedAt);
  if (!changed) return [];
  const at = after.finishedAt;
  if (after.status === 'failed')
    return [{ kind: branch.isBroken ? 'still_failing' : 'pipeline_failed', jobs: failed, at }];
  if (after.status === 'success') {
    return branch.canBeFixed
      ? [
          { kind: 'fixed', at },
          { kind: 'pipeline_succeeded', at },
        ]
      : [{ kind: 'pipeline_succeeded', at }];
  }
  return [];
}

/** Webhooks give whole seconds and REST milliseconds: the same end must not look like another one. */
function wholeSecond(at: Date | undefined): number {
  return Math.floor((at?.getTime() ?? 0) / 1_000);
}
