import type { ApprovalRequest } from '../../src/domain/approval.ts';
import type { ApprovalTerms } from '../../src/domain/approval-terms.ts';
import type { Deployment } from '../../src/domain/deployment.ts';
import type { DeploymentChanged, JobChanged, PipelineObserved } from '../../src/domain/event.ts';
import type { GitLabApproval } from '../../src/domain/gitlab-approval.ts';
import type { Job } from '../../src/domain/job.ts';
import type { Operation, Step } from '../../src/domain/operation.ts';
import type { Pipeline, PipelineFacts } from '../../src/domain/pipeline.ts';
import type { DeployPlan, Plan } from '../../src/domain/plan.ts';
import type { ChannelRule, EnvironmentRule, ProjectRef, ProjectRules } from '../../src/domain/project.ts';
import type { CiGraph, CiJob, RouteStep } from '../../src/domain/release.ts';

const start = Date.UTC(2026, 10, 23, 10);

/** The moment `seconds` after the tests' beginning, 2026-11-23 10:00 UTC. */
export function at(seconds: number): Date {
  return new Date(start + seconds * 1_000);
}

export const project: ProjectRef = {
  id: 7,
  path: 'acme/production-app',
  url: 'https://gitlab.example.com/acme/production-app',
  defaultBranch: 'main',
};

export const ann = { slackUserId: 'U0ANN', gitlab: { id: 3, username: 'ann', name: 'Ann Lee' } } as const;
export const raj = { slackUserId: 'U0RAJ', gitlab: { id: 4, username: 'raj', name: 'Raj Patel' } } as const;
export const sha = 'a'.repeat(40);
export const release = { version: 'v1.4.0', ref: 'v1.4.0', tag: true, sha } as const;

export function aJob(change: Partial<Job> = {}): Job {
  return { id: 101, name: 'unit-tests', stage: 'test', status: 'running', allowFailure: false, ...change };
}

/** A tag's pipeline with one running job. */
export function aPipeline(change: Partial<Pipeline> = {}): Pipeline {
  return {
    ...someFacts(),
    jobs: [aJob()],
    deployments: [],
    foldedAt: at(0),
    ...change,
  };
}

export function someFacts(change: Partial<PipelineFacts> = {}): PipelineFacts {
  return {
    project,
    id: 812,
    ref: 'v1.4.0',
    tag: true,
    sha,
    status: 'running',
    url: `${project.url}/-/pipelines/812`,
    stages: ['test', 'deploy'],
    createdAt: at(0),
    ...change,
  };
}

/** A pipeline of the default branch. */
export function aBranchPipeline(change: Partial<Pipeline> = {}): Pipeline {
  return aPipeline({ ref: 'main', tag: false, ...change });
}

export function aDeployment(change: Partial<Deployment> = {}): Deployment {
  return {
    id: 9,
    environment: 'production',
    tier: 'production',
    status: 'success',
    jobId: 106,
    pipelineId: 812,
    ref: 'v1.4.0',
    sha,
    createdAt: at(10),
    changedAt: at(20),
    ...change,
  };
}

/** A webhook or, with `observedAt`, a poll that tells of a whole pipeline. */
export function observed(
  facts: Partial<PipelineFacts>,
  jobs: readonly Job[],
  change: Pick<PipelineObserved, 'observedAt'> = {},
): PipelineObserved {
  return { kind: 'pipeline', pipeline: someFacts(facts), jobs, ...change };
}

export function jobChanged(job: Partial<Job>, change: Partial<JobChanged> = {}): JobChanged {
  return { kind: 'job', project, pipelineId: 812, ref: 'v1.4.0', tag: true, sha, job: aJob(job), ...change };
}

export function deploymentChanged(change: Partial<Deployment>): DeploymentChanged {
  return { kind: 'deployment', project, deployment: aDeployment(change) };
}

export const route: readonly RouteStep[] = [
  { kind: 'play', job: 'deploy-canary', environment: 'production-canary' },
  { kind: 'wait', job: 'monitor-canary', environment: undefined },
  { kind: 'ask', job: 'deploy-prod', environment: 'production' },
  { kind: 'play', job: 'deploy-prod', environment: 'production' },
  { kind: 'verify', job: 'verify-deployment', environment: undefined },
];

export function aPlan(change: Partial<Omit<Plan, 'deed'>> = {}, deed: Partial<DeployPlan> = {}): Plan {
  return {
    id: 'plan-1',
    state: 'open',
    requester: ann,
    createdAt: at(0),
    expiresAt: at(900),
    deed: {
      kind: 'deploy',
      project,
      environment: 'production',
      tier: 'production',
      release,
      pipelineId: 812,
      pipelineUrl: `${project.url}/-/pipelines/812`,
      steps: route,
      channel: 'C0DEPLOYS',
      line: '/deploy acme/production-app:production v1.4.0 --job deploy-prod',
      ...deed,
    },
    ...change,
  };
}

export function aStep(change: Partial<Step> = {}): Step {
  return { kind: 'play', job: 'deploy-prod', environment: 'production', state: 'pending', ...change };
}

/** An operation of one step, the play of deploy-prod, unless `steps` say otherwise. */
export function anOperation(change: Partial<Operation> = {}): Operation {
  return {
    id: 'operation-1',
    kind: 'deploy',
    planId: 'plan-1',
    project,
    environment: 'production',
    release,
    pipelineId: 812,
    pipelineUrl: `${project.url}/-/pipelines/812`,
    state: 'active',
    steps: [aStep()],
    requester: ann,
    channel: 'C0DEPLOYS',
    rootKey: 'C0DEPLOYS/pipeline:812',
    createdAt: at(0),
    nextCheckAt: at(5),
    ...change,
  };
}

