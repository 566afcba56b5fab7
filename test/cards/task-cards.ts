import type { Card } from '../../src/cards/card.ts';
import { renderDryStart } from '../../src/cards/dry-run.ts';
import { renderPlanClosed } from '../../src/cards/plan-closed.ts';
import { renderTaskPlan } from '../../src/cards/task-plan.ts';
import { renderTaskDone, renderTaskLost, renderTaskTold, renderTaskUnknown } from '../../src/cards/task-told.ts';
import { say } from '../../src/domain/phrase.ts';
import type { Plan, TaskPlan } from '../../src/domain/plan.ts';
import type { Task } from '../../src/domain/task.ts';
import { ann, aPlan, at, project, sha } from './builders.ts';

const pipeline = { id: 905, url: `${project.url}/-/pipelines/905`, version: 'v1.4.0', sha };
const job = { id: 77, name: 'warm-production', url: `${project.url}/-/jobs/77` };
const release = { version: 'v1.4.0', ref: 'v1.4.0', tag: true, sha };

const tasks = {
  play: { kind: 'play', pipeline, job, variables: { LOG_LEVEL: 'debug' } },
  stop: {
    kind: 'stop',
    pipeline,
    job: { ...job, name: 'stop-production' },
    environment: { id: 8, name: 'production' },
  },
  retry: { kind: 'retry', pipeline, jobs: [job, { id: 78, name: 'unit-tests' }], all: true },
  cancel: { kind: 'cancel', pipeline: { ...pipeline, version: 'v1.4.0 production' } },
  run: { kind: 'run', release: { ...release, version: 'v1.4.0 production' }, variables: { ROWS: '100' } },
  'run and deploy': {
    kind: 'run',
    release,
    deploy: {
      environment: 'production',
      line: '/deploy production v1.4.0',
      ships: { total: 3, url: `${project.url}/-/compare/v1.3.0...v1.4.0` },
    },
  },
} as const satisfies Record<string, Task>;

function planOf(task: Task, channel = 'C0DEPLOYS'): Plan<TaskPlan> {
  const line = '/play acme/production-app warm-production';
  return { ...aPlan(), deed: { kind: 'task', project, channel, line, task } };
}

const warnings = [say`The pipeline deploys by itself then: to staging.`];

/** The cards of what is done in GitLab and deploys nothing. */
export const taskCards: Readonly<Record<string, Card>> = {
  ...Object.fromEntries(
    Object.entries(tasks).flatMap(([name, task]): [string, Card][] => [
      [`task plan, ${name}`, renderTaskPlan({ plan: planOf(task), warnings })],
      [`task told, ${name}`, renderTaskTold({ task, by: ann, ended: { found: false }, pipeline })],
      [`task confirmed, ${name}`, renderPlanClosed({ plan: planOf(task), how: 'confirmed' })],
      [`task canceled, ${name}`, renderPlanClosed({ plan: planOf(task), how: 'canceled' })],
    ]),
  ),
  'task told, found': renderTaskTold({ task: tasks.play, by: ann, ended: { found: true }, pipeline }),
  'task told, without our variable': renderTaskTold({
    task: tasks.run,
    by: ann,
    ended: { found: false, withoutOurs: true },
    pipeline,
  }),
  'task done': renderTaskDone({ task: tasks.stop, threadUrl: 'https://example.slack.com/archives/C0DEPLOYS/p1' }),
  'dry run, a pipeline first': renderDryStart({
    kind: 'task',
    project,
    channel: 'C0DEPLOYS',
    line: '/deploy production v1.4.0',
    task: tasks['run and deploy'],
  }),
  'task unknown': renderTaskUnknown({ task: tasks.run }),
  'task lost': renderTaskLost({ task: tasks.run, calledAt: at('10:00'), projectUrl: project.url }),
};

/** The same with words of outsiders wherever they may stand. */
export function hostileTaskCards(outside: string): Readonly<Record<string, Card>> {
  const there = { id: 905, url: outside, version: outside, sha: outside };
  const one = { id: 77, name: outside, url: outside };
  const all: readonly Task[] = [
    { kind: 'play', pipeline: there, job: one, variables: { [outside]: outside } },
    { kind: 'stop', pipeline: there, job: one, environment: { id: 8, name: outside } },
    { kind: 'retry', pipeline: there, jobs: Array.from({ length: 9 }, () => one), all: true },
    { kind: 'cancel', pipeline: there },
    {
      kind: 'run',
      release: { version: outside, ref: outside, tag: true, sha: outside },
      deploy: { environment: outside, line: outside, ships: { total: 1, url: outside } },
    },
  ];
  const by = { slackUserId: outside, gitlab: { username: outside, name: outside } };
  const ended = { found: true, withoutOurs: true };
  return Object.fromEntries(
    all.flatMap((task): [string, Card][] => [
      [`plan of ${task.kind}`, renderTaskPlan({ plan: planOf(task, outside) })],
      [`told ${task.kind}`, renderTaskTold({ task, by, ended, pipeline: there })],
      [`done ${task.kind}`, renderTaskDone({ task, threadUrl: outside })],
      [`unknown ${task.kind}`, renderTaskUnknown({ task })],
      [`lost ${task.kind}`, renderTaskLost({ task, calledAt: at('10:00'), projectUrl: outside })],
    ]),
  );
}
