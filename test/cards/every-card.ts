import { renderAskedLine } from '../../src/cards/asked-line.ts';
import type { Card } from '../../src/cards/card.ts';
import { renderCatchUp } from '../../src/cards/catch-up.ts';
import { renderChannelClosed } from '../../src/cards/channel-closed.ts';
import { renderChannelReopened } from '../../src/cards/channel-reopened.ts';
import { checksLine } from '../../src/cards/checks-line.ts';
import { renderConfigRefused } from '../../src/cards/config-refused.ts';
import { renderConfigReloaded } from '../../src/cards/config-reloaded.ts';
import { renderDeployPlan } from '../../src/cards/deploy-plan.ts';
import { renderDeployment } from '../../src/cards/deployment.ts';
import { renderDeployments } from '../../src/cards/deployments.ts';
import { renderEnvironmentAlert } from '../../src/cards/environment-alert.ts';
import { renderFailure } from '../../src/cards/failure.ts';
import { renderFixed } from '../../src/cards/fixed.ts';
import { renderFreezePaused } from '../../src/cards/freeze-paused.ts';
import { renderGateLeft } from '../../src/cards/gate-left.ts';
import { renderGateReached } from '../../src/cards/gate-reached.ts';
import { renderHandedOn } from '../../src/cards/handed-on.ts';
import { renderHelp } from '../../src/cards/help.ts';
import { renderJobFailed } from '../../src/cards/job-failed.ts';
import { renderJobLog } from '../../src/cards/job-log.ts';
import { renderJobNotStarted } from '../../src/cards/job-not-started.ts';
import { renderAway } from '../../src/cards/late-input.ts';
import { renderOperation } from '../../src/cards/operation.ts';
import { renderOperationEnded } from '../../src/cards/operation-ended.ts';
import { outcomesLine } from '../../src/cards/outcomes-line.ts';
import { renderPipelineFailed } from '../../src/cards/pipeline-failed.ts';
import { renderPipelineStarted } from '../../src/cards/pipeline-started.ts';
import { renderPipelineSucceeded } from '../../src/cards/pipeline-succeeded.ts';
import { renderPlanClosed } from '../../src/cards/plan-closed.ts';
import { renderPossibleHere } from '../../src/cards/possible-here.ts';
import { renderPromote } from '../../src/cards/promote.ts';
import { renderPromoteAnswered } from '../../src/cards/promote-answered.ts';
import { renderRefusal } from '../../src/cards/refusal.ts';
import { renderReleaseChanged } from '../../src/cards/release-changed.ts';
import { renderRoot } from '../../src/cards/root.ts';
import { renderStillFailing } from '../../src/cards/still-failing.ts';
import { renderTagMoved } from '../../src/cards/tag-moved.ts';
import { summariseJobs } from '../../src/domain/job-outcomes.ts';
import { bold, code, say, time, user } from '../../src/domain/phrase.ts';
import { approvalCards } from './approval-cards.ts';
import {
  aDeployment,
  aJob,
  anApprovalRequest,
  anEnvironmentRecord,
  ann,
  anOperation,
  aPipeline,
  aPlan,
  at,
  canaryGate,
  project,
  sha,
  unitTests,
} from './builders.ts';
import { checkCards } from './check-cards.ts';
import { linkCards } from './link-cards.ts';
import { lockCards } from './lock-cards.ts';
import { overrideCards } from './override-cards.ts';
import { rollbackCards } from './rollback-cards.ts';
import { taskCards } from './task-cards.ts';
import { watchCards } from './watch-cards.ts';

