import { guessTier } from '../domain/environment.ts';
import { isGlob } from '../domain/project.ts';
import type { FilePath } from './file-problems.ts';
import { channelsMend, type EnvironmentEntry, type ProjectKeys } from './file-schema.ts';
import { type Layer, layersOf, type PlacedProject, type ProjectsOfFile } from './layers.ts';
import { mergeEnvironments } from './resolve.ts';

/** Two entries that are each right but do not go together. */
export interface Conflict {
  readonly path: FilePath;
  readonly problem: string;
  readonly mend: string;
}

/** Everything that two people could understand differently: doubled projects, aliases, channels and defaults. */
export function findConflicts(
  projects: readonly PlacedProject[],
  defaults: ProjectKeys | 'unread' = {},
): readonly Conflict[] {
  const isWhole = defaults !== 'unread';
  const file: ProjectsOfFile = { projects, defaults: isWhole ? defaults : {} };
  return [
    ...doubledProjects(projects),
    ...doubledProjectAliases(projects),
    ...doubledDefaults(projects),
    ...groupsThatMeanOne(file),
    ...[{ keys: file.defaults, path: ['defaults'] }, ...projects.map(placed)].flatMap((place) => [
      ...doubledChannels(place),
      ...environmentNames(place),
      ...unconfirmed(place),
    ]),
    // What `defaults` would have given is not missing because of a slip in them.
    ...(isWhole ? projects.flatMap((project) => missingChannels(project, file)) : []),
    ...firstAtEachPlace(projects.flatMap((project) => mergedEnvironmentNames(project, file))),
  ];
}

/** What `defaults` say wrong is wrong for three hundred projects and still told once. */
function firstAtEachPlace(conflicts: readonly Conflict[]): readonly Conflict[] {
  const byPlace = new Map(conflicts.toReversed().map((conflict) => [conflict.path.join('\n'), conflict]));
  return [...byPlace.values()].toReversed();
}

interface Place {
  readonly keys: ProjectKeys;
  readonly path: FilePath;
}

function placed({ index, entry }: PlacedProject): Place {
  return { keys: entry, path: ['projects', index] };
}

/** An alias and a channel's default project mean one project; a pattern and `defaults` are for many. */
function groupsThatMeanOne(file: ProjectsOfFile): readonly Conflict[] {
  const patterns = file.projects.filter(({ entry }) => isGlob(entry.project));
  const wide = [
    { name: '`defaults`', keys: file.defaults, path: ['defaults'] },
    ...patterns.map((project) => ({ name: `\`${project.entry.project}\``, ...placed(project) })),
  ];
  return wide.flatMap(({ name, keys, path }) => [
    ...(keys.aliases ?? []).slice(0, 1).map(() => ({
      path: [...path, 'aliases'],
      problem: `${name} is for many projects, an alias must mean one`,
      mend: 'Write the aliases at an entry with the full path of the project',
    })),
    ...(keys.channels ?? []).flatMap((channel, at) =>
      channel.default
        ? [
            {
              path: [...path, 'channels', at, 'default'],
              problem: `${name} is for many projects, a channel has one default project`,
              mend: 'Write `default: true` at an entry with the full path of the project',
            },
          ]
        : [],
    ),
  ]);
}

function missingChannels({ index, entry }: PlacedProject, file: ProjectsOfFile): readonly Conflict[] {
  if (layersOf(file, entry.project).some(({ keys }) => keys.channels !== undefined)) return [];
  return [
    { path: ['projects', index, 'channels'], problem: 'is missing', mend: `${channelsMend}, here or in defaults` },
  ];
}

function doubledProjects(projects: readonly PlacedProject[]): readonly Conflict[] {
  const paths = projects.map(({ index, entry }) => ({ name: entry.project, path: ['projects', index, 'project'] }));
  return repeated(paths).map(({ name, path }) => ({
    path,
    problem: `\`${name}\` is listed already`,
    mend: 'Write it once, with all its channels',
  }));
}

function doubledProjectAliases(projects: readonly PlacedProject[]): readonly Conflict[] {
  const aliases = projects.flatMap(({ index, entry }) =>
    (isGlob(entry.project) ? [] : (entry.aliases ?? [])).map((name, at) => ({
      name,
      owner: entry.project,
      path: ['projects', index, 'aliases', at],
    })),
  );
  return repeated(aliases).map(({ name, path, first }) => ({
    path,
    problem: `the alias \`${name}\` belongs to \`${first.owner}\` already`,
    mend: 'Give each project its own alias',
  }));
}

