import type { Person } from '../domain/actor.ts';
import type { PlannedJob } from '../domain/consequence.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Environment } from '../domain/environment.ts';
import type { DecodedDelivery } from '../domain/event.ts';
import type { FreezePeriod } from '../domain/freeze.ts';
import type { Earlier } from '../domain/gates.ts';
import type { GitLabApproval, GitLabApprovalReason, GitLabRule } from '../domain/gitlab-approval.ts';
import type { Job } from '../domain/job.ts';
import type { LinkedPerson } from '../domain/link.ts';
import type { PipelineFacts } from '../domain/pipeline.ts';
import type { CommitSummary, Shipment } from '../domain/plan.ts';
import type { ProjectRef } from '../domain/project.ts';
import type { CiGraph } from '../domain/release.ts';
import type { ReleaseChanged } from '../domain/tag-news.ts';
import type { TestCounts } from '../domain/test-report.ts';

/** A tag or branch and the commit it points to. */
export interface GitRef {
  readonly name: string;
  readonly sha: string;
  readonly commitTitle?: string | undefined;
}

/** A pipeline as GitLab lists it: enough to tell whether it has to be read whole. */
export interface PipelineSummary {
  readonly id: number;
  readonly ref: string;
  readonly tag: boolean;
  readonly sha: string;
  readonly status: string;
  readonly url: string;
}

/** What a pipeline that is not made yet would be. */
export interface PlannedJobs {
  /** Why GitLab would make none; empty: it would. */
  readonly errors: readonly string[];
  readonly jobs: readonly PlannedJob[];
}

/** Whom a protected environment lets in: one user, the members of a group, or a role and above. */
export interface AccessRule {
  readonly userId?: number | undefined;
  readonly groupId?: number | undefined;
  /** Only where neither user nor group is named. */
  readonly accessLevel?: number | undefined;
}

/** One place that protects an environment: whom it lets deploy, and who has to approve. */
export interface Protection {
  /** The group that protects it, in which roles count then; undefined: the project. */
  readonly group: string | undefined;
  readonly access: readonly AccessRule[];
  /** Of no deployment yet, so that nothing is given. */
  readonly approvals: readonly GitLabRule[];
}

/** Somebody with a role. */
export interface Member extends Person {
  readonly id: number;
  readonly accessLevel: number;
}

/** A group as GitLab names it. */
export interface GroupRef {
  readonly id: number;
  /** Full path, e.g. `acme/payments`. */
  readonly path: string;
  readonly url: string;
}

/** A trigger job, and the pipeline that it made: a child, or one of another project. */
export interface Bridge {
  readonly name: string;
  /** Undefined until the job has run. Whether it is a tag's is not said: `tag` is false. */
  readonly downstream: (PipelineSummary & { readonly projectId: number }) | undefined;
}

/** A commit as a reader of a release wants it. */
export interface Change extends CommitSummary {
  /** As the commit's message says it, which anybody may have written. */
  readonly mergeRequestIid?: number | undefined;
}

/** What lies between two commits; `total` counts what is left out too. */
export interface Changes {
  readonly commits: readonly Change[];
  readonly total: number;
  /** As all commits name them. */
  readonly authors: readonly string[];
  /** Of all commits. */
  readonly mergeRequestIids: readonly number[];
  readonly url: string;
}

/** What lies between two commits, with the files that differ; undefined: GitLab did not name them all. */
export interface Comparison extends Shipment {
  readonly files: readonly string[] | undefined;
}

/** A merge request as a line of a list shows it. */
export interface MergeRequest {
  readonly iid: number;
  readonly title: string;
  readonly url: string;
  readonly author?: Person | undefined;
}

/**
 * What we read from GitLab. Reads are retried at most twice; each throws `GitLabError` when GitLab does not answer,
 * `NotFoundError` when the project is absent or hidden, `PayloadError` when the answer is not as expected.
 */
