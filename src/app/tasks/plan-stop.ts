import { operationUnderWay } from '../../cards/deploy-refused.ts';
import { commandLine } from '../../domain/command-line.ts';
import { guessTier } from '../../domain/environment.ts';
import type { Job } from '../../domain/job.ts';
import { blockingLocks } from '../../domain/lock.ts';
import { bold, code, say } from '../../domain/phrase.ts';
import { decidePolicy } from '../../domain/policy.ts';
import { environmentRule } from '../../domain/project.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Task, TaskPipeline } from '../../domain/task.ts';
import type { CommandContext, CommandResult, ProjectContext } from '../command.ts';
import { readRights } from '../input/read-rights.ts';
import { refuseElsewhere, refusePolicy } from '../input/refuse-policy.ts';
import { explainLock } from '../locks/explain-lock.ts';
import { planTask, refusedTask, refuseTasker } from './task-request.ts';

interface StopRequest {
  readonly project: ProjectContext;
  readonly pipeline: TaskPipeline;
  /** The job that stops it. */
  readonly job: Job;
  readonly environment: string;
  readonly variables: Readonly<Record<string, string>> | undefined;
}

/**
 * Plans to stop an environment in GitLab's own way, which runs the stop job of what is deployed there and asks whether
 * it may. On tier production it takes the right to roll back. Somebody else's lock or deploy there is in the way.
 * @throws GitLabError
 */
export async function planStop(request: StopRequest, context: CommandContext): Promise<CommandResult> {
  const { project, pipeline, job, environment: name } = request;
  const { gitlab, tables, actor, now } = context;
  const notDone = say`${bold(name)} was not stopped.`;
  const known = await gitlab.environmentNamed(project.ref.id, name);
  const [refused, locks, operation, state] = await Promise.all([
    refuseStopper(request, known?.tier ?? guessTier(name), context),
    tables.locks.ofProject(project.ref.id),
    tables.operations.active(project.ref.id, name),
    known === undefined ? undefined : gitlab.environmentState(project.ref.id, known.id),
  ]);
  if (refused) return refusedTask(project, refused);
  if (known === undefined || state === 'stopped' || state === 'stopping')
    return {
      kind: 'refused',
      refusal: stopped(request, notDone),
      about: { project: project.ref.path, environment: name },
      noOp: true,
    };
  const { id, url } = pipeline;
  const task: Task = {
    kind: 'stop',
    pipeline: { id, url, version: pipeline.version, sha: pipeline.sha },
    job: { id: job.id, name: job.name, url: job.url },
    environment: { id: known.id, name },
  };
  const [lock] = blockingLocks(locks, name, { actor, now });
  if (lock) {
    const about = { notDone, commandPrefix: context.settings.commandPrefix };
    return refusedTask(project, explainLock({ reason: 'locked', lock, mayBreak: false }, about), task);
  }
  if (operation) {
    const todo: Refusal['todo'] = [{ kind: 'say', phrase: say`Ask again when it has ended.` }];
    const refusal = { code: 'operation_active', notDone, fact: operationUnderWay(operation), todo };
    return refusedTask(project, refusal, task);
  }
  if (Object.keys(request.variables ?? {}).length > 0) return refusedTask(project, noVariables(job, notDone), task);
  const line = commandLine('', '/play', [project.rules.path, job.name, 'on', `#${id}`]);
  return planTask({ project, task, line }, context);
}

async function refuseStopper(
  { project, environment }: StopRequest,
  tier: string | undefined,
  context: CommandContext,
): Promise<Refusal | undefined> {
  const { actor, restricted } = context;
  const notDone = say`${bold(environment)} was not stopped.`;
  if (tier !== 'production') return refuseTasker(project, notDone, context);
  const { rules, ref } = project;
  const who = environmentRule(rules, environment)?.rollback?.who;
  const rights = await readRights({ actor, project: ref, rules, environment, who }, context);
  const decision = decidePolicy({ action: 'rollback', actor, tier, restricted, ...rights });
  if (decision.kind === 'allow') return refuseElsewhere(project, notDone, context);
  return refusePolicy(decision, { notDone, environment, actor, project, settings: context.settings });
}

function stopped({ environment, project }: StopRequest, notDone: Refusal['notDone']): Refusal {
  return {
    code: 'already_stopped',
    notDone,
    fact: say`${bold(environment)} does not run, or is being stopped.`,
    todo: [{ kind: 'open', label: 'Open the environments', url: `${project.ref.url}/-/environments` }],
  };
}

function noVariables({ name }: Job, notDone: Refusal['notDone']): Refusal {
  return {
    code: 'variables_not_taken',
    notDone,
    fact: say`GitLab stops an environment without variables, and ${code(name)} stops one.`,
    todo: [{ kind: 'say', phrase: say`Leave the variables out.` }],
  };
}