/** Ann's deploy to production waits for one approval, for four hours from the beginning. */
export function anApproval(terms: Partial<ApprovalTerms> = {}, change: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    id: 'operation-1-1',
    origin: {
      kind: 'operation',
      operationId: 'operation-1',
      planId: 'plan-1',
      threadKey: 'C0DEPLOYS/pipeline:812/operation:operation-1',
    },
    project,
    environment: 'production',
    release,
    kind: 'deploy',
    pipelineId: 812,
    pipelineUrl: `${project.url}/-/pipelines/812`,
    job: 'deploy-prod',
    jobId: 106,
    terms: {
      required: 1,
      approvers: ['maintainer'],
      ask: [],
      self: false,
      authors: true,
      expiresMs: 14_400_000,
      ...terms,
    },
    requester: ann,
    mention: [],
    places: [],
    state: 'open',
    votes: [],
    createdAt: at(0),
    expiresAt: at(14_400),
    ...change,
  };
}

/** What GitLab says of a deployment that waits for one more approval. */
export function aGitLabApproval(change: Partial<GitLabApproval> = {}): GitLabApproval {
  return {
    deployment: { id: 55, environment: 'production', status: 'blocked', jobId: 106 },
    begun: false,
    canceled: false,
    overtaken: false,
    pending: 1,
    rules: [{ name: 'Maintainers', required: 1, given: 0, accessLevel: 40 }],
    approvals: [],
    ...change,
  };
}

export function aChannel(change: Partial<ChannelRule> = {}): ChannelRule {
  return {
    id: 'C0DEPLOYS',
    notify: ['failed', 'fixed', 'deployed', 'approval'],
    broadcast: 'failures',
    mention: 'author',
    default: false,
    ...change,
  };
}

export function anEnvironmentRule(change: Partial<EnvironmentRule> = {}): EnvironmentRule {
  return { name: 'production', aliases: [], jobs: [], ...change };
}

export function someRules(change: Partial<ProjectRules> = {}): ProjectRules {
  return { path: project.path, aliases: [], channels: [aChannel()], environments: [], ...change };
}

export function aCiJob(change: Partial<CiJob> & { readonly name: string }): CiJob {
  return { stage: 'test', needs: undefined, manual: false, parallel: false, ...change };
}

export function aGraph(stages: readonly string[], jobs: readonly CiJob[]): CiGraph {
  return { stages, jobs };
}

const starts = (name: string) => ({ name, action: 'start' }) as const;

/** The sample project's tag pipeline, from its tests to its verification, as its CI configuration declares it. */
export const sampleGraph: CiGraph = aGraph(
  ['build', 'test', 'deploy-staging', 'deploy-canary', 'deploy-prod', 'verify'],
  [
    aCiJob({ name: 'build-app', stage: 'build', needs: [] }),
    aCiJob({ name: 'unit-tests', stage: 'test', needs: ['build-app'] }),
    aCiJob({
      name: 'deploy-staging',
      stage: 'deploy-staging',
      needs: ['build-app', 'unit-tests'],
      environment: starts('staging'),
    }),
    aCiJob({
      name: 'smoke-test-staging',
      stage: 'deploy-staging',
      needs: ['deploy-staging'],
      environment: { name: 'staging', action: 'verify' },
    }),
    aCiJob({
      name: 'deploy-canary',
      stage: 'deploy-canary',
      needs: ['build-app', 'smoke-test-staging'],
      environment: starts('production-canary'),
      manual: true,
    }),
    aCiJob({
      name: 'monitor-canary',
      stage: 'deploy-canary',
      needs: ['deploy-canary'],
      environment: { name: 'production-canary', action: 'verify' },
    }),
    aCiJob({
      name: 'stop-canary',
      stage: 'deploy-canary',
      needs: ['deploy-canary'],
      environment: { name: 'production-canary', action: 'stop' },
      manual: true,
    }),
    aCiJob({
      name: 'deploy-prod',
      stage: 'deploy-prod',
      needs: ['build-app', 'deploy-canary', 'monitor-canary'],
      environment: starts('production'),
      manual: true,
    }),
    aCiJob({
      name: 'rollback-prod',
      stage: 'verify',
      needs: ['deploy-prod'],
      environment: { name: 'production', action: 'prepare' },
      manual: true,
    }),
    aCiJob({
      name: 'verify-deployment',
      stage: 'verify',
      needs: ['deploy-prod'],
      environment: { name: 'production', action: 'verify' },
    }),
  ],
);

/** The sample pipeline's jobs as it stands at its canary gate; `statuses` move single ones. */
export function sampleJobs(statuses: Readonly<Record<string, Partial<Job>>> = {}): readonly Job[] {
  const atGate: Readonly<Record<string, Partial<Job>>> = {
    'deploy-canary': { status: 'manual' },
    'monitor-canary': { status: 'created' },
    'stop-canary': { status: 'created', allowFailure: true },
    'deploy-prod': { status: 'created' },
    'rollback-prod': { status: 'created', allowFailure: true },
    'verify-deployment': { status: 'created' },
  };
  return sampleGraph.jobs.map((job, index) =>
    aJob({
      id: 101 + index,
      name: job.name,
      stage: job.stage,
      status: 'success',
      ...atGate[job.name],
      ...statuses[job.name],
    }),
  );
}