export interface GitLabReads extends Pick<GitLabReports, 'coverage' | 'testCounts'> {
  project(path: string | number): Promise<ProjectRef>;
  /** The projects of a group and of the groups below it; archived ones left out. */
  groupProjects(group: string): Promise<readonly ProjectRef[]>;
  tag(projectId: number, name: string): Promise<GitRef | undefined>;
  branch(projectId: number, name: string): Promise<GitRef | undefined>;
  commit(projectId: number, sha: string): Promise<GitRef | undefined>;
  /** As whoever made the commit wrote it, which may be anybody's. Never to be shown or logged. */
  commitAuthorEmail(projectId: number, sha: string): Promise<string | undefined>;
  /** Newest first by when they were made. */
  newestTags(projectId: number, limit: number): Promise<readonly GitRef[]>;
  /** Newest first by their last commit. */
  newestBranches(projectId: number, limit: number): Promise<readonly GitRef[]>;
  /** The newest releases by when they were made. */
  newestReleases(
    project: ProjectRef,
  ): Promise<readonly { readonly createdAt: Date | undefined; readonly news: ReleaseChanged }[]>;
  /** Those not stopped, as of at most a minute ago: to read what people type. */
  environments(projectId: number): Promise<readonly Environment[]>;
  /** Those not stopped, asked this moment. */
  environmentsNow(projectId: number): Promise<readonly Environment[]>;
  /** By its full name, stopped or not. */
  environmentNamed(projectId: number, name: string): Promise<Environment | undefined>;
  /** Newest first. `tag` tells a tag's pipelines from those of a branch of the same name. */
  pipelinesOf(
    projectId: number,
    query: { readonly ref: string; readonly tag: boolean },
  ): Promise<readonly PipelineSummary[]>;
  pipelinesOfSha(projectId: number, sha: string): Promise<readonly PipelineSummary[]>;
  pipelinesUpdatedSince(projectId: number, since: Date): Promise<readonly PipelineSummary[]>;
  pipeline(project: ProjectRef, pipelineId: number): Promise<PipelineFacts>;
  /** The newest instance of each trigger job, which `jobs` leaves out. */
  bridges(projectId: number, pipelineId: number): Promise<readonly Bridge[]>;
  /** The newest instance of each job, bridges left out. */
  jobs(projectId: number, pipelineId: number): Promise<readonly Job[]>;
  job(projectId: number, jobId: number): Promise<Job>;
  /** The tags that a runner must have to take the job. */
  jobTags(projectId: number, jobId: number): Promise<readonly string[]>;
  /** The whole log, as GitLab has it: ANSI codes, section marks and secrets included. Empty when there is none. */
  jobLog(projectId: number, jobId: number): Promise<string>;
  /** From the CI configuration at that commit; kept by sha for good. */
  ciGraph(projectId: number, sha: string): Promise<CiGraph>;
  /**
   * The jobs that a new pipeline of the branch or tag would have, as GitLab tries it out without making one. Undefined:
   * this GitLab does not say.
   */
  plannedJobs(projectId: number, ref: string): Promise<PlannedJobs | undefined>;
  /** By its number, asked this moment; `available`, `stopping`, `stopped` or what GitLab may call it. */
  environmentState(projectId: number, environmentId: number): Promise<string>;
  /** The user of our token. */
  ownUser(): Promise<LinkedPerson>;
  deployment(projectId: number, deploymentId: number): Promise<Deployment>;
  deploymentsUpdatedSince(projectId: number, since: Date): Promise<readonly Deployment[]>;
  /** The newest deployments of an environment in any state, also those whose job nobody has played; newest first. */
  deploymentsOf(projectId: number, environment: string, limit: number): Promise<readonly Deployment[]>;
  /**
   * Deployments that may have changed an environment, newest first: up to `limit` of each outcome, so that the records
   * of jobs which nobody pressed hide none.
   */
  startedDeployments(projectId: number, environment: string, limit: number): Promise<readonly Deployment[]>;
  /** The newest successful deployments of an environment, newest first. */
  successfulDeployments(projectId: number, environment: string, limit: number): Promise<readonly Deployment[]>;
  /** Deployments under way (created, running or blocked are not success), newest first. */
  runningDeployments(projectId: number, environment: string): Promise<readonly Deployment[]>;
  /**
   * The newest success and the newest failure of a commit in an environment. `truncated`: the environment has more
   * deployments than are looked through, and what was not reached could change what they say.
   */
  endedDeploymentsOf(projectId: number, environment: string, sha: string): Promise<Earlier>;
  /**
   * GitLab's own approvals of the deployment that a job makes, asked this moment. Undefined: its environment has no
   * approval rules, or GitLab is one without them.
   */
  approvalOf(
    projectId: number,
    deploy: { readonly environment: string; readonly jobId: number },
  ): Promise<GitLabApproval | undefined>;
  compare(projectId: number, from: string, to: string): Promise<Comparison>;
  /** The commits that `to` has and `from` lacks, newest first, each with the merge request that it says it came by. */
  changes(projectId: number, from: string, to: string): Promise<Changes>;
  mergeRequests(projectId: number, iids: readonly number[]): Promise<readonly MergeRequest[]>;
  userByName(username: string): Promise<Person | undefined>;
  /**
   * The one active person who has confirmed that e-mail address, as far as GitLab shows it to the token: to
   * administrators each, to others those that people made public. Cached for 60 s.
   */
  userByEmail(address: string): Promise<Person | undefined>;
  /** GitLab's number for the role, inherited included; 0 for somebody who is no member. Cached for 60 s. */
  accessLevel(projectId: number, userId: number): Promise<number>;
  group(path: string): Promise<GroupRef>;
  /** The role in a group, that of groups above it included. Cached for 60 s. */
  groupAccessLevel(group: number | string, userId: number): Promise<number>;
  /** Active people with a role in a project, or in a group by its path or id, inherited included: the first hundred. Cached for 60 s. */
  projectMembers(projectId: number): Promise<readonly Member[]>;
  groupMembers(group: number | string): Promise<readonly Member[]>;
  /**
   * How GitLab protects an environment (Premium): the project, and the groups above it for the environment's tier. Who
   * deploys has to be let in by each, and the approvals of all are needed. Empty: it is not protected, or the token may not see
   * it. Cached for 60 s, all environments of a project or group at once.
   */
  protections(project: Pick<ProjectRef, 'id' | 'path'>, environment: string): Promise<readonly Protection[]>;
  /** GitLab's own deploy freezes, as crons. Undefined: the token may not see them, which takes the Maintainer role. */
  freezePeriods(projectId: number): Promise<readonly FreezePeriod[] | undefined>;
  /** Where the project's webhooks lead. Undefined: the token may not see them, which takes the Maintainer role. */
  hookUrls(projectId: number): Promise<readonly string[] | undefined>;
}