const running = anOperation(['succeeded', 'running']);
const log = ['FAIL tests/test_cart.py::test_total', 'E  assert 41 == 42', 'ERROR: Job failed: exit code 1'];
const allowed = aJob({ id: 99, name: 'code-quality', stage: 'test', status: 'failed', allowFailure: true });
const prodButton = aJob({
  id: 98,
  name: 'deploy-prod',
  stage: 'deploy-prod',
  status: 'manual',
  allowFailure: true,
  environment: { name: 'production', action: 'start' },
});
const deployProd = aJob({
  id: 106,
  name: 'deploy-prod',
  stage: 'deploy-prod',
  durationSeconds: 95,
  failureReason: 'job_execution_timeout',
});
const main = { ref: 'main', tag: false } as const;
const branch = aPipeline({ ...main, status: 'failed', durationSeconds: 754, jobs: [unitTests] });
const news = { pipeline: aPipeline(), deployment: aDeployment(), job: deployProd, excerpt: undefined };
const done = { endedAt: at('10:23') } as const;

const summer = {
  kind: 'release',
  project,
  tag: 'v1.4.0',
  change: 'created',
  sha,
  name: 'Summer',
  description: '## New\n\n- Express checkout\n- Rounded totals\n\n## Mended\n- The basket',
  url: `${project.url}/-/releases/v1.4.0`,
  releasedAt: at('10:00'),
} as const;

const report = {
  tests: { total: 412, failed: 7, skipped: 2, unreadable: [] },
  failing: ['test_total', 'test_total_with_discount', 'adds an item', 'removes an item', 'ships abroad'],
  coverage: { percent: 84.2, change: { points: -1.3, ref: 'main' } },
} as const;
const passedReport = { ...report, tests: { ...report.tests, failed: 0, skipped: 0 }, failing: [] } as const;

