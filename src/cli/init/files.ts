import {
  accessSync,
  constants,
  existsSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../domain/errors.ts';

/** A file to be written. */
export interface FileToWrite {
  readonly path: string;
  readonly text: string;
  /** Permissions, e.g. 0o600. */
  readonly mode: number;
}

/** The text of a file; undefined when there is none. */
export function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/**
 * Refuses early what `writeFiles` could not do.
 * @throws UsageError
 */
export function checkWritable(files: readonly string[]): void {
  for (const folder of new Set(files.map((file) => path.dirname(file)))) {
    try {
      accessSync(folder, constants.W_OK);
    } catch (cause) {
      throw new UsageError(`${folder} does not exist or cannot be written. Nothing was changed.`, {
        cause,
        hint: 'Run `chatops init` in a folder that is yours, the one from which the bot is started.',
      });
    }
  }
}

/** Writes all or none: each is complete beside its place before the first is put there. */
export function writeFiles(files: readonly FileToWrite[]): void {
  const drafts = files.map((file) => ({ ...file, draft: `${file.path}.new` }));
  try {
    for (const { draft, text, mode } of drafts) {
      rmSync(draft, { force: true });
      // Never readable by others, not even for a moment.
      writeFileSync(draft, text, { mode, flag: 'wx' });
    }
    // A link stays one: what it leads to is replaced.
    for (const { draft, path: file } of drafts) renameSync(draft, existsSync(file) ? realpathSync(file) : file);
  } finally {
    for (const { draft } of drafts) rmSync(draft, { force: true });
  }
}
