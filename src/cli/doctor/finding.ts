import type { Environment } from '../../config/environment.ts';
import { AppError } from '../../domain/errors.ts';

/** How much a finding matters. Only a `problem` makes `doctor` fail. */
export type Level = 'ok' | 'warning' | 'problem';

/** One thing that was looked at: what was seen, and how to mend it. */
export interface Finding {
  readonly level: Level;
  /** Stable, for scripts and tests, e.g. `hook_missing`. */
  readonly code: string;
  readonly seen: string;
  /** Left out where there is nothing to do. May have several lines: it may show how a file begins. */
  readonly mend?: string | undefined;
}

/** What the checks look at and with. */
export interface Checkup {
  readonly env: Environment;
  readonly cwd: string;
  /** The text of a file; throws as `readFileSync` does. */
  readonly readFile: (path: string) => string;
  readonly now: () => Date;
  /** Told what is being looked at, for somebody who waits. */
  readonly progress: (doing: string) => void;
}

/** Nothing to do. */
export function ok(code: string, seen: string, mend?: string): Finding {
  return { level: 'ok', code, seen, mend };
}

/** Works, but not as well as it should, or not for long. */
export function warning(code: string, seen: string, mend: string): Finding {
  return { level: 'warning', code, seen, mend };
}

/** Does not work. */
export function problem(code: string, seen: string, mend: string): Finding {
  return { level: 'problem', code, seen, mend };
}

/** A failure of ours as a finding. What is no failure of ours is a bug, and passes. */
export function failed(code: string, doing: string, error: unknown): Finding {
  if (!(error instanceof AppError)) throw error;
  return problem(code, `${doing}: ${error.message}`, error.hint === '' ? 'Run it again in a minute.' : error.hint);
}

/** What could not be looked at, since the settings that lead there are missing or wrong. */
export function skipped(code: string, setting: string): Finding {
  return warning(code, `Not looked at: ${setting} cannot be used.`, 'Mend the settings above, then run it again.');
}
