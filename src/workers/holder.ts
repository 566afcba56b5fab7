import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** How a process is named to people as the holder of the lease. */
export function holderLabel(pid: number): string {
  return `${hostname()} (process ${pid})`;
}

/** Unique per start, and enough for `isGone` to tell whether that process still lives. */
export function newHolderId(pid: number, unique: string): string {
  return [hostname(), pidNamespace(), pid, unique].join('|');
}

/**
 * Whether the holder has certainly ended. After a crash its lease has seconds to run, but on the same machine we can
 * see that the process is no more. In another container it cannot be seen, even where host name and process id are the
 * same as ours: then the lease has to lapse.
 */
export function isGone(holderId: string): boolean {
  const [host, namespace, pidText] = holderId.split('|');
  const pid = Number(pidText);
  if (host !== hostname() || namespace !== pidNamespace() || !Number.isInteger(pid)) return false;
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

/** Process ids mean something within one namespace only; each container has its own. Empty where there are none. */
function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    // Not Linux: one namespace for all.
    return '';
  }
}
