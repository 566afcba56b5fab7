import { code, join, type Phrase, say } from '../../domain/phrase.ts';
import { matchesGlob } from '../../domain/project.ts';

const maxNamed = 3;

/**
 * Warns of migration files between the version that is left and the one that is gone back to: what they did to a
 * database stays done. `files`: those that differ; undefined: GitLab did not name them all.
 */
export function warnOfMigrations(globs: readonly string[], files: readonly string[] | undefined): readonly Phrase[] {
  if (globs.length === 0) return [];
  if (!files)
    return [say`GitLab did not name all files that differ, so whether migrations are among them is not known.`];
  const found = files.filter((file) => globs.some((glob) => matchesGlob(glob, file)));
  if (found.length === 0) return [];
  const left = found.length - maxNamed;
  const named = join([...found.slice(0, maxNamed).map(code), ...(left > 0 ? [`and ${left} more`] : [])], ', ');
  const count = found.length === 1 ? '1 migration file' : `${found.length} migration files`;
  return [say`This range touches ${count}: ${named}. A rollback does not undo what they did.`];
}
