import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { isGone, newHolderId } from '../../src/workers/holder.ts';

describe('isGone', () => {
  it('sees that a process of this machine has ended', async () => {
    const ended = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(ended, 'exit');

    expect(isGone(newHolderId(ended.pid ?? 0, 'a'))).toBe(true);
  });

  it('leaves one that lives alone', () => {
    expect(isGone(newHolderId(process.ppid, 'a'))).toBe(false);
  });

  it('knows nothing of a process in another container, even under our own host name and process id', () => {
    const [host, , pid] = newHolderId(process.pid, 'a').split('|');

    expect(isGone([host, 'pid:[1]', pid, 'a'].join('|'))).toBe(false);
    expect(isGone(newHolderId(process.pid, 'a'))).toBe(true);
  });
});
