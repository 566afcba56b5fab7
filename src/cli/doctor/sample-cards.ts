import { renderAskedLine } from '../../cards/asked-line.ts';
import type { Card } from '../../cards/card.ts';
import { renderCatchUp } from '../../cards/catch-up.ts';
import { renderChannelClosed } from '../../cards/channel-closed.ts';
import { renderChannelReopened } from '../../cards/channel-reopened.ts';
import { renderConfigRefused } from '../../cards/config-refused.ts';
import { renderConfigReloaded } from '../../cards/config-reloaded.ts';
import { renderDeployPlan } from '../../cards/deploy-plan.ts';
import { renderDeployment } from '../../cards/deployment.ts';
import { renderDeployments } from '../../cards/deployments.ts';
import { renderEnvironmentAlert } from '../../cards/environment-alert.ts';
import { renderFailure } from '../../cards/failure.ts';
import { renderFixed } from '../../cards/fixed.ts';
import { renderGateLeft } from '../../cards/gate-left.ts';
import { renderGateReached } from '../../cards/gate-reached.ts';
import { renderHandedOn } from '../../cards/handed-on.ts';
import { renderHelp } from '../../cards/help.ts';
import { renderJobFailed } from '../../cards/job-failed.ts';
import { renderJobLog } from '../../cards/job-log.ts';
import { renderJobNotStarted } from '../../cards/job-not-started.ts';
import { renderAway } from '../../cards/late-input.ts';
import { renderOperation } from '../../cards/operation.ts';
import { renderOperationEnded } from '../../cards/operation-ended.ts';
import { renderPipelineFailed } from '../../cards/pipeline-failed.ts';
import { renderPipelineStarted } from '../../cards/pipeline-started.ts';
import { renderPipelineSucceeded } from '../../cards/pipeline-succeeded.ts';
import { renderPlanClosed } from '../../cards/plan-closed.ts';
import { renderPossibleHere } from '../../cards/possible-here.ts';
import { renderPromote } from '../../cards/promote.ts';
import { renderPromoteAnswered } from '../../cards/promote-answered.ts';
import { renderRefusal } from '../../cards/refusal.ts';
import { renderReleaseChanged } from '../../cards/release-changed.ts';
import { renderRollbackPlan } from '../../cards/rollback-plan.ts';
import { renderRoot } from '../../cards/root.ts';
import { renderStillFailing } from '../../cards/still-failing.ts';
import { renderTagMoved } from '../../cards/tag-moved.ts';
import { renderWatches } from '../../cards/watches.ts';
import { renderUnwatched, renderWatching, renderWatchStarted } from '../../cards/watching.ts';
import type { Deployment } from '../../domain/deployment.ts';
import type { Job } from '../../domain/job.ts';
import type { Operation, Step } from '../../domain/operation.ts';
import { bold, say } from '../../domain/phrase.ts';
import type { Pipeline } from '../../domain/pipeline.ts';
import type { DeployPlan, Plan } from '../../domain/plan.ts';
import type { PipelineReport } from '../../domain/test-report.ts';
import { sampleApprovalCards } from './sample-approval-cards.ts';
import { sampleLinkCards } from './sample-link-cards.ts';
import { sampleLockCards } from './sample-lock-cards.ts';
import { sampleOverrideCards } from './sample-override-cards.ts';
import { sampleRollbackCards } from './sample-rollback-cards.ts';
import { sampleTaskCards } from './sample-task-cards.ts';

const at = new Date('2026-01-01T10:00:00Z');
const url = 'https://gitlab.example.com/acme/app';
const sha = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d';
const project = { id: 1, path: 'acme/app', url, defaultBranch: 'main' } as const;
const ann = { slackUserId: 'U0123456789', gitlab: { id: 2, username: 'ann', name: 'Ann Lee' } } as const;
const release = { version: 'v1.4.0', ref: 'v1.4.0', tag: true, sha } as const;
const pipelineUrl = `${url}/-/pipelines/3`;
const line = '/deploy production v1.4.0';

