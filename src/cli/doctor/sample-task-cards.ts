import type { Card } from '../../cards/card.ts';
import { renderDryStart } from '../../cards/dry-run.ts';
import { renderStartedJobWaits } from '../../cards/job-not-started.ts';
import { renderTaskPlan } from '../../cards/task-plan.ts';
import { renderTaskDone, renderTaskLost, renderTaskTold, renderTaskUnknown } from '../../cards/task-told.ts';
import { say } from '../../domain/phrase.ts';
import type { Plan, TaskPlan } from '../../domain/plan.ts';
import type { Task } from '../../domain/task.ts';

/** The cards of what is done in GitLab and deploys nothing. */
export function sampleTaskCards({
  project,
  requester,
  at,
}: Pick<TaskPlan, 'project'> &
  Pick<Plan, 'requester'> & {
    readonly at: Date;
  }): Readonly<Record<string, Card>> {
  const plan = { id: 'sample', state: 'open', requester, createdAt: at, expiresAt: at } as const;
  const { url } = project;
  const pipeline = { id: 3, url: `${url}/-/pipelines/3`, version: 'v1.4.0', sha: '1a2b3c4d' };
  const task: Task = { kind: 'play', pipeline, job: { id: 5, name: 'seed-db', url: `${url}/-/jobs/5` } };
  const deed: TaskPlan = { kind: 'task', project, channel: 'C0123456789', line: '/play seed-db', task };
  const release = { version: 'v1.4.0', ref: 'v1.4.0', tag: true, sha: pipeline.sha };
  const start: Task = { kind: 'run', release, deploy: { environment: 'staging', line: '/deploy staging v1.4.0' } };
  return {
    'dry run of a first pipeline': renderDryStart({ ...deed, task: start }),
    'task waits for a runner': renderStartedJobWaits({
      requester,
      job: task.job,
      waits: say`somebody started it`,
      cause: { kind: 'no_runner', tags: ['docker'] },
      afterMs: 30_000,
    }),
    'task plan': renderTaskPlan({ plan: { ...plan, deed } }),
    'task told': renderTaskTold({ task, by: plan.requester, ended: { found: false }, pipeline }),
    'task done': renderTaskDone({ task, threadUrl: pipeline.url }),
    'task unknown': renderTaskUnknown({ task }),
    'task lost': renderTaskLost({ task, calledAt: plan.createdAt, projectUrl: url }),
  };
}
