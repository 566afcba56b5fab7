import type { Lock } from '../domain/lock.ts';
import { bold, type Phrase, type Segment, say, time } from '../domain/phrase.ts';
import { literal } from './literal.ts';
import { actorName } from './step-words.ts';

/** Who holds a lock, by name; the bot's own is said to be so. */
export function holderName({ holder }: Pick<Lock, 'holder'>): Segment {
  return holder === 'chatops' ? 'this bot' : actorName(holder);
}

/** What a lock is on: `production of acme/app`, or everything in it. */
export function lockPlace({ project, environment }: Pick<Lock, 'project' | 'environment'>): Phrase {
  return environment === undefined
    ? say`all of ${bold(project.path)}`
    : say`${bold(environment)} of ${bold(project.path)}`;
}

/** The same at the beginning of a sentence; the name of an environment keeps its letters. */
export function lockPlaceFirst(scope: Pick<Lock, 'project' | 'environment'>): Phrase {
  return scope.environment === undefined ? say`All of ${bold(scope.project.path)}` : lockPlace(scope);
}

/** `by Ann Lee since 10:02, until 12:00: hotfix.` */
export function lockTerms(lock: Lock): Phrase {
  const until = lock.until ? say`, until ${time(lock.until)}` : [];
  return say`by ${holderName(lock)} since ${time(lock.since)}${until}: ${lockReason(lock)}.`;
}

/** The reason as one part of a sentence. */
export function lockReason({ reason }: Pick<Lock, 'reason'>): string {
  return literal(reason, 200).replace(/[.\s]+$/u, '');
}