const gate: Job = {
  id: 4,
  name: 'deploy-prod',
  stage: 'deploy',
  status: 'manual',
  allowFailure: false,
  url: `${url}/-/jobs/4`,
  environment: { name: 'production', action: 'start' },
};
const broken: Job = {
  id: 5,
  name: 'unit-tests',
  stage: 'test',
  status: 'failed',
  allowFailure: false,
  url: `${url}/-/jobs/5`,
  failureReason: 'script_failure',
  finishedAt: at,
};
const deployment: Deployment = {
  id: 6,
  environment: 'production',
  tier: 'production',
  status: 'success',
  ref: release.ref,
  sha,
  user: ann.gitlab,
  externalUrl: 'https://app.example.com',
  createdAt: at,
  changedAt: at,
};
const pipeline: Pipeline = {
  project,
  id: 3,
  ref: release.ref,
  tag: true,
  sha,
  status: 'manual',
  url: pipelineUrl,
  stages: ['test', 'deploy'],
  createdAt: at,
  durationSeconds: 754,
  user: ann.gitlab,
  commitTitle: 'Add express checkout',
  commitAuthor: 'Raj Patel',
  jobs: [broken, gate],
  deployments: [deployment],
  foldedAt: at,
};
const report: PipelineReport = {
  tests: { total: 412, failed: 1, skipped: 2, unreadable: [] },
  failing: ['adds an item to the cart'],
  coverage: { percent: 84.2, change: { points: -1.3, ref: 'main' } },
};
const steps = [{ kind: 'play', job: gate.name, environment: 'production' }] as const;
const plan: Plan<DeployPlan> = {
  id: 'sample',
  state: 'open',
  requester: ann,
  createdAt: at,
  expiresAt: at,
  deed: {
    kind: 'deploy',
    project,
    environment: 'production',
    tier: 'production',
    release,
    pipelineId: pipeline.id,
    pipelineUrl,
    steps,
    live: { version: 'v1.3.0', sha, since: at },
    shipment: { commits: [{ sha, title: 'Add express checkout', author: 'Raj Patel' }], total: 1, url },
    channel: 'C0123456789',
    line,
  },
};

/** One of each kind of message that the bot sends, made of invented values. */
export function sampleCards(): Readonly<Record<string, Card>> {
  return { ...pipelineCards(), ...deployCards(), ...answerCards(), ...watchdogCards() };
}

function pipelineCards(): Readonly<Record<string, Card>> {
  const failed = { pipeline: { ...pipeline, status: 'failed' as const }, jobs: [broken] };
  const news = { pipeline, deployment, job: gate, excerpt: undefined };
  return {
    root: renderRoot({ pipeline, operations: [] }),
    'pipeline started': renderPipelineStarted({ pipeline }),
    'pipeline succeeded': renderPipelineSucceeded({ pipeline: { ...pipeline, status: 'success' } }),
    'pipeline failed': renderPipelineFailed({ ...failed, report }),
    'still failing': renderStillFailing(failed),
    fixed: renderFixed({ pipeline }),
    'job failed': renderJobFailed({ pipeline, job: broken, excerpt: ['ERROR: Job failed: exit code 1'] }),
    'job log': renderJobLog({ project, job: broken, lines: ['ERROR: Job failed: exit code 1'] }),
    deployment: renderDeployment({ ...news, outcome: 'succeeded' }),
    'gate reached': renderGateReached({ pipeline, job: gate }),
    'gate left': renderGateLeft({ pipeline, job: { ...gate, status: 'running' }, by: ann.gitlab }),
    'tag moved': renderTagMoved({ kind: 'tag', project, tag: release.ref, move: 'created', sha, user: ann.gitlab }),
    'release changed': renderReleaseChanged({
      news: {
        kind: 'release',
        project,
        tag: release.ref,
        change: 'created',
        sha,
        name: 'Summer',
        description: 'Faster',
      },
      now: at,
    }),
    'catch-up': renderCatchUp({ pipeline, since: at, now: at, notices: [{ kind: 'pipeline_started', at }] }),
  };
}

function deployCards(): Readonly<Record<string, Card>> {
  const operation = sampleOperation('running');
  const ended: Operation = { ...sampleOperation('succeeded'), state: 'succeeded', endedAt: at };
  const asking: Operation = {
    ...operation,
    steps: [{ kind: 'ask', job: gate.name, environment: 'production', state: 'waiting' }],
  };
  return {
    'deploy plan': renderDeployPlan({ plan }),
    'rollback plan': renderRollbackPlan({
      plan: {
        ...plan,
        deed: { ...plan.deed, kind: 'rollback', by: 'redeploy', lock: true, undone: plan.deed.shipment },
      },
    }),
    'plan closed': renderPlanClosed({ plan, how: 'lapsed', again: line }),
    operation: renderOperation({ operation, threadUrl: pipelineUrl }),
    'where asked': renderAskedLine({ operation, threadUrl: pipelineUrl }),
    'operation ended': renderOperationEnded({ operation: ended }),
    promote: renderPromote({ operation: asking }),
    'promote answered': renderPromoteAnswered({ operation, answer: 'promoted', by: ann, at }),
  };
}

