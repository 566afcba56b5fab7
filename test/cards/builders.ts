import type { ApprovalRequest } from '../../src/domain/approval.ts';
import type { Deployment } from '../../src/domain/deployment.ts';
import type { EnvironmentRecord } from '../../src/domain/environment-record.ts';
import type { Job } from '../../src/domain/job.ts';
import type { Operation, Step, StepState } from '../../src/domain/operation.ts';
import type { Pipeline } from '../../src/domain/pipeline.ts';
import type { DeployPlan, Plan } from '../../src/domain/plan.ts';

export const project = {
  id: 7,
  path: 'acme/production-app',
  url: 'https://gitlab.example.com/acme/production-app',
  defaultBranch: 'main',
} as const;

export const ann = { slackUserId: 'U0ANN', gitlab: { id: 3, username: 'ann', name: 'Ann Lee' } } as const;
export const sha = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d';
export const at = (time: string): Date => new Date(`2026-11-23T${time}:00Z`);

const stages = ['validate', 'build', 'test', 'deploy-staging', 'deploy-canary', 'deploy-prod', 'verify'] as const;

export function aJob(overrides: Partial<Job> & { readonly name: string }): Job {
  const id = overrides.id ?? 100;
  return {
    id,
    stage: 'test',
    status: 'success',
    allowFailure: false,
    url: `${project.url}/-/jobs/${id}`,
    ...overrides,
  };
}

export const canaryGate: Job = aJob({
  id: 105,
  name: 'deploy-canary',
  stage: 'deploy-canary',
  status: 'manual',
  environment: { name: 'production-canary', action: 'start' },
});

export const unitTests: Job = aJob({
  id: 103,
  name: 'unit-tests',
  status: 'failed',
  failureReason: 'script_failure',
  finishedAt: at('10:05'),
});

/** A tag's pipeline that stands at its canary gate. */
export function aPipeline(overrides: Partial<Pipeline> = {}): Pipeline {
  return {
    project,
    id: 812,
    ref: 'v1.4.0',
    tag: true,
    sha,
    status: 'manual',
    url: `${project.url}/-/pipelines/812`,
    stages,
    createdAt: at('10:00'),
    user: ann.gitlab,
    commitTitle: 'Add express checkout',
    commitAuthor: 'Raj Patel',
    jobs: [
      aJob({ id: 101, name: 'lint', stage: 'validate' }),
      aJob({ id: 102, name: 'build-app', stage: 'build' }),
      aJob({ id: 103, name: 'unit-tests', stage: 'test' }),
      aJob({
        id: 104,
        name: 'deploy-staging',
        stage: 'deploy-staging',
        environment: { name: 'staging', action: 'start' },
      }),
      canaryGate,
      aJob({ id: 106, name: 'deploy-prod', stage: 'deploy-prod', status: 'created' }),
      aJob({ id: 107, name: 'verify-deployment', stage: 'verify', status: 'created' }),
    ],
    deployments: [aDeployment({ id: 1, environment: 'staging', jobId: 104 })],
    foldedAt: at('10:10'),
    ...overrides,
  };
}

export function aDeployment(overrides: Partial<Deployment> = {}): Deployment {
  return {
    id: 9,
    environment: 'production',
    tier: 'production',
    status: 'success',
    ref: 'v1.4.0',
    sha,
    user: ann.gitlab,
    externalUrl: 'https://example.com',
    createdAt: at('10:20'),
    changedAt: at('10:22'),
    ...overrides,
  };
}

const route = [
  { kind: 'play', job: 'deploy-canary', environment: 'production-canary' },
  { kind: 'wait', job: 'monitor-canary', environment: undefined },
  { kind: 'ask', job: 'deploy-prod', environment: 'production' },
  { kind: 'play', job: 'deploy-prod', environment: 'production' },
  { kind: 'verify', job: 'verify-deployment', environment: undefined },
] as const;

