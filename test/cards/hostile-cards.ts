import type { Card } from '../../src/cards/card.ts';
import { renderCatchUp } from '../../src/cards/catch-up.ts';
import { renderDeployPlan } from '../../src/cards/deploy-plan.ts';
import { renderDeployment } from '../../src/cards/deployment.ts';
import { renderDeployments } from '../../src/cards/deployments.ts';
import { renderFailure } from '../../src/cards/failure.ts';
import { renderFixed } from '../../src/cards/fixed.ts';
import { renderGateLeft } from '../../src/cards/gate-left.ts';
import { renderGateReached } from '../../src/cards/gate-reached.ts';
import { renderHelp } from '../../src/cards/help.ts';
import { renderJobFailed } from '../../src/cards/job-failed.ts';
import { renderAway } from '../../src/cards/late-input.ts';
import { renderOperation } from '../../src/cards/operation.ts';
import { renderOperationEnded } from '../../src/cards/operation-ended.ts';
import { renderPipelineFailed } from '../../src/cards/pipeline-failed.ts';
import { renderPipelineStarted } from '../../src/cards/pipeline-started.ts';
import { renderPipelineSucceeded } from '../../src/cards/pipeline-succeeded.ts';
import { renderPlanClosed } from '../../src/cards/plan-closed.ts';
import { renderPromote } from '../../src/cards/promote.ts';
import { renderPromoteAnswered } from '../../src/cards/promote-answered.ts';
import { renderRefusal } from '../../src/cards/refusal.ts';
import { renderRoot } from '../../src/cards/root.ts';
import { renderStillFailing } from '../../src/cards/still-failing.ts';
import type { Deployment } from '../../src/domain/deployment.ts';
import type { Job } from '../../src/domain/job.ts';
import type { Operation } from '../../src/domain/operation.ts';
import { bold, code, link, say } from '../../src/domain/phrase.ts';
import type { Pipeline } from '../../src/domain/pipeline.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { aDeployment, aJob, anOperation, aPipeline, aPlan, at } from './builders.ts';

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
  const excerpt = Array.from({ length: 100 }, () => outside);
  const row = { environment: outside, tier: outside, version: outside, sha: outside, by: person, url: outside };
  const rows = Array.from({ length: 40 }, () => ({ ...row, running: outside, since: at('10:00') }));
  return {
    root: renderRoot({ pipeline, operations: [asking, failed, asking] }),
    jobFailed: renderJobFailed({ pipeline, job, excerpt }),
    pipelineFailed: renderPipelineFailed({ pipeline, jobs: pipeline.jobs }),
    stillFailing: renderStillFailing({ pipeline, jobs: pipeline.jobs }),
    fixed: renderFixed({ pipeline }),
    gateLeft: renderGateLeft({ pipeline, job, by: pipeline.user }),
    started: renderPipelineStarted({ pipeline }),
    succeeded: renderPipelineSucceeded({ pipeline }),
    deployment: renderDeployment({ pipeline, deployment, outcome: 'succeeded', job, excerpt }),
    deploymentStarted: renderDeployment({ pipeline, deployment, outcome: 'started', job, excerpt }),
    deploymentFailed: renderDeployment({ pipeline, deployment, outcome: 'failed', job, excerpt }),
    gate: renderGateReached({ pipeline, job }),
    catchUp: renderCatchUp({
      pipeline,
      since: at('09:00'),
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
    deployments: renderDeployments({ project: pipeline.project, asOf: at('10:00'), rows, history: rows }),
    away: renderAway({ typed: outside, at: at('10:00') }),
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

function hostilePlan(outside: string): Plan {
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