function sampleOperation(state: Step['state']): Operation {
  return {
    id: 'sample',
    kind: 'deploy',
    planId: plan.id,
    project,
    environment: 'production',
    release,
    pipelineId: pipeline.id,
    pipelineUrl,
    fromVersion: 'v1.3.0',
    state: 'active',
    steps: steps.map((step) => ({ ...step, state, jobId: gate.id, jobUrl: `${url}/-/jobs/4` })),
    requester: ann,
    channel: 'C0123456789',
    rootKey: 'sample',
    createdAt: at,
    nextCheckAt: at,
  };
}

function answerCards(): Readonly<Record<string, Card>> {
  const help = { name: '/deploy', usage: '/deploy <environment> <version>', description: 'Deploy', examples: [line] };
  return {
    help: renderHelp({ commands: [help] }),
    deployments: renderDeployments({
      project,
      asOf: at,
      rows: [{ environment: 'production', tier: 'production', version: release.version, sha, since: at }],
    }),
    refusal: renderRefusal({
      code: 'operation_active',
      notDone: say`v1.4.0 was not deployed to ${bold('production')}.`,
      fact: say`Another deployment is under way there.`,
      todo: [{ kind: 'type', line }],
    }),
    failure: renderFailure({
      code: 'gitlab',
      notDone: '/deploy was not carried out.',
      fact: 'GitLab does not answer.',
      hint: 'Try again in a few minutes.',
      mayHaveStarted: false,
    }),
    away: renderAway({ typed: line, at }),
    'possible here': renderPossibleHere({
      about: say`This thread is about v1.4.0.`,
      deeds: [{ label: 'Deploy to production', spoken: 'Deploy v1.4.0 to production', line }],
      commands: [{ words: 'deploy prod v1.4.0', description: 'Deploy' }],
    }),
    'handed on': renderHandedOn({ line, channel: 'C0123456789' }),
    'channel closed': renderChannelClosed({ channel: 'C0123456789', code: 'is_archived', mend: 'Unarchive it.' }),
    'channel reopened': renderChannelReopened({ channel: 'C0123456789', code: 'is_archived', since: at }),
    'configuration reloaded': renderConfigReloaded({ kind: 'used', projects: 3 }),
    ...watchCards(),
    ...sampleOverrideCards(plan),
    ...sampleRollbackCards(pipeline, deployment),
    ...sampleApprovalCards(sampleOperation('waiting')),
    ...sampleTaskCards({ project, requester: ann, at }),
    ...sampleLinkCards(ann, at),
    ...sampleLockCards({ project, actor: ann, at, line, operation: sampleOperation('waiting') }),
    'configuration refused': renderConfigRefused({ problems: ['chatops.yml line 1: projects is empty'] }),
  };
}

function watchCards(): Readonly<Record<string, Card>> {
  const by = { slackUserId: ann.slackUserId, username: 'ann' };
  const watch = { channel: 'C0123456789', project: project.path, deployable: true, by, since: at };
  const about = { watch, notify: ['failed', 'fixed'], undo: '/chatops unwatch acme/app' } as const;
  return {
    watching: renderWatching({ ...about, changed: false, hook: 'missing' }),
    'watch started': renderWatchStarted(about),
    'watch ended': renderUnwatched({ watch, redo: '/chatops watch acme/app failed fixed' }),
    watches: renderWatches({
      watched: [
        {
          project: project.path,
          notify: about.notify,
          from: { kind: 'watch', by: 'ann', since: at, deployable: true },
        },
      ],
      add: '/chatops watch group/project',
    }),
  };
}

function watchdogCards(): Readonly<Record<string, Card>> {
  const record = { projectId: project.id, environment: 'production', newestId: 6, successes: [], heardAt: at };
  return {
    'environment alert': renderEnvironmentAlert({
      project,
      record: { ...record, failures: 3, failingSince: at },
      trouble: 'failures',
      now: at,
    }),
    'job not started': renderJobNotStarted({
      operation: sampleOperation('running'),
      cause: { kind: 'no_runner', tags: ['docker'] },
      afterMs: 31_000,
    }),
  };
}
