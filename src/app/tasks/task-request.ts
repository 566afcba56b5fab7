import type { Phrase } from '../../domain/phrase.ts';
import type { TaskPlan } from '../../domain/plan.ts';
import { decidePolicy } from '../../domain/policy.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Task } from '../../domain/task.ts';
import type { CommandContext, CommandResult, ProjectContext } from '../command.ts';
import { subjectOf } from '../input/deed-subject.ts';
import { refuseElsewhere, refusePolicy } from '../input/refuse-policy.ts';
import { tellIn } from '../input/tell-in.ts';

/** Why this person may do no task in the project; undefined: developers may, where it can be deployed from. */
export async function refuseTasker(
  project: ProjectContext,
  notDone: Phrase,
  context: CommandContext,
): Promise<Refusal | undefined> {
  const { actor, restricted, gitlab } = context;
  const accessLevel = actor.gitlab?.id === undefined ? 0 : await gitlab.accessLevel(project.ref.id, actor.gitlab.id);
  const decision = decidePolicy({ action: 'task', actor, accessLevel, restricted });
  if (decision.kind === 'allow') return refuseElsewhere(project, notDone, context);
  return refusePolicy(decision, { notDone, actor, project, settings: context.settings });
}

/** The plan of a task. `line`: the command that leads to it again, every name resolved. */
export function planTask(
  about: {
    readonly project: ProjectContext;
    readonly task: Task;
    readonly line: string;
    readonly warnings?: readonly Phrase[];
  },
  context: CommandContext,
): CommandResult {
  const { project, task, line, warnings = [] } = about;
  const deed: TaskPlan = { kind: 'task', project: project.ref, channel: tellIn(project, context.channel), line, task };
  return { kind: 'planned', deed, warnings };
}

/** A task that is refused, with what it was about. */
export function refusedTask(project: ProjectContext, refusal: Refusal, task?: Task): CommandResult {
  const about = task
    ? subjectOf({ kind: 'task', project: project.ref, channel: '', line: '', task })
    : { project: project.ref.path };
  return { kind: 'refused', refusal, about };
}

/** Variables as they are typed. */
export function assignments(variables: Readonly<Record<string, string>> = {}): readonly string[] {
  return Object.entries(variables).map(([name, value]) => `${name}=${value}`);
}
