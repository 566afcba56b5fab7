import {
  type ChannelRule,
  compareSpecificity,
  defaultNotify,
  isGlob,
  matchesGlob,
  type ProjectRules,
} from '../domain/project.ts';
import { canaryRule, verifyRule } from './check-keys.ts';
import type { FilePath } from './file-problems.ts';
import type { EnvironmentEntry, ProjectKeys } from './file-schema.ts';
import { type Layer, layersOf, type ProjectsOfFile } from './layers.ts';

/** One value that holds for a project, and where it was said. */
export interface ResolvedValue {
  /** `events`, `channels[0].notify`, `environments.production.job`. */
  readonly key: string;
  readonly value: unknown;
  /** Undefined: nobody said it, it is the built-in default. */
  readonly origin: { readonly path: FilePath; readonly layer: Layer; readonly environment?: string } | undefined;
}

/** The environments of all layers by name, each key from the most specific layer that says it. */
export type MergedEnvironments = ReadonlyMap<string, EnvironmentEntry>;

/**
 * What holds for a project: for each key the most specific place that says it; lists replace each other, environments
 * are merged by name. Undefined when no entry names the project.
 */
export function resolveRules(file: ProjectsOfFile, path: string): ProjectRules | undefined {
  const layers = layersOf(file, path);
  const [first] = layers;
  if (!first) return undefined;
  return rulesOf(layers, first.entry !== undefined && !isGlob(first.entry) ? first.entry : path);
}

/**
 * What holds for a project that no entry names, once a channel watches it: `defaults`, but not their channels, which
 * are for the projects of the file.
 */
export function resolveUnnamed({ defaults }: ProjectsOfFile, path: string): ProjectRules {
  const { channels: _, aliases: __, ...keys } = defaults;
  return rulesOf([{ keys, entry: undefined, path: ['defaults'] }], path);
}

function rulesOf(layers: readonly Layer[], path: string): ProjectRules {
  return {
    path,
    aliases: pick(layers, 'aliases')?.value ?? [],
    events: pick(layers, 'events')?.value ?? 'both',
    channels: (pick(layers, 'channels')?.value ?? []).map(resolveChannel),
    environments: [...mergeEnvironments(layers)].map(([name, entry]) => ({
      name,
      aliases: entry.aliases ?? [],
      jobs: entry.job ?? [],
      deployers: entry.deployers,
      rollback: entry.rollback,
      approvals: entry.approvals,
      variables: entry.variables,
      confirm: entry.confirm,
      link: entry.link,
      versions: entry.versions,
      after: entry.after,
      requires: entry.requires,
      freeze: entry.freeze,
      migrations: entry.migrations,
      dashboard: entry.dashboard,
      notifyEmail: entry.notify_email,
      verify: entry.verify && verifyRule(entry.verify),
      canary: entry.canary && canaryRule(entry.canary),
      oncall: entry.oncall,
    })),
  };
}

function resolveChannel(channel: NonNullable<ProjectKeys['channels']>[number]): ChannelRule {
  const { exclude } = channel;
  return {
    id: channel.id,
    notify: channel.notify ?? channelDefaults.notify,
    refs: channel.refs,
    environments: channel.environments,
    exclude: exclude && { sources: exclude.sources ?? [], actors: exclude.actors ?? [] },
    broadcast: channel.broadcast ?? channelDefaults.broadcast,
    mention: channel.mention ?? channelDefaults.mention,
    default: channel.default ?? channelDefaults.default,
    defaultEnvironment: channel.default_environment,
  };
}

/** The environments that a project's layers name, merged. */
export function mergeEnvironments(layers: readonly Layer[]): MergedEnvironments {
  const merged = new Map<string, EnvironmentEntry>();
  for (const { keys } of layers.toReversed()) {
    for (const [name, entry] of Object.entries(keys.environments ?? {})) {
      merged.set(name, { ...merged.get(name), ...entry });
    }
  }
  return merged;
}

/** Every value that holds for a project with its origin, in the order of the README. */
export function explainRules(file: ProjectsOfFile, path: string): readonly ResolvedValue[] {
  const layers = layersOf(file, path);
  if (layers.length === 0) return [];
  return [
    plainValue(layers, 'aliases', []),
    plainValue(layers, 'events', 'both'),
    ...explainChannels(layers),
    ...[...mergeEnvironments(layers).keys()].flatMap((name) => explainEnvironment(layers, name)),
  ];
}

type Key = 'aliases' | 'events' | 'channels' | 'environments';

function pick<K extends Key>(
  layers: readonly Layer[],
  key: K,
): { readonly layer: Layer; readonly value: NonNullable<Layer['keys'][K]> } | undefined {
  for (const layer of layers) {
    const value = layer.keys[key];
    if (value !== undefined) return { layer, value };
  }
  return undefined;
}

function plainValue(layers: readonly Layer[], key: Key, builtIn: unknown): ResolvedValue {
  const found = pick(layers, key);
  return {
    key,
    value: found?.value ?? builtIn,
    origin: found && { layer: found.layer, path: [...found.layer.path, key] },
  };
}

const channelDefaults = {
  notify: defaultNotify,
  refs: 'the default branch and tags',
  environments: 'all',
  exclude: 'nothing',
  broadcast: 'failures',
  mention: 'author',
  default: false,
} as const;

function explainChannels(layers: readonly Layer[]): readonly ResolvedValue[] {
  const found = pick(layers, 'channels');
  if (!found) return [];
  return found.value.flatMap((channel, at) => {
    const said = Object.entries(channel).map(([name, value]): ResolvedValue => {
      const path = [...found.layer.path, 'channels', at, name];
      return { key: `channels[${at}].${name}`, value, origin: { layer: found.layer, path } };
    });
    const left = Object.entries(channelDefaults)
      .filter(([name]) => !(name in channel))
      .map(([name, value]): ResolvedValue => ({ key: `channels[${at}].${name}`, value, origin: undefined }));
    return [...said, ...left];
  });
}

/** What holds for one environment: what patterns of environments say counts for those that they match. */
function explainEnvironment(layers: readonly Layer[], name: string): readonly ResolvedValue[] {
  const names = [...mergeEnvironments(layers).keys()]
    .filter((other) => other !== name && isGlob(other) && !isGlob(name) && matchesGlob(other, name))
    .toSorted(compareSpecificity);
  const values = new Map<string, ResolvedValue>();
  for (const environment of [name, ...names]) {
    for (const layer of layers) {
      for (const [key, value] of Object.entries(layer.keys.environments?.[environment] ?? {})) {
        if (values.has(key)) continue;
        const path = [...layer.path, 'environments', environment, key];
        values.set(key, { key: `environments.${name}.${key}`, value, origin: { layer, path, environment } });
      }
    }
  }
  for (const [key, value] of Object.entries(environmentDefaults)) {
    if (!values.has(key)) values.set(key, { key: `environments.${name}.${key}`, value, origin: undefined });
  }
  return [...values.values()];
}

const environmentDefaults = {
  job: "found from the pipeline's own graph",
  deployers: 'developer, on tier production maintainer',
  rollback: 'redeploy, by developers, locked afterwards on tier production',
  approvals: 'none',
  variables: 'any, on tier production none',
  confirm: true,
  link: 'optional',
  versions: 'all',
  after: [],
  requires: [],
  freeze: [],
  migrations: [],
  dashboard: 'none',
  notify_email: [],
  verify: "the pipeline's own verify jobs",
  canary: 'not watched by the bot',
  oncall: 'nobody',
} as const;
