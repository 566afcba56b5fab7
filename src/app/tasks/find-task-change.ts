import { taskNotDone } from '../../cards/task-words.ts';
import { InvariantError } from '../../domain/errors.ts';
import { say } from '../../domain/phrase.ts';
import type { TaskPlan } from '../../domain/plan.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { isSame } from '../../domain/same.ts';
import type { Task } from '../../domain/task.ts';
import type { CommandResult } from '../command.ts';

/** What the person confirmed must be what is done: the same jobs of the same pipeline, the same commit. */
export function findTaskChange(shown: TaskPlan, again: CommandResult): Refusal | undefined {
  if (again.kind === 'refused') return again.refusal;
  if (again.kind !== 'planned') throw new InvariantError('the command of a plan led to no plan');
  if (again.deed.kind === 'task' && isSame(deedOf(again.deed.task), deedOf(shown.task))) return undefined;
  return {
    code: 'task_changed',
    notDone: taskNotDone(shown.task),
    fact: say`Its pipeline has moved on since the plan was shown: it would be something else now.`,
    todo: [{ kind: 'press', label: 'Show a new plan', actionId: 'run_command:again', value: shown.line }],
  };
}

/** The plan asks again by the pipeline's number, so the version can be called otherwise: by a branch for a commit, say. */
function deedOf(task: Task): object {
  return task.kind === 'run' ? task : { ...task, pipeline: { ...task.pipeline, version: undefined } };
}
