import { compareSpecificity, isGlob, isSamePath, matchesGlob } from '../domain/project.ts';
import type { FilePath } from './file-problems.ts';
import type { ProjectEntry, ProjectKeys } from './file-schema.ts';

/** A well-formed project and its place in the list. */
export interface PlacedProject {
  readonly index: number;
  readonly entry: ProjectEntry;
}

/** The parts of `chatops.yml` that say something of projects. */
export interface ProjectsOfFile {
  readonly projects: readonly PlacedProject[];
  readonly defaults: ProjectKeys;
}

/** One place that says something of a project. */
export interface Layer {
  readonly keys: ProjectKeys;
  /** The entry's path or glob; undefined: `defaults`. */
  readonly entry: string | undefined;
  readonly path: FilePath;
}

/**
 * Everything that says something of a project, the most specific first: its own entry, the globs that match it, then
 * `defaults`. Empty when no entry names it: `defaults` alone make no project known. `path` may itself be a glob of the
 * file; then only what holds for all of its projects counts.
 */
export function layersOf(file: ProjectsOfFile, path: string): readonly Layer[] {
  const entries = file.projects
    .filter(({ entry }) => covers(entry.project, path))
    .toSorted(
      (a, b) =>
        Number(isSamePath(b.entry.project, path)) - Number(isSamePath(a.entry.project, path)) ||
        compareSpecificity(a.entry.project, b.entry.project),
    )
    .map(({ index, entry }): Layer => ({ keys: entry, entry: entry.project, path: ['projects', index] }));
  return entries.length === 0 ? [] : [...entries, { keys: file.defaults, entry: undefined, path: ['defaults'] }];
}

/** Whether an entry holds for a path, or for every path that a glob stands for. */
function covers(entry: string, path: string): boolean {
  if (isSamePath(entry, path)) return true;
  // `**` as a text is two characters that `*` would match, though it stands for deeper paths as well.
  return isGlob(entry) && matchesGlob(entry.toLowerCase(), path.toLowerCase().replaceAll('**', '*/*'));
}
