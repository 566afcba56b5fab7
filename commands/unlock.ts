import type { Command } from '../src/app/command.ts';
import { readLockPlace } from '../src/app/locks/lock-place.ts';
import { releaseLock } from '../src/app/locks/release-lock.ts';
import { UsageError } from '../src/domain/errors.ts';
import { say } from '../src/domain/phrase.ts';

const usage = '/unlock [project] <environment>|all';

/** Releases a lock of one's own; of others by the button that shows whose it is. */
export const unlock: Command = {
  name: '/unlock',
  usage,
  description: 'Release your lock on an environment, or all of yours in a project',
  examples: ['/unlock prod', '/unlock all'],
  flags: { valueFlags: ['lock'] },

  async run({ words, flags }, context) {
    const notDone = say`Nothing was unlocked.`;
    const place = await readLockPlace(
      { command: '/unlock', words, flags, notDone, mayLeaveOut: 'environment' },
      context,
    );
    if (place.kind === 'result') return place.result;
    const { project } = place;
    const environment = place.kind === 'place' ? place.environment : place.here;
    const isClear = place.kind === 'place' ? place.rest.length === 0 : environment !== undefined;
    if (!isClear) throw new UsageError('Which environment is to be unlocked?', { hint: `Type: ${usage}` });
    return releaseLock({ project, environment, lockId: flags['lock'] }, context);
  },
};
