import { renderAskedLine } from '../../src/cards/asked-line.ts';
import { renderAuditEntries } from '../../src/cards/audit-entries.ts';
import type { Card } from '../../src/cards/card.ts';
import { renderCatchUp } from '../../src/cards/catch-up.ts';
import { renderChannelClosed } from '../../src/cards/channel-closed.ts';
import { renderChannelReopened } from '../../src/cards/channel-reopened.ts';
import { renderDeployPlan } from '../../src/cards/deploy-plan.ts';
import { renderDeployment } from '../../src/cards/deployment.ts';
import { renderDeployments } from '../../src/cards/deployments.ts';
import { renderEnvironmentAlert } from '../../src/cards/environment-alert.ts';
import { renderFailure } from '../../src/cards/failure.ts';
import { renderFixed } from '../../src/cards/fixed.ts';
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
import { renderPipelineFailed } from '../../src/cards/pipeline-failed.ts';
import { renderPipelineStarted } from '../../src/cards/pipeline-started.ts';
import { renderPipelineSucceeded } from '../../src/cards/pipeline-succeeded.ts';
import { renderPlanClosed } from '../../src/cards/plan-closed.ts';
import { renderPossibleHere } from '../../src/cards/possible-here.ts';
import { renderPromote } from '../../src/cards/promote.ts';
import { renderPromoteAnswered } from '../../src/cards/promote-answered.ts';
import { renderRefusal } from '../../src/cards/refusal.ts';
import { renderReleaseChanged } from '../../src/cards/release-changed.ts';
import { renderRollbackJobSeen, renderRollbackSeen } from '../../src/cards/rollback-seen.ts';
import { renderRoot } from '../../src/cards/root.ts';
import { renderStillFailing } from '../../src/cards/still-failing.ts';
import { renderTagMoved } from '../../src/cards/tag-moved.ts';
import type { Deployment } from '../../src/domain/deployment.ts';
import type { Job } from '../../src/domain/job.ts';
import type { Operation } from '../../src/domain/operation.ts';
import { bold, code, link, say } from '../../src/domain/phrase.ts';
import type { Pipeline } from '../../src/domain/pipeline.ts';
import type { DeployPlan, Plan } from '../../src/domain/plan.ts';
import { approvalCards } from './approval-cards.ts';
import {
  aDeployment,
  aJob,
  anApprovalRequest,
  anEnvironmentRecord,
  anOperation,
  aPipeline,
  aPlan,
  at,
} from './builders.ts';
import { hostileCheckCards } from './check-cards.ts';
import { linkCards } from './link-cards.ts';
import { lockCards } from './lock-cards.ts';
import { overrideCards } from './override-cards.ts';
import { hostileTaskCards } from './task-cards.ts';

