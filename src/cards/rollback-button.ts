import { commandLine } from '../domain/command-line.ts';
import type { CardButton } from './card.ts';
import { literal } from './literal.ts';

/** After so long people have gone on, and a button that goes back would take the wrong thing away. */
const offeredForMs = 2 * 3_600_000;

/** Takes back what failed: it says itself that it is out of date once something newer was deployed. */
export function rollbackButton(failed: {
  readonly projectPath: string;
  readonly environment: string;
  readonly version: string;
  readonly sha: string;
}): CardButton {
  const { projectPath, environment, version, sha } = failed;
  return {
    label: 'Roll back',
    spoken: `Roll back ${literal(environment, 28)} from ${literal(version, 20)}`,
    actionId: 'run_command:rollback',
    value: commandLine('', '/rollback', [`${projectPath}:${environment}`, '--from', sha]),
    style: 'danger',
  };
}

/** Whether a failure is fresh enough to be taken back by a button. */
export function isRollbackOffered(failedAt: Date, now: Date): boolean {
  return now.getTime() - failedAt.getTime() < offeredForMs;
}