function doubledDefaults(projects: readonly PlacedProject[]): readonly Conflict[] {
  const defaults = projects.flatMap(({ index, entry }) =>
    (isGlob(entry.project) ? [] : (entry.channels ?? [])).flatMap((channel, at) =>
      channel.default
        ? [{ name: channel.id, owner: entry.project, path: ['projects', index, 'channels', at, 'default'] }]
        : [],
    ),
  );
  // The same channel twice in one project is told by doubledChannels.
  return repeated(defaults)
    .filter((second) => second.owner !== second.first.owner)
    .map(({ name, path, first }) => ({
      path,
      problem: `channel ${name} has the default project \`${first.owner}\` already`,
      mend: 'Keep `default: true` at one of the two',
    }));
}

function doubledChannels({ keys, path }: Place): readonly Conflict[] {
  const channels = (keys.channels ?? []).map(({ id }, at) => ({ name: id, path: [...path, 'channels', at, 'id'] }));
  return repeated(channels).map(({ name, path }) => ({
    path,
    problem: `channel ${name} is listed already for this project`,
    mend: 'Write it once, with all its keys',
  }));
}

function environmentNames({ keys, path }: Place): readonly Conflict[] {
  const environments = keys.environments ?? {};
  const patterns = Object.entries(environments)
    .filter(([name, { aliases }]) => isGlob(name) && (aliases ?? []).length > 0)
    .map(([name]) => ({
      path: [...path, 'environments', name, 'aliases'],
      problem: `\`${name}\` is a pattern for many environments, an alias must mean one`,
      mend: 'Remove the aliases, or write the full name of one environment',
    }));
  return [...doubledNames(Object.entries(environments), () => path), ...patterns];
}

/** What GitLab says of the tier counts when somebody deploys; here only the name is known. */
function unconfirmed({ keys, path }: Place): readonly Conflict[] {
  return Object.entries(keys.environments ?? {})
    .filter(([name, { confirm }]) => confirm === false && guessTier(name) === 'production')
    .map(([name]) => ({
      path: [...path, 'environments', name, 'confirm'],
      problem: `\`${name}\` is of tier production, where somebody has to confirm`,
      mend: 'Remove `confirm: false`',
    }));
}

/** Names that are clear in each place and mean two environments once the places are merged. */
function mergedEnvironmentNames({ entry }: PlacedProject, file: ProjectsOfFile): readonly Conflict[] {
  const layers = layersOf(file, entry.project);
  const told = new Set(
    layers
      .flatMap(({ keys, path }) => doubledNames(Object.entries(keys.environments ?? {}), () => path))
      .map(({ problem }) => problem),
  );
  return doubledNames([...mergeEnvironments(layers)], (name, key) => saidAt(layers, name, key))
    .filter(({ problem }) => !told.has(problem))
    .map((conflict) => ({ ...conflict, problem: `${conflict.problem}, in \`${entry.project}\`` }));
}

/** Where a key of an environment is said for the first time, the most specific place first. */
function saidAt(layers: readonly Layer[], name: string, key: 'aliases' | undefined): FilePath {
  const found = layers.find(({ keys }) => {
    const entry = keys.environments?.[name];
    return entry !== undefined && (key === undefined || entry[key] !== undefined);
  });
  return found?.path ?? ['defaults'];
}

/** Names first: what an alias repeats is then told at the alias. An environment may repeat its own name. */
function doubledNames(
  environments: readonly (readonly [string, EnvironmentEntry])[],
  placeOf: (name: string, key: 'aliases' | undefined) => FilePath,
): readonly Conflict[] {
  const names = environments.map(([name]) => ({
    name,
    owner: name,
    path: [...placeOf(name, undefined), 'environments', name],
  }));
  const aliases = environments.flatMap(([owner, { aliases }]) =>
    (aliases ?? []).map((name, at) => ({
      name,
      owner,
      path: [...placeOf(owner, 'aliases'), 'environments', owner, 'aliases', at],
    })),
  );
  return repeated([...names, ...aliases])
    .filter(({ name, owner, first }) => !(owner === first.owner && name.toLowerCase() === owner.toLowerCase()))
    .map(({ name, path, first }) => ({
      path,
      problem: `\`${name}\` means the environment \`${first.owner}\` already`,
      mend: 'Give each environment its own name and aliases',
    }));
}

/** The entries whose name, without case as people type it, another entry before them has. */
function repeated<T extends { readonly name: string }>(entries: readonly T[]): readonly (T & { readonly first: T })[] {
  const seen = new Map<string, T>();
  return entries.flatMap((entry) => {
    const key = entry.name.toLowerCase();
    const first = seen.get(key);
    if (first) return [{ ...entry, first }];
    seen.set(key, entry);
    return [];
  });
}
