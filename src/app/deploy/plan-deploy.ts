import type { Environment } from '../../domain/environment.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { CommandContext, CommandResult, ProjectContext } from '../command.ts';
import { planFirstPipeline } from '../pipelines/plan-first-pipeline.ts';
import { checksOf } from './gate-checks.ts';
import { readDeploy } from './read-deploy.ts';
import type { ShownGate } from './read-gates.ts';

/** What is to be deployed where; the environment is resolved, the version is as typed. */
export interface DeployRequest {
  readonly project: ProjectContext;
  readonly environment: { readonly name: string; readonly known: Environment | undefined };
  readonly version: string;
  /** `--job`, or the job of a pressed button. */
  readonly job: string | undefined;
  /** Run again what ran before, wait for what is not ready, start a pipeline though there is one. */
  readonly insists?:
    | { readonly again: boolean; readonly whenReady: boolean; readonly newPipeline?: boolean | undefined }
    | undefined;
  /** For the deploy job's run, by name. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /** Why our freeze and the order do not count this time. */
  readonly override?: string | undefined;
  /** The bot's own lock that is released with the deploy. */
  readonly unlock?: string | undefined;
}

/**
 * Finds out what taking a version to an environment means: which commit, which pipeline, which jobs, and whether it
 * may be done now by this person. Reads only. At most three round trips after the project's environments, side by
 * side where one does not need the other.
 * @throws GitLabError when GitLab does not answer.
 */
export async function planDeploy(request: DeployRequest, context: CommandContext): Promise<CommandResult> {
  const read = await readDeploy(request, context, 'until_refused');
  if (read.kind === 'refused') return read;
  if (read.kind === 'first') return planFirstPipeline(request, read.release, context);
  const { gates, about, deed, warnings, atOnce, checks } = read;
  const closed = firstClosed(gates);
  if (closed) return { kind: 'refused', refusal: closed, about, noOp: closed.code === 'already_live' };
  return { kind: 'planned', atOnce, warnings, checks, gates: checksOf(gates, request.environment.name), deed };
}

/** Of what runs there already nobody has to know whether it could go there. */
function firstClosed(gates: readonly ShownGate[]): Refusal | undefined {
  const isThere = gates.some(({ refusal }) => refusal?.code === 'already_live');
  const counting = isThere ? gates.filter(({ gate }) => !rulesOfRelease.includes(gate)) : gates;
  return counting.find(({ answer }) => answer === 'refuse')?.refusal;
}

const rulesOfRelease: readonly ShownGate['gate'][] = ['freeze', 'versions', 'after', 'requires'];
