import type { Operation } from '../domain/operation.ts';
import { bold, type Phrase, say } from '../domain/phrase.ts';
import type { Deed, OperationPlan } from '../domain/plan.ts';
import { target } from './card.ts';
import { taskName, taskNotDone } from './task-words.ts';

/** What has not happened, as a whole sentence, where a planned deed was refused or put away. */
export function notDone(deed: Deed): Phrase {
  if (deed.kind === 'task') return taskNotDone(deed.task);
  const { environment, release } = deed;
  switch (deed.kind) {
    case 'deploy':
      return say`${release.version} was not deployed to ${bold(environment)}.`;
    case 'rollback':
      return say`${bold(environment)} was not rolled back to ${release.version}.`;
  }
}

/** The deed as something that is on its way: `v1.4.0 to production`. */
export function deedName(deed: Deed): Phrase {
  if (deed.kind === 'task') return taskName(deed.task);
  const { environment, release } = deed;
  switch (deed.kind) {
    case 'deploy':
      return say`${bold(release.version)} to ${bold(environment)}`;
    case 'rollback':
      return say`the rollback of ${bold(environment)} to ${bold(release.version)}`;
  }
}

/** A deed being carried out, as the subject of a sentence: `The rollback of production to v1.3.0`. */
export function operationName({ kind, environment, release }: Operation): Phrase {
  return kind === 'rollback'
    ? say`The rollback of ${bold(environment)} to ${bold(release.version)}`
    : say`The deploy of ${bold(release.version)} to ${bold(environment)}`;
}

/** What a button does, read aloud: `Deploy v1.4.0 to production`. */
export function deedSpoken(deed: OperationPlan): string {
  const words = target(deed.release.version, deed.environment);
  return deed.kind === 'rollback' ? `Roll back ${deed.environment} to ${deed.release.version}` : `Deploy ${words}`;
}

/** What the button beside it does, which puts the plan away: `Do not roll back production to v1.3.0`. */
export function notSpoken(spoken: string): string {
  return `Do not ${spoken.charAt(0).toLowerCase()}${spoken.slice(1)}`;
}
