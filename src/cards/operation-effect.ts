import { isRun, type Operation, type Step } from '../domain/operation.ts';
import { bold, join, type Phrase, say } from '../domain/phrase.ts';
import { literal } from './literal.ts';

/** What an operation that ended has left behind, for its environment and the others on the way, in sentences. */
export function operationEffect(operation: Operation): Phrase {
  return join([ownEffect(operation), ...otherEffects(operation)], ' ');
}

/** Whether the operation may have changed what its environment runs. */
export function isTouched({ steps, environment }: Operation): boolean {
  return steps.some((step) => isRun(step) && step.environment === environment && mayHaveStarted(step));
}

function ownEffect(operation: Operation): Phrase {
  const { environment, release, fromVersion } = operation;
  const plays = operation.steps.filter((step) => isRun(step) && step.environment === environment);
  if (plays.length > 0 && plays.every((step) => step.state === 'succeeded'))
    return isUnverified(operation)
      ? say`${bold(environment)} got ${bold(release.version)}, which was not verified.`
      : say`${bold(environment)} runs ${bold(release.version)} now.`;
  if (plays.some(mayHaveStarted)) return say`${bold(environment)} may have been changed in part.`;
  const stays = fromVersion === undefined ? [] : say` and stays at ${bold(fromVersion)}`;
  return say`${bold(environment)} was not touched${stays}.`;
}

/** Deployed, and the service itself does not say so: what runs there is not certain. */
function isUnverified({ steps }: Operation): boolean {
  return steps.some(({ kind, state }) => kind === 'probe' && state === 'failed');
}

function otherEffects({ steps, environment, release }: Operation): readonly Phrase[] {
  const others = steps.filter((step) => step.environment !== undefined && step.environment !== environment);
  return others
    .filter(isRun)
    .flatMap((step): readonly Phrase[] => {
      const name = bold(literal(step.environment ?? '', 60));
      // Not "runs": the pipeline itself may take a canary down again, before or after this is read.
      if (step.state === 'succeeded') return [say`${name} got ${bold(release.version)} on the way.`];
      return mayHaveStarted(step) ? [say`${name} may have been changed in part.`] : [];
    })
    .slice(0, 3);
}

/** Refused plays and steps not reached did certainly nothing; whatever was called or seen running may have. */
function mayHaveStarted(step: Step): boolean {
  switch (step.state) {
    case 'calling':
    case 'running':
    case 'succeeded':
      return true;
    case 'failed':
      return step.reason === undefined || step.reason === 'job_failed' || step.reason === 'job_canceled';
    case 'canceled':
      return step.startedAt !== undefined || step.calledAt !== undefined;
    case 'pending':
    case 'waiting':
    case 'awaiting_approval':
      return false;
  }
}
