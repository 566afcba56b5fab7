import { commandLine } from '../../domain/command-line.ts';
import type { LockScope } from '../../domain/lock.ts';

/** The command that releases a lock, for people (`prefix` as installed) or, without one, for a button. */
export function unlockLine(scope: LockScope, about: { readonly prefix: string; readonly lockId?: string }): string {
  const shown = about.lockId === undefined ? [] : ['--lock', about.lockId];
  return commandLine(about.prefix, '/unlock', [placeWord(scope), ...shown]);
}

/** `acme/app:production`, or `acme/app:all`: read in one way only. */
export function placeWord({ project, environment }: LockScope): string {
  return `${project.path}:${environment ?? 'all'}`;
}
