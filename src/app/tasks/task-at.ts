import type { AuditEntry } from '../../domain/audit.ts';
import type { Plan, TaskPlan } from '../../domain/plan.ts';
import { pipelineOf, type Task } from '../../domain/task.ts';
import { subjectOf } from '../input/deed-subject.ts';
import type { InboxRow } from '../store-ports.ts';
import type { TaskWork } from './task-work.ts';

/** A task being carried out: what was confirmed, and how far it has come. */
export interface TaskAt {
  readonly row: InboxRow;
  readonly work: TaskWork;
  readonly plan: Plan<TaskPlan>;
}

const actions = {
  play: 'job.play',
  stop: 'environment.stop',
  retry: 'pipeline.retry',
  cancel: 'pipeline.cancel',
  run: 'pipeline.run',
} as const satisfies Record<Task['kind'], string>;

/** What every entry about a task says. */
export function taskAudit({ plan }: TaskAt, now: Date): Omit<AuditEntry, 'outcome'> {
  const { deed } = plan;
  const { task } = deed;
  const isJob = task.kind === 'retry' && !task.all;
  return {
    at: now,
    actor: plan.requester,
    action: isJob ? 'job.retry' : actions[task.kind],
    ...subjectOf(deed),
    planId: plan.id,
    channel: deed.channel,
    url: pipelineOf(task)?.url,
  };
}