/** Each card in each of its states, by name. */
export const everyCard: Readonly<Record<string, Card>> = {
  'root, waiting at a gate': renderRoot({ pipeline: aPipeline(), operations: [] }),
  'root, a deploy under way': renderRoot({
    pipeline: aPipeline({
      status: 'running',
      jobs: aPipeline().jobs.map((job) => (job.id === 105 ? { ...job, status: 'running' } : job)),
    }),
    operations: [running],
  }),
  'root, failed': renderRoot({
    pipeline: aPipeline({ status: 'failed', durationSeconds: 754, jobs: [unitTests, allowed] }),
    operations: [],
  }),
  'root, passed with warnings': renderRoot({
    pipeline: aPipeline({ ...main, status: 'success', durationSeconds: 754, jobs: [allowed] }),
    operations: [],
  }),
  'root, merge request': renderRoot({
    pipeline: aPipeline({
      ref: 'refs/merge-requests/42/head',
      tag: false,
      status: 'running',
      deployments: [],
      mergeRequest: { iid: 42, title: 'Express checkout', url: `${project.url}/-/merge_requests/42` },
    }),
    operations: [],
  }),
  'job failed': renderJobFailed({ pipeline: aPipeline(), job: unitTests, excerpt: log }),
  'job failed, its author called': renderJobFailed({
    pipeline: aPipeline(),
    job: unitTests,
    excerpt: log,
    mention: { slackUserId: 'U0RAJ', as: 'author' },
  }),
  'job failed, nothing known': renderJobFailed({
    pipeline: aPipeline({ commitTitle: undefined, commitAuthor: undefined, user: undefined }),
    job: aJob({ name: 'unit-tests', status: 'failed', url: undefined, failureReason: 'a_new_reason' }),
    excerpt: undefined,
  }),
  'pipeline failed': renderPipelineFailed({ pipeline: branch, jobs: [unitTests, deployProd, allowed] }),
  'pipeline failed, its author called': renderPipelineFailed({
    pipeline: branch,
    jobs: [unitTests],
    mention: { slackUserId: 'U0RAJ', as: 'author' },
  }),
  'pipeline failed, no job did': renderPipelineFailed({ pipeline: branch, jobs: [] }),
  'still failing': renderStillFailing({ pipeline: branch, jobs: [unitTests] }),
  'still failing, its author called': renderStillFailing({
    pipeline: branch,
    jobs: [unitTests],
    mention: { slackUserId: 'U0RAJ', as: 'author' },
  }),
  fixed: renderFixed({ pipeline: aPipeline(main) }),
  'gate left, started': renderGateLeft({
    pipeline: aPipeline(),
    job: { ...canaryGate, status: 'running' },
    by: { username: 'ann', name: 'Ann Lee' },
  }),
  'gate left, canceled': renderGateLeft({
    pipeline: aPipeline(),
    job: { ...canaryGate, status: 'canceled' },
    by: undefined,
  }),
  'pipeline started': renderPipelineStarted({ pipeline: aPipeline() }),
  'pipeline succeeded': renderPipelineSucceeded({
    pipeline: aPipeline({ status: 'success', durationSeconds: 754, jobs: [] }),
  }),
  'pipeline succeeded, not deployed': renderPipelineSucceeded({
    pipeline: aPipeline({ status: 'success', durationSeconds: 754, jobs: [allowed, prodButton] }),
  }),
  'deployment started': renderDeployment({ ...news, outcome: 'started' }),
  'deployment succeeded': renderDeployment({ ...news, outcome: 'succeeded' }),
  'deployment succeeded, with a dashboard and required jobs': renderDeployment({
    ...news,
    outcome: 'succeeded',
    rule: { dashboard: 'https://grafana.example.com/d/app?var-env=prod', requires: ['unit-tests', 'trivy-scan'] },
  }),
  'deployment failed': renderDeployment({ ...news, outcome: 'failed', excerpt: log }),
  'deployment failed, who asked for it called': renderDeployment({
    ...news,
    outcome: 'failed',
    mention: { slackUserId: 'U0ANN', as: 'requester' },
  }),
  'deployment canceled': renderDeployment({ ...news, outcome: 'canceled' }),
  'gate reached': renderGateReached({ pipeline: aPipeline(), job: canaryGate }),
  'gate reached, no environment': renderGateReached({
    pipeline: aPipeline(),
    job: aJob({ name: 'sign-off', status: 'manual' }),
  }),
  'tag pushed': renderTagMoved({
    kind: 'tag',
    project,
    tag: 'v1.4.0',
    move: 'created',
    sha,
    message: 'Express checkout\n\nAlso: totals are rounded.\n-----BEGIN PGP SIGNATURE-----\nabc',
    user: ann.gitlab,
  }),
  'tag moved by nobody known': renderTagMoved({ kind: 'tag', project, tag: 'v1.4.0', move: 'moved', sha }),
  'tag deleted': renderTagMoved({ kind: 'tag', project, tag: 'v1.4.0', move: 'deleted', user: ann.gitlab }),
  'release published': renderReleaseChanged({ news: summer, now: at('10:00') }),
  'release announced': renderReleaseChanged({ news: { ...summer, releasedAt: at('12:00') }, now: at('10:00') }),
  'release of its tag’s name': renderReleaseChanged({
    news: { ...summer, name: 'v1.4.0', description: undefined, url: undefined },
    now: at('10:00'),
  }),
  'release deleted': renderReleaseChanged({ news: { ...summer, change: 'deleted' }, now: at('10:00') }),
  'channel closed': renderChannelClosed({
    channel: 'C0DEPLOYS',
    code: 'not_in_channel',
    mend: 'Type `/invite @bot` (the name of this app) in that channel; if it is gone, correct the id in chatops.yml.',
  }),
  'channel reopened': renderChannelReopened({ channel: 'C0DEPLOYS', code: 'not_in_channel', since: at('10:00') }),
  'catch-up': renderCatchUp({
    pipeline: aPipeline(),
    since: at('09:55'),
    now: at('10:30'),
    notices: [
      { kind: 'pipeline_started', at: at('10:00') },
      {
        kind: 'deployment',
        outcome: 'succeeded',
        deployment: aDeployment({ environment: 'staging' }),
        at: at('10:04'),
      },
      { kind: 'gate_reached', job: { ...canaryGate, id: canaryGate.id + 100, name: 'approve-release' } },
      { kind: 'gate_reached', job: canaryGate },
    ],
  }),
  'catch-up, deployment failed': renderCatchUp({
    pipeline: aPipeline(),
    since: at('09:55'),
    now: at('10:30'),
    notices: [{ kind: 'deployment', outcome: 'failed', deployment: aDeployment({}), at: at('10:04') }],
  }),
  'environment alert, failures': renderEnvironmentAlert({
    project,
    record: anEnvironmentRecord,
    trouble: 'failures',
    now: at('10:30'),
  }),
  'environment alert, nothing deployed': renderEnvironmentAlert({
    project,
    record: { ...anEnvironmentRecord, failures: 0, failingSince: undefined },
    trouble: 'stale',
    now: at('10:30'),
  }),
  'job not started': renderJobNotStarted({
    operation: anOperation(),
    cause: { kind: 'no_runner', tags: ['production', 'docker'] },
    afterMs: 31_000,
  }),
  'job not started, resource group taken': renderJobNotStarted({
    operation: anOperation(),
    cause: { kind: 'resource', holder: { version: 'v1.3.5', url: `${project.url}/-/jobs/3` } },
    afterMs: 31_000,
  }),
  'deploy plan': renderDeployPlan({ plan: aPlan() }),
  'deploy plan, with required jobs': renderDeployPlan({
    plan: aPlan(),
    checks: [checksLine(['unit-tests'], [unitTests]), outcomesLine(summariseJobs([unitTests, allowed]), 84.24)],
  }),
  'deploy plan, with variables': renderDeployPlan({
    plan: aPlan({ variables: { LOG_LEVEL: 'debug', REGION: 'eu west' } }),
  }),
  'deploy plan, first time, with a warning': renderDeployPlan({
    plan: aPlan({ live: undefined, shipment: undefined, environment: 'review/cart', tier: 'development' }),
    warnings: [say`A newer pipeline was deployed since (${'v1.5.0'}).`],
  }),
  'deploy plan, many commits': renderDeployPlan({
    plan: aPlan({
      shipment: {
        url: project.url,
        total: 100,
        commits: Array.from({ length: 100 }, (_, i) => ({ sha, title: `Change ${i}`, author: 'Raj' })),
      },
    }),
  }),
  'plan confirmed': renderPlanClosed({ plan: aPlan(), how: 'confirmed', link: 'message://C0DEPLOYS%2Fpipeline%3A812' }),
  'plan canceled': renderPlanClosed({ plan: aPlan(), how: 'canceled' }),
  'plan lapsed': renderPlanClosed({ plan: aPlan(), how: 'lapsed', again: '/deploy production v1.4.0' }),
  'plan replaced': renderPlanClosed({ plan: aPlan(), how: 'replaced' }),
  'plan void': renderPlanClosed({ plan: aPlan(), how: 'void', again: '/deploy production v1.4.0' }),
  'operation, running': renderOperation({ operation: running, threadUrl: 'message://C0DEPLOYS%2Fpipeline%3A812' }),
  'operation, asking': renderOperation({ operation: anOperation(['succeeded', 'succeeded', 'waiting']) }),
  'operation, succeeded': renderOperation({
    operation: anOperation(Array(5).fill('succeeded'), { state: 'succeeded', ...done }),
  }),
  'operation, failed': renderOperation({ operation: canaryFailed() }),
  'operation, canceled': renderOperation({
    operation: anOperation(['succeeded', { state: 'canceled', reason: 'canceled_by_person' }], {
      state: 'canceled',
      ...done,
    }),
  }),
  'operation, stuck': renderOperation({ operation: anOperation(['calling'], { state: 'stuck', ...done }) }),
  promote: renderPromote({ operation: anOperation(['succeeded', 'succeeded', 'waiting']) }),
  'promote, promoted': renderPromoteAnswered({ operation: running, answer: 'promoted', by: ann, at: at('10:20') }),
  'promote, stopped': renderPromoteAnswered({
    operation: running,
    answer: 'stopped',
    by: { slackUserId: 'U0RAJ', gitlab: undefined },
    at: at('10:20'),
  }),
  'operation ended, succeeded': renderOperationEnded({
    operation: anOperation(Array(5).fill('succeeded'), { state: 'succeeded', ...done }),
  }),
  'operation ended, canary failed': renderOperationEnded({
    operation: canaryFailed(),
    again: '/deploy production v1.4.0',
  }),
  'operation ended, verification failed': renderOperationEnded({
    operation: anOperation(
      ['succeeded', 'succeeded', 'succeeded', 'succeeded', { state: 'failed', reason: 'job_failed' }],
      { state: 'failed', ...done },
    ),
  }),
  'operation ended, outdated': renderOperationEnded({
    operation: anOperation([{ state: 'failed', reason: 'refused_outdated' }], { state: 'failed', ...done }),
  }),
  'operation ended, stopped at the question': renderOperationEnded({
    operation: anOperation(['succeeded', 'succeeded', { state: 'canceled', reason: 'canceled_by_person' }], {
      state: 'canceled',
      ...done,
    }),
  }),
  'operation ended, stuck': renderOperationEnded({ operation: anOperation(['calling'], { state: 'stuck', ...done }) }),
  'pipeline failed, with its tests': renderPipelineFailed({ pipeline: branch, jobs: [unitTests], report }),
  'still failing, with its tests': renderStillFailing({ pipeline: branch, jobs: [unitTests], report }),
  'pipeline succeeded, with its tests': renderPipelineSucceeded({
    pipeline: aPipeline({ ...main, status: 'success', jobs: [] }),
    report: passedReport,
  }),
  'fixed, with its tests': renderFixed({ pipeline: branch, report: passedReport }),
  'job log': renderJobLog({ project, job: unitTests, lines: log }),
  'job log, none': renderJobLog({ project, job: unitTests, lines: [] }),
  refusal: renderRefusal({
    code: 'operation_active',
    notDone: say`v1.4.0 was not deployed to ${bold('production')}.`,
    fact: say`${user('U0RAJ')} is deploying v1.3.9 there since ${time(at('10:00'))}.`,
    todo: [
      { kind: 'say', phrase: say`When it has ended, type:` },
      { kind: 'type', line: '/deploy production v1.4.0' },
      { kind: 'open', label: 'Open the pipeline', url: project.url },
    ],
  }),
  'refusal, a choice': renderRefusal({
    code: 'several_jobs',
    notDone: say`v1.4.0 was not deployed to ${bold('production')}.`,
    fact: say`Several jobs deploy to ${bold('production')}. Which one?`,
    todo: ['deploy-eu', 'deploy-us'].map((label) => ({ kind: 'press', label, actionId: 'run_command', value: label })),
  }),
  'failure, nothing changed': renderFailure({
    code: 'gitlab',
    notDone: '/deploy was not carried out.',
    fact: 'GitLab does not answer.',
    hint: 'Try again in a few minutes.',
    mayHaveStarted: false,
  }),
  'failure, may have started': renderFailure({
    code: 'gitlab',
    notDone: say`${code('deploy-prod')} was not seen to start.`,
    hint: '',
    mayHaveStarted: true,
  }),
  'config reloaded': renderConfigReloaded({ kind: 'used', projects: 1 }),
  'config reloaded, unchanged': renderConfigReloaded({ kind: 'same' }),
  'freeze paused': renderFreezePaused({
    operation: running,
    freeze: { source: 'gitlab', from: at('10:00'), to: at('12:00') },
  }),
  ...lockCards({
    project,
    outside: '/deploy acme/app:production v1.4.0',
    operation: running,
    lock: {
      id: '7/production/1',
      project,
      environment: 'production',
      holder: ann,
      reason: 'hotfix of the basket',
      since: at('10:00'),
      until: at('12:00'),
      channel: 'C0DEPLOYS',
    },
  }),
  ...taskCards,
  ...linkCards('ann'),
  ...watchCards,
  ...approvalCards({ request: anApprovalRequest, outside: 'https://example.com/looks-good' }),
  ...rollbackCards,
  ...overrideCards({ plan: aPlan(), outside: 'checkout is down', by: ann, at: at('10:00') }),
  ...checkCards,
  'config refused': renderConfigRefused({
    problems: Array.from(
      { length: 9 },
      (_, at) => `projects[${at}].alias: is not a known key (chatops.yml line ${at + 2}).`,
    ),
  }),
  help: renderHelp({
    commands: [
      {
        name: '/deploy',
        usage: '/deploy [project] <environment> <version>',
        description: 'Take a version to an environment',
        examples: ['/deploy prod v1.4.0'],
      },
      { name: '/chatops', usage: '/chatops help', description: 'Help', examples: ['/chatops help'] },
    ],
  }),
  'help, one command': renderHelp({
    commands: [
      {
        name: '/deploy',
        usage: '/deploy <environment> <version>',
        description: 'Take a version to an environment',
        examples: ['/deploy prod v1.4.0', '/deploy staging main'],
      },
    ],
  }),
  deployments: renderDeployments({
    project,
    asOf: at('10:30'),
    rows: [
      {
        environment: 'production',
        tier: 'production',
        version: 'v1.3.0',
        sha: '9f8e7d6c5b4a',
        since: at('08:00'),
        by: ann.gitlab,
        url: 'https://example.com',
        running: 'v1.4.0',
        rolledBack: true,
        behind: 3,
      },
      { environment: 'staging', tier: 'staging', version: 'main', sha, since: at('10:04') },
      { environment: 'review/cart', tier: 'development' },
    ],
    share: '/deployments acme/app --share',
    history: [
      { environment: 'production', version: 'v1.4.0', sha, since: at('10:22'), by: ann.gitlab, status: 'failed' },
    ],
  }),
  'deployments, shared in a channel': renderDeployments({
    project,
    asOf: at('10:30'),
    rows: [{ environment: 'production', version: 'v1.4.0', sha, since: at('10:04'), behind: 0 }],
    folders: [{ folder: 'review', count: 7 }],
    sharedBy: 'U0ANN',
  }),
  'deployments, gitlab away': renderDeployments({
    project,
    asOf: at('10:30'),
    rows: [{ environment: 'production', version: 'v1.4.0', sha, since: at('10:04') }],
    away: true,
  }),
  'deployments, none': renderDeployments({ project, asOf: at('10:30'), rows: [] }),
  away: renderAway({ typed: '/deploy prod v1.4.0', at: at('09:55') }),
  'possible in a thread': renderPossibleHere({
    about: say`This thread is about ${code('v1.4.0')} of acme/app: pipeline #9, failed.`,
    unknown: 'frobnicate',
    deeds: [
      {
        label: 'Deploy to production',
        spoken: 'Deploy v1.4.0 to production',
        line: '/deploy acme/app:production v1.4.0',
      },
    ],
    commands: [{ words: 'deploy prod v1.4.0', description: 'Take a version to an environment' }],
  }),
  'handed on': renderHandedOn({ line: '/deploy acme/app:production v1.4.0', channel: 'C0DEPLOYS' }),
  'where it was asked, under way': renderAskedLine({
    operation: running,
    threadUrl: 'message://C0DEPLOYS%2Foperation%3A1',
  }),
  'where it was asked, ended': renderAskedLine({
    operation: { ...running, ...done, state: 'failed' },
    threadUrl: 'message://C0DEPLOYS%2Foperation%3A1',
  }),
};

function canaryFailed(): ReturnType<typeof anOperation> {
  const skipped = { state: 'canceled', reason: 'earlier_step_failed' } as const;
  return anOperation(['succeeded', { state: 'failed', reason: 'job_failed' }, skipped, skipped, skipped], {
    state: 'failed',
    ...done,
  });
}
