import { compareSpecificity, isGlob, isSamePath, matchesGlob, type NotifyKind } from './project.ts';

/** A channel that somebody added to a project with `/chatops watch`. */
export interface Watch {
  readonly channel: string;
  /** Full path of a project, or a pattern: `acme/payments/*`, with `**` for groups below too. */
  readonly project: string;
  /** Undefined: what a channel is told when nothing is said. */
  readonly notify?: readonly NotifyKind[] | undefined;
  /** Set up by a maintainer: commands typed in the channel may be about the project. Else it is for notices alone. */
  readonly deployable: boolean;
  readonly by: { readonly slackUserId: string; readonly username: string };
  /** When it was first set up; a change of events leaves it. */
  readonly since: Date;
}

/** The watches that are about a project: in each channel the most specific one. */
export function watchesOf(watches: readonly Watch[], path: string): readonly Watch[] {
  const covering = coveringOf(watches, path).toSorted(
    (a, b) => Number(isGlob(a.project)) - Number(isGlob(b.project)) || compareSpecificity(a.project, b.project),
  );
  return covering.filter(({ channel }, index) => covering.findIndex((other) => other.channel === channel) === index);
}

/** The channels that a project may be deployed from: a closer watch of somebody else takes no right away. */
export function deployableFrom(watches: readonly Watch[], path: string): readonly string[] {
  const deployable = coveringOf(watches, path).filter((watch) => watch.deployable);
  return [...new Set(deployable.map(({ channel }) => channel))];
}

/** The group of `acme/payments/*` or `acme/payments/**`; undefined for anything else. */
export function watchedGroup(project: string): string | undefined {
  return /^([^*?]+)\/\*{1,2}$/.exec(project)?.[1];
}

function coveringOf(watches: readonly Watch[], path: string): readonly Watch[] {
  return watches.filter(({ project }) => isSamePath(project, path) || isCovered(project, path));
}

function isCovered(pattern: string, path: string): boolean {
  return isGlob(pattern) && matchesGlob(pattern.toLowerCase(), path.toLowerCase());
}
