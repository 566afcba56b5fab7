import { type Environment, matchEnvironment } from './environment.ts';
import type { ChannelRule, ProjectRules } from './project.ts';

/** One way to read a command's words: the project, and the words that are left. */
export interface Reading {
  readonly rules: ProjectRules;
  readonly rest: readonly string[];
  /** The project was named, not taken from the channel. */
  readonly named: boolean;
}

/**
 * The project of a channel: its only one, or the one marked `default`. One that is merely watched there counts where
 * `chatops.yml` gives the channel none, and only if a maintainer set the watch up.
 */
export function channelProject(projects: readonly ProjectRules[], channel: string): ProjectRules | undefined {
  const having = (wanted: (rule: ChannelRule) => boolean): readonly ProjectRules[] =>
    projects.filter((rules) => rules.channels.some((rule) => rule.id === channel && wanted(rule)));
  const named = having((rule) => rule.watch === undefined);
  const here = named.length > 0 ? named : having((rule) => rule.watch?.deployable === true);
  return here.length === 1 ? here[0] : having((rule) => rule.default)[0];
}

/** A project by its alias or full path; exactly first, then without case. */
export function findProject(projects: readonly ProjectRules[], word: string): ProjectRules | undefined {
  const lower = word.toLowerCase();
  return (
    projects.find((rules) => rules.path === word || rules.aliases.includes(word)) ??
    projects.find((rules) => rules.path.toLowerCase() === lower || rules.aliases.some((a) => a.toLowerCase() === lower))
  );
}

/**
 * All ways to read the words: `project:environment` is never ambiguous; else the first word may name a project, and
 * the project `here` (the thread's, else the channel's) takes the words as they are. Which of two readings holds is decided by what resolves.
 */
export function readings(
  projects: readonly ProjectRules[],
  here: ProjectRules | undefined,
  words: readonly string[],
): readonly Reading[] {
  const [first, ...rest] = words;
  const colon = first?.lastIndexOf(':') ?? -1;
  if (first !== undefined && colon > 0) {
    const explicit = findProject(projects, first.slice(0, colon));
    if (explicit)
      return [{ rules: explicit, rest: [first.slice(colon + 1), ...rest].filter((w) => w !== ''), named: true }];
  }
  const named = first === undefined ? undefined : findProject(projects, first);
  return [
    ...(named ? [{ rules: named, rest, named: true }] : []),
    ...(here ? [{ rules: here, rest: words, named: false }] : []),
  ];
}

/** Whether the reading's first word is an environment of its project. */
export function readsEnvironment(reading: Reading, environments: readonly Environment[]): boolean {
  const [word] = reading.rest;
  return word !== undefined && matchEnvironment(word, environments, reading.rules).kind === 'found';
}
