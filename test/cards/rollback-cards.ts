import type { Card } from '../../src/cards/card.ts';
import { renderDeployments } from '../../src/cards/deployments.ts';
import { renderOperation } from '../../src/cards/operation.ts';
import { renderOperationEnded } from '../../src/cards/operation-ended.ts';
import { renderRollbackPlan } from '../../src/cards/rollback-plan.ts';
import { renderRollbackJobSeen, renderRollbackSeen } from '../../src/cards/rollback-seen.ts';
import { renderRoot } from '../../src/cards/root.ts';
import type { Operation } from '../../src/domain/operation.ts';
import { say } from '../../src/domain/phrase.ts';
import type { Plan, RollbackPlan } from '../../src/domain/plan.ts';
import { aDeployment, ann, anOperation, aPipeline, aPlan, at, project, sha } from './builders.ts';

const back = { version: 'v1.4.0', ref: 'v1.4.0', tag: true, sha: '9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c' } as const;
const retry = { kind: 'retry', job: 'deploy-prod', environment: 'production' } as const;

function aRollback(change: Partial<RollbackPlan> = {}): Plan<RollbackPlan> {
  const { deed, ...plan } = aPlan();
  const { shipment: undone, ...rest } = deed;
  return {
    ...plan,
    deed: {
      ...rest,
      kind: 'rollback',
      by: 'redeploy',
      release: back,
      live: { version: 'v1.5.0', sha, since: at('08:00') },
      undone,
      steps: [retry],
      lock: true,
      ...change,
    },
  };
}

function rollingBack(change: Partial<Operation> = {}): Operation {
  return anOperation([], {
    kind: 'rollback',
    release: back,
    fromVersion: 'v1.5.0',
    steps: [{ ...retry, state: 'running', jobId: 120 }],
    ...change,
  });
}

const ended = { state: 'succeeded', endedAt: at('10:14') } as const;

/** The cards of a rollback, and of a job that is run again, in each of their states. */
export const rollbackCards: Readonly<Record<string, Card>> = {
  'root, its news goes on elsewhere': renderRoot({
    pipeline: aPipeline(),
    operations: [rollingBack()],
    newsUrl: 'https://acme.slack.com/archives/C0DEPLOYS/p1',
  }),
  'operation ended, which failed long before': renderOperationEnded({
    operation: anOperation(
      ['succeeded', 'succeeded', 'succeeded', { state: 'failed', reason: 'job_failed', endedAt: at('07:30') }],
      { state: 'failed', endedAt: at('10:23') },
    ),
  }),
  'rollback plan': renderRollbackPlan({ plan: aRollback() }),
  'rollback plan, away from a failed deploy': renderRollbackPlan({ plan: aRollback({ leftEnded: 'failed' }) }),
  'rollback plan, a deploy is aborted for it': renderRollbackPlan({
    plan: aRollback({
      reason: 'checkout is broken',
      lock: false,
      undone: undefined,
      aborts: { operationId: 'operation-2', version: 'v1.6.0' },
      steps: [{ kind: 'cancel', job: 'deploy-prod', environment: undefined, cancelsJobId: 119 }, retry],
    }),
    warnings: [say`Left out, because it was rolled back before: v1.4.5.`],
  }),
  'rollback, running': renderOperation({ operation: rollingBack() }),
  'rollback ended': renderOperationEnded({
    operation: rollingBack({ ...ended, steps: [{ ...retry, state: 'succeeded', jobId: 120 }] }),
  }),
  'rollback ended, by the pipeline’s own job': renderOperationEnded({
    operation: rollingBack({
      ...ended,
      steps: [{ kind: 'play', job: 'rollback-prod', environment: 'production', state: 'succeeded', jobId: 120 }],
    }),
  }),
  'rollback ended, retry refused': renderOperationEnded({
    operation: rollingBack({
      state: 'failed',
      endedAt: at('10:14'),
      steps: [{ ...retry, state: 'failed', reason: 'refused_retry' }],
    }),
    again: '/rollback production v1.4.0',
  }),
  'rollback seen': renderRollbackSeen({
    project,
    deployment: aDeployment({ ref: 'v1.3.0', sha: '9f8e7d6c5b4a', user: ann.gitlab, changedAt: at('10:22') }),
    left: aDeployment({ ref: 'v1.4.0', sha }),
  }),
  'rollback job seen': renderRollbackJobSeen({
    pipeline: aPipeline(),
    job: { id: 77, name: 'rollback-prod' },
    environment: 'production',
    by: ann.gitlab,
    byItself: false,
    left: { version: 'v1.4.0', sha },
    at: at('10:22'),
  }),
  'rollback job seen, by itself': renderRollbackJobSeen({
    pipeline: aPipeline(),
    job: { id: 78, name: 'auto-rollback-prod' },
    environment: 'production',
    by: undefined,
    byItself: true,
    left: undefined,
    at: at('10:22'),
  }),
  'deployments, taken back by a job': renderDeployments({
    project,
    asOf: at('10:30'),
    rows: [
      {
        environment: 'production-eu',
        version: 'v1.4.0',
        sha,
        since: at('10:04'),
        takenBack: { deploymentId: 11, at: at('10:20') },
      },
      {
        environment: 'production-us',
        version: 'v1.4.0',
        sha,
        since: at('10:04'),
        takenBack: { deploymentId: 12, at: at('10:20'), version: 'v1.3.0' },
      },
    ],
  }),
};