/** Every card, with `outside` wherever GitLab or a person may put words: names, titles, refs, users, logs, pages. */
export function cardsSaying(outside: string): Readonly<Record<string, Card>> {
  const person = { username: outside, name: outside };
  const actor = { slackUserId: outside, gitlab: undefined };
  const pipeline = hostilePipeline(outside);
  const plan = hostilePlan(outside);
  const [job = aJob({ name: outside })] = pipeline.jobs;
  const deployment = hostileDeployment(outside);
  const asking = hostileOperation(outside, ['succeeded', 'succeeded', 'waiting']);
  const failed: Operation = {
    ...hostileOperation(outside, ['succeeded', { state: 'failed', reason: 'job_failed' }]),
    state: 'failed',
  };
  const report = {
    tests: { total: 1e6, failed: 1e5, skipped: 9, unreadable: [outside, outside, outside, outside] },
    failing: Array.from({ length: 5 }, () => outside),
    coverage: { percent: 84.2, change: { points: -1.3, ref: outside } },
  };
  const excerpt = Array.from({ length: 100 }, () => outside);
  const row = { environment: outside, tier: outside, version: outside, sha: outside, by: person, url: outside };
  const rows = Array.from({ length: 40 }, () => ({ ...row, running: outside, since: at('10:00') }));
  return {
    root: renderRoot({ pipeline, operations: [asking, failed, asking] }),
    jobFailed: renderJobFailed({ pipeline, job, excerpt }),
    jobLog: renderJobLog({ project: pipeline.project, job, lines: excerpt }),
    pipelineFailed: renderPipelineFailed({ pipeline, jobs: pipeline.jobs, report }),
    stillFailing: renderStillFailing({ pipeline, jobs: pipeline.jobs, report }),
    fixed: renderFixed({ pipeline, report }),
    gateLeft: renderGateLeft({ pipeline, job, by: pipeline.user }),
    started: renderPipelineStarted({ pipeline }),
    succeeded: renderPipelineSucceeded({ pipeline, report }),
    deployment: renderDeployment({
      pipeline,
      deployment,
      outcome: 'succeeded',
      job,
      excerpt,
      rule: { requires: [outside, outside, outside, outside, outside, outside, outside], dashboard: outside },
    }),
    deploymentStarted: renderDeployment({ pipeline, deployment, outcome: 'started', job, excerpt }),
    deploymentFailed: renderDeployment({ pipeline, deployment, outcome: 'failed', job, excerpt }),
    gate: renderGateReached({ pipeline, job }),
    tagMoved: renderTagMoved({
      kind: 'tag',
      project: pipeline.project,
      tag: outside,
      move: 'created',
      sha: outside,
      message: `${outside}\n${outside}\n${outside}\n${outside}`,
      user: person,
    }),
    releaseChanged: renderReleaseChanged({
      news: {
        kind: 'release',
        project: pipeline.project,
        tag: outside,
        change: 'created',
        name: `${outside}1`,
        description: Array.from({ length: 9 }, () => outside).join('\n'),
        url: outside,
        releasedAt: at('12:00'),
      },
      now: at('10:00'),
    }),
    channelClosed: renderChannelClosed({ channel: outside, code: outside, mend: outside }),
    channelReopened: renderChannelReopened({ channel: outside, code: outside, since: at('10:00') }),
    rollbackSeen: renderRollbackSeen({ project: pipeline.project, deployment, left: deployment }),
    rollbackJobSeen: renderRollbackJobSeen({
      pipeline,
      job: { id: 77, name: outside },
      environment: outside,
      by: person,
      byItself: false,
      left: { version: outside, sha: outside },
      at: at('10:00'),
    }),
    environmentAlert: renderEnvironmentAlert({
      project: pipeline.project,
      record: { ...anEnvironmentRecord, environment: outside },
      trouble: 'failures',
      now: at('10:30'),
    }),
    jobNotStarted: renderJobNotStarted({
      operation: {
        ...anOperation(['running']),
        environment: outside,
        requester: { slackUserId: outside, gitlab: undefined },
      },
      cause: { kind: 'no_runner', tags: Array.from({ length: 30 }, () => outside) },
      afterMs: 31_000,
    }),
    catchUp: renderCatchUp({
      pipeline,
      since: at('09:00'),
      now: at('10:00'),
      notices: [
        { kind: 'job_failed', job },
        { kind: 'pipeline_failed', jobs: pipeline.jobs },
        { kind: 'gate_reached', job },
        { kind: 'deployment', deployment, outcome: 'failed', job },
        ...Array.from({ length: 20 }, () => ({ kind: 'job_failed', job }) as const),
      ],
    }),
    plan: renderDeployPlan({ plan, warnings: Array.from({ length: 9 }, () => say`${outside}`) }),
    planClosed: renderPlanClosed({ plan, how: 'void', link: outside, again: outside }),
    operation: renderOperation({ operation: asking, threadUrl: outside }),
    operationEnded: renderOperationEnded({ operation: failed, again: outside }),
    promote: renderPromote({ operation: asking }),
    promoteAnswered: renderPromoteAnswered({ operation: asking, answer: 'stopped', by: actor, at: at('10:00') }),
    refusal: renderRefusal({
      code: outside,
      notDone: say`${outside} was not deployed to ${bold(outside)}.`,
      fact: say`${code(outside)} ${link(outside, outside)}.`,
      todo: [
        { kind: 'type', line: outside },
        { kind: 'open', label: outside, url: outside },
        ...Array.from(
          { length: 30 },
          () => ({ kind: 'press', label: outside, actionId: outside, value: 'v' }) as const,
        ),
      ],
    }),
    failure: renderFailure({ code: outside, notDone: outside, fact: outside, hint: outside, mayHaveStarted: true }),
    help: renderHelp({
      commands: Array.from({ length: 30 }, () => ({
        name: outside,
        usage: outside,
        description: outside,
        examples: [outside],
      })),
    }),
    deployments: renderDeployments({
      project: pipeline.project,
      asOf: at('10:00'),
      rows,
      history: rows,
      folders: Array.from({ length: 30 }, () => ({ folder: outside, count: 5 })),
      share: outside,
      sharedBy: outside,
    }),
    ...approvalCards({
      outside,
      request: {
        ...anApprovalRequest,
        id: outside,
        origin: { kind: 'operation', operationId: outside, planId: outside, threadKey: outside },
        project: pipeline.project,
        environment: outside,
        release: { ...anApprovalRequest.release, version: outside },
        fromVersion: outside,
        pipelineUrl: outside,
        terms: { ...anApprovalRequest.terms, approvers: [outside, outside] },
        requester: { ...actor, gitlab: person },
        ships: { total: 9, url: outside },
        mention: [outside],
      },
    }),
    ...overrideCards({ plan, outside, by: actor, at: at('10:00') }),
    ...hostileTaskCards(outside),
    ...linkCards(outside),
    ...hostileCheckCards(asking, outside),
    ...lockCards({
      project: pipeline.project,
      outside,
      operation: asking,
      lock: {
        id: outside,
        project: pipeline.project,
        environment: outside,
        holder: actor,
        reason: outside,
        since: at('10:00'),
        until: at('12:00'),
        channel: outside,
      },
    }),
    'audit entries': renderAuditEntries({
      entries: Array.from({ length: 8 }, () => ({
        at: at('10:00'),
        actor,
        action: outside,
        outcome: 'refused' as const,
        reason: outside,
        version: outside,
        environment: outside,
        url: outside,
      })),
      project: outside,
      environment: outside,
      head: outside,
    }),
    away: renderAway({ typed: outside, at: at('10:00') }),
    'handed on': renderHandedOn({ line: outside, channel: outside }),
    'where asked': renderAskedLine({ operation: { ...asking, channel: outside }, threadUrl: outside }),
    'possible here': renderPossibleHere({
      about: say`${outside} ${code(outside)}`,
      unknown: outside,
      deeds: Array.from({ length: 20 }, () => ({ label: outside, spoken: outside, line: outside })),
      commands: Array.from({ length: 20 }, () => ({ words: outside, description: outside })),
    }),
  };
}

