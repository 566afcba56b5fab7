import { InvariantError } from '../../domain/errors.ts';
import { playWithinMs } from '../../domain/operation.ts';
import { type RunCommandDeps, runCommand } from '../input/run-command.ts';
import { type EndTaskDeps, refuseTask } from '../tasks/end-task.ts';
import { tooLate } from '../tasks/refuse-task.ts';
import type { TaskAt } from '../tasks/task-at.ts';

export type DeployAfterTaskDeps = EndTaskDeps & RunCommandDeps;

/**
 * Goes on with the deploy for which a pipeline was made: the same command as a person would type now, and with the same
 * gates, confirmed with the pipeline. It waits for its jobs to come.
 */
export async function deployAfterTask(at: TaskAt, deps: DeployAfterTaskDeps): Promise<void> {
  const { row, work, plan } = at;
  const { task, channel } = plan.deed;
  if (task.kind !== 'run' || !task.deploy) throw new InvariantError('no deploy follows this task');
  if (deps.clock.now().getTime() - row.receivedAt.getTime() > playWithinMs)
    return refuseTask(at, tooLate(plan.deed), deps);
  const [name = '', ...rest] = task.deploy.line.split(' ');
  const { slackUserId } = plan.requester;
  await runCommand(
    {
      name,
      text: rest.join(' '),
      slackUserId,
      channel,
      to: work.to,
      isConfirmed: true,
      row: { id: row.id, key: row.key },
    },
    deps,
  );
}
