import type { Command, CommandContext, CommandResult } from '../src/app/command.ts';
import { listLocks } from '../src/app/locks/list-locks.ts';
import { type LockPlace, readLockPlace } from '../src/app/locks/lock-place.ts';
import { takeLock } from '../src/app/locks/take-lock.ts';
import { waitForFree } from '../src/app/locks/wait-for-free.ts';
import { UsageError } from '../src/domain/errors.ts';
import { say } from '../src/domain/phrase.ts';
import { readUntil } from '../src/domain/until.ts';

const usage = '/lock [project] <environment>|all <reason> [for 2h | until 18:00] [--steal]';

const maxReason = 300;

/** Keeps everybody else from deploying somewhere, or lists who does. */
export const lock: Command = {
  name: '/lock',
  usage,
  description: 'Keep others from deploying to an environment for a while; alone: what is locked',
  examples: ['/lock', '/lock prod hotfix for 2h', '/lock all incident until 18:00'],
  flags: { valueFlags: ['replaces', 'wait'], switches: ['steal'] },

  action: ({ flags }) => (flags['wait'] === undefined ? 'lock' : 'wait'),

  async run({ words, flags }, context) {
    const place = await readLockPlace(
      { command: '/lock', words, flags, notDone: say`Nothing was locked.`, mayLeaveOut: 'environment' },
      context,
    );
    if (place.kind === 'result') return place.result;
    if (place.kind === 'project') return listLocks(place.project, context);
    const { project, environment } = place;
    const line = flags['wait'];
    if (line !== undefined && environment !== undefined) return waitForFree({ project, environment, line }, context);
    return take(place, flags, context);
  },
};

function take(
  { project, environment, rest }: Extract<LockPlace, { kind: 'place' }>,
  flags: Readonly<Record<string, string>>,
  context: CommandContext,
): Promise<CommandResult> {
  const timed = readUntil(rest, context);
  if (timed.kind === 'past') {
    throw new UsageError(`${timed.word} is over already.`, { hint: 'Write a time to come: until 18:00, or for 2h' });
  }
  if (timed.kind === 'unreadable') {
    throw new UsageError(`I cannot read “${timed.words}” as an end.`, {
      hint: 'Write it as in: until 18:00, until 2026-12-24T18:00, for 30m, or for 2h',
    });
  }
  const reason = timed.words.join(' ').slice(0, maxReason);
  if (reason === '') {
    const where = environment ?? 'all';
    throw new UsageError(`Why is ${where} to be locked?`, { hint: `Type: /lock ${where} hotfix for 2h` });
  }
  const lockId = flags['replaces'];
  const steal = lockId === undefined ? (flags['steal'] === undefined ? 'no' : 'ask') : { lockId };
  return takeLock({ project, environment, reason, until: timed.until, words: rest, steal }, context);
}
