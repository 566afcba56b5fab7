import { taskNotDone } from '../../cards/task-words.ts';
import { type GitLabError, NotFoundError } from '../../domain/errors.ts';
import { say } from '../../domain/phrase.ts';
import type { TaskPlan } from '../../domain/plan.ts';
import type { Refusal, Todo } from '../../domain/refusal.ts';
import { jobOf, pipelineOf, type Task } from '../../domain/task.ts';

/** Confirmed, and not begun for so long that nobody expects it any more. */
export function tooLate(deed: TaskPlan): Refusal {
  return {
    code: 'too_late',
    notDone: taskNotDone(deed.task),
    fact: say`I was away when its turn came, and it was confirmed too long ago.`,
    todo: [again(deed)],
  };
}

/** Somebody was quicker. */
export function taskMoved(deed: TaskPlan): Refusal {
  return {
    code: 'task_changed',
    notDone: taskNotDone(deed.task),
    fact: say`Its pipeline has moved on since you confirmed it: somebody was quicker.`,
    todo: [openPage(deed)],
  };
}

/** Says what GitLab's refusal means. Its 403 says only "Forbidden". */
export function whyTaskRefused(deed: TaskPlan, error: GitLabError | NotFoundError): Refusal {
  const notDone = taskNotDone(deed.task);
  if (error instanceof NotFoundError) {
    return {
      code: 'not_found',
      notDone,
      fact: say`It is not there any more, or my user may not see it.`,
      todo: [openPage(deed)],
    };
  }
  if (error.retryable) return { code: 'gitlab', notDone, fact: say`GitLab does not answer.`, todo: [again(deed)] };
  const { task } = deed;
  if (hasVariables(task) && (error.status === 403 || error.status === 400)) {
    return {
      code: 'variables_refused',
      notDone,
      fact: say`GitLab refused it, perhaps because of the variables: a project can have set who may give them. ${said(error)}`,
      todo: [
        {
          kind: 'say',
          phrase: say`Leave them out, or have the setting for variables changed in GitLab, under Settings, CI/CD.`,
        },
      ],
    };
  }
  return { code: 'gitlab_refused', notDone, fact: said(error), todo: [openPage(deed)] };
}

function said({ message }: GitLabError): Refusal['fact'] {
  return say`${message}.`;
}

function hasVariables(task: Task): boolean {
  return (task.kind === 'play' || task.kind === 'run') && Object.keys(task.variables ?? {}).length > 0;
}

function again({ line }: TaskPlan): Todo {
  return { kind: 'press', label: 'Show a new plan', actionId: 'run_command:again', value: line };
}

function openPage({ task, project }: TaskPlan): Todo {
  const url = jobOf(task)?.url ?? pipelineOf(task)?.url ?? `${project.url}/-/pipelines`;
  return { kind: 'open', label: 'Look in GitLab', url };
}