function hostilePipeline(outside: string): Pipeline {
  const jobs = Array.from({ length: 72 }, (_, index): Job => {
    const stage = `${index % 12}${outside}`;
    const status = (['failed', 'manual', 'running', 'success', 'created'] as const)[index % 5] ?? 'success';
    return aJob({
      id: index + 1,
      name: `${outside}${index}`,
      stage,
      status,
      failureReason: outside,
      url: outside,
      environment: { name: `${outside}${index}`, action: 'start', tier: outside },
    });
  });
  return aPipeline({
    ref: outside,
    tag: false,
    sha: outside,
    url: outside,
    project: { id: 7, path: outside, url: outside },
    stages: Array.from({ length: 12 }, (_, index) => `${index}${outside}`),
    user: { username: outside, name: outside },
    commitTitle: outside,
    commitAuthor: outside,
    jobs,
    deployments: Array.from({ length: 20 }, (_, id) => ({ ...hostileDeployment(`${outside}${id}`), id })),
  });
}

function hostileDeployment(outside: string): Deployment {
  const user = { username: outside, name: outside };
  return aDeployment({ environment: outside, tier: outside, ref: outside, sha: outside, externalUrl: outside, user });
}

function hostilePlan(outside: string): Plan<DeployPlan> {
  const [step] = aPlan().deed.steps;
  return {
    ...aPlan({
      environment: outside,
      tier: outside,
      project: { id: 7, path: outside, url: outside },
      release: { version: outside, ref: outside, tag: true, sha: outside },
      pipelineUrl: outside,
      channel: outside,
      live: { version: outside, sha: `x${outside}` },
      steps: Array.from({ length: 40 }, () => ({ kind: 'play', ...step, job: outside, environment: outside })),
      shipment: {
        url: outside,
        total: 100,
        commits: Array.from({ length: 100 }, () => ({ sha: outside, title: outside, author: outside })),
      },
    }),
    requester: { slackUserId: outside, gitlab: undefined },
  };
}

function hostileOperation(outside: string, states: Parameters<typeof anOperation>[0]): Operation {
  const operation = anOperation(states, {
    environment: outside,
    release: { version: outside, ref: outside, tag: true, sha: outside },
    fromVersion: outside,
    pipelineUrl: outside,
    requester: { slackUserId: outside, gitlab: undefined },
  });
  const steps = operation.steps.map((step) => ({ ...step, job: outside, jobUrl: outside, environment: `x${outside}` }));
  return { ...operation, steps };
}