/** What jobs reported of their tests. Fails as `GitLabReads` does. */
export interface GitLabReports {
  /** Which jobs left a test report, and whether any found out its coverage: one call tells whether to ask further. */
  reporters(
    projectId: number,
    pipelineId: number,
  ): Promise<{ readonly testedBy: readonly number[]; readonly hasCoverage: boolean }>;
  /** GitLab counts some time after a job has ended: `countedOf` are the jobs that it has counted. */
  testCounts(projectId: number, pipelineId: number): Promise<TestCounts & { readonly countedOf: readonly number[] }>;
  /** The first tests that failed, by name. */
  failingTests(projectId: number, pipelineId: number, limit: number): Promise<readonly string[]>;
  /** In percent; undefined where no job of the pipeline found it out. */
  coverage(projectId: number, pipelineId: number): Promise<number | undefined>;
  /** The newest pipeline of a ref that passed, of those older than `before`. */
  lastSuccess(projectId: number, ref: string, before: number): Promise<number | undefined>;
}

/** What we do in GitLab. Never repeated by the adapter; a failure says whether the deed may have happened. */
export interface GitLabWrites {
  /**
   * Starts a manual job. Variables count for this run alone. Of a finished job GitLab starts a new instance and drops
   * the variables, so its status is looked at before.
   */
  playJob(projectId: number, jobId: number, variables?: Readonly<Record<string, string>>): Promise<Job>;
  /** Runs a finished job again and answers with the new one. Only the newest instance of a job can be retried. */
  retryJob(projectId: number, jobId: number): Promise<Job>;
  cancelJob(projectId: number, jobId: number): Promise<Job>;
  /** Makes a pipeline for a branch or tag: twice called, it makes two. */
  createPipeline(
    projectId: number,
    wanted: { readonly ref: string; readonly variables: Readonly<Record<string, string>> },
  ): Promise<{ readonly id: number }>;
  /** Runs its failed and canceled jobs again. */
  retryPipeline(projectId: number, pipelineId: number): Promise<void>;
  /** Cancels what has not ended in it. */
  cancelPipeline(projectId: number, pipelineId: number): Promise<void>;
  /** Stops it by the job that its deployment names for that, if any. */
  stopEnvironment(projectId: number, environmentId: number): Promise<void>;
  /**
   * Approves or rejects a deployment that waits, in the name of whose token it is; GitLab keeps one word of each person
   * and takes the same again. `as`: the rule, where several fit. Undefined: done, else why GitLab does not take it.
   */
  answerDeployment(
    projectId: number,
    deploymentId: number,
    word: {
      readonly answer: 'approve' | 'reject';
      readonly words?: string | undefined;
      readonly as?: string | undefined;
    },
  ): Promise<GitLabApprovalReason | undefined>;
}

/** GitLab, asked with the token of one person, so that their own rights and their own name count. */
export type GitLabOfPerson = GitLabReads & GitLabWrites;

/**
 * GitLab with the token of a person who linked their account, renewed if it is due; undefined: they have not linked
 * any, or linking is switched off. Its calls throw `LinkError` where GitLab takes that token no more.
 * @throws LinkError when the person has to link again; GitLabError when a renewal was due and GitLab does not answer.
 */
export interface GitLabAs {
  (slackUserId: string): Promise<GitLabOfPerson | undefined>;
}

/** Reads a webhook body. */
export interface DecodeDelivery {
  (body: string): DecodedDelivery;
}