export function aPlan(overrides: Partial<DeployPlan> = {}): Plan<DeployPlan> {
  return {
    id: 'plan-1',
    state: 'open',
    requester: ann,
    createdAt: at('10:10'),
    expiresAt: at('10:25'),
    deed: {
      kind: 'deploy',
      project,
      environment: 'production',
      tier: 'production',
      release: { version: 'v1.4.0', ref: 'v1.4.0', tag: true, sha },
      pipelineId: 812,
      pipelineUrl: `${project.url}/-/pipelines/812`,
      steps: route,
      live: { version: 'v1.3.0', sha: '9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c', since: at('08:00') },
      shipment: {
        commits: [
          { sha, title: 'Add express checkout', author: 'Raj Patel' },
          { sha, title: 'Fix rounding of totals', author: 'Mia Chen' },
        ],
        total: 2,
        url: `${project.url}/-/compare/v1.3.0...v1.4.0`,
      },
      channel: 'C0DEPLOYS',
      line: '/deploy acme/production-app:production v1.4.0 --job deploy-prod',
      ...overrides,
    },
  };
}

/** An operation on the plan's route; `states` are those of its steps in order, the rest are pending. */
export function anOperation(
  states: readonly (StepState | Partial<Step>)[] = [],
  overrides: Partial<Operation> = {},
): Operation {
  return {
    id: 'operation-1',
    kind: 'deploy',
    planId: 'plan-1',
    project,
    environment: 'production',
    release: { version: 'v1.4.0', ref: 'v1.4.0', tag: true, sha },
    pipelineId: 812,
    pipelineUrl: `${project.url}/-/pipelines/812`,
    fromVersion: 'v1.3.0',
    state: 'active',
    steps: route.map((step, index): Step => {
      const given = states[index] ?? 'pending';
      const change = typeof given === 'string' ? { state: given } : given;
      const isReached = change.state !== undefined && change.state !== 'pending' && step.kind !== 'ask';
      return {
        ...step,
        state: 'pending',
        ...(isReached ? { jobId: 105 + index, jobUrl: `${project.url}/-/jobs/${105 + index}` } : {}),
        ...change,
      };
    }),
    requester: ann,
    channel: 'C0DEPLOYS',
    rootKey: 'C0DEPLOYS/pipeline:812',
    createdAt: at('10:11'),
    nextCheckAt: at('10:12'),
    ...overrides,
  };
}

/** Production, after three failures in a row. */
export const anEnvironmentRecord: EnvironmentRecord = {
  projectId: 1,
  environment: 'production',
  tier: 'production',
  newestId: 14,
  live: { deploymentId: 11, version: 'v1.3.0', sha: '9f8e7d6c5b4a', since: at('08:00'), rolledBack: false },
  successes: [],
  failures: 3,
  failingSince: at('09:00'),
  heardAt: at('10:00'),
};

/** Production waits for one of two approvals. */
export const anApprovalRequest: ApprovalRequest = {
  id: 'operation-1-1',
  origin: {
    kind: 'operation',
    operationId: 'operation-1',
    planId: 'plan-1',
    threadKey: 'C0DEPLOYS/pipeline:812/operation:operation-1',
  },
  project,
  environment: 'production',
  tier: 'production',
  release: { version: 'v1.4.0', ref: 'v1.4.0', tag: true, sha },
  fromVersion: 'v1.3.0',
  kind: 'deploy',
  pipelineId: 812,
  pipelineUrl: `${project.url}/-/pipelines/812`,
  job: 'deploy-prod',
  jobId: 106,
  terms: {
    required: 2,
    approvers: ['maintainer', '@raj', 'S0LEADS'],
    ask: [],
    self: false,
    authors: false,
    expiresMs: 14_400_000,
  },
  requester: ann,
  ships: { total: 12, url: `${project.url}/-/compare/v1.3.0...v1.4.0` },
  checks: { passed: 8, failed: [], open: [] },
  mention: ['U0RAJ', 'S0LEADS'],
  places: [{ channel: 'C0DEPLOYS', rootKey: 'C0DEPLOYS/pipeline:812', broadcast: true }],
  state: 'open',
  votes: [],
  createdAt: at('10:11'),
  expiresAt: at('14:11'),
};
