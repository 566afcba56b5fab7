import {
  type ChannelRule,
  compareSpecificity,
  defaultNotify,
  isGlob,
  isSamePath,
  type ProjectRules,
} from '../../domain/project.ts';
import { deployableFrom, type Watch, watchesOf } from '../../domain/watch.ts';
import type { ConfiguredProjects } from '../projects/known-projects.ts';

/** What `chatops.yml` says of projects, and what its `defaults` say of those that it does not name. */
export interface ProjectsOfFile extends ConfiguredProjects {
  readonly unnamedRules: (path: string) => ProjectRules;
}

/** More than anybody has; webhooks of unknown projects must not fill the memory. */
const remember = 10_000;

/**
 * Adds the channels that people watch projects in. Where the file names the same project and channel, the file wins.
 * A project that the file does not name becomes known, with the file's `defaults`, and is deployed only from channels
 * where a maintainer set the watch up.
 */
export function mergeWatches(file: ProjectsOfFile, watches: readonly Watch[]): ConfiguredProjects {
  if (watches.length === 0) return file;
  const known = new Map<string, ProjectRules | undefined>();
  const rulesFor = (path: string): ProjectRules | undefined => {
    const key = path.toLowerCase();
    if (known.has(key)) return known.get(key);
    const rules = mergeRules(path, file, watches);
    if (known.size < remember) known.set(key, rules);
    return rules;
  };
  const named = file.projects.map(({ path }) => path);
  const added = new Set(
    watches
      .map(({ project }) => project)
      .filter((project) => !isGlob(project) && !named.some((path) => isSamePath(path, project))),
  );
  const patterns = new Set([...file.patterns, ...watches.map(({ project }) => project).filter(isGlob)]);
  return {
    projects: [...named, ...added].flatMap((path) => rulesFor(path) ?? []),
    patterns: [...patterns].toSorted(compareSpecificity),
    rulesFor,
    placeOf(path) {
      const [watch] = watchesOf(watches, path);
      return watch && !file.rulesFor(path) ? `the watch in ${watch.channel}` : file.placeOf(path);
    },
  };
}

function mergeRules(path: string, file: ProjectsOfFile, watches: readonly Watch[]): ProjectRules | undefined {
  const own = file.rulesFor(path);
  const here = watchesOf(watches, path).filter(({ channel }) => !own?.channels.some((rule) => rule.id === channel));
  if (here.length === 0) return own;
  const exact = here.find(({ project }) => isSamePath(project, path));
  const base = own ?? {
    ...file.unnamedRules(exact?.project ?? path),
    deployFrom: deployableFrom(watches, path),
  };
  return { ...base, channels: [...base.channels, ...here.map(channelRule)] };
}

function channelRule(watch: Watch): ChannelRule {
  return {
    id: watch.channel,
    notify: watch.notify ?? defaultNotify,
    broadcast: 'failures',
    mention: 'author',
    default: false,
    watch,
  };
}
