import type { Watch } from '../../domain/watch.ts';
import type { Clock, Log, Settings, Wake } from '../ports.ts';
import type { Store } from '../store-ports.ts';
import { mergeWatches, type ProjectsOfFile } from '../watches/merge-watches.ts';
import { type ConfiguredProjects, createKnownProjects, type KnownProjects } from './known-projects.ts';
import { type ConfigReload, type ConfigSource, createConfigReload } from './reload-config.ts';

/** What the environment gives: fixed while the process lives. */
type FixedSettings = Pick<Settings, 'commandPrefix' | 'gitlabUrl' | 'freezes'>;

/** What `chatops.yml` gives. */
export type SettingsOfFile = ProjectsOfFile & Omit<Settings, 'projects' | 'rulesFor' | keyof FixedSettings>;

export interface LiveSettingsDeps<File extends SettingsOfFile> {
  readonly config: { readonly file: File; readonly hash: string; readonly source: ConfigSource<File> };
  readonly fixed: FixedSettings;
  readonly maskSecrets: (text: string) => string;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly log: Log;
}

/** The settings as they are now, and what changes them: a reload, watches, and projects that become known. */
export interface LiveSettings {
  readonly settings: () => Settings;
  /** What the file and the watches say of projects; another object when one of them changed. */
  readonly configured: () => ConfiguredProjects;
  /** Reads from the store what people have set up in Slack. */
  readonly refreshSettings: () => Promise<void>;
  readonly knownProjects: KnownProjects;
  readonly configReload: ConfigReload;
}

/** Puts together what `chatops.yml` says, what people watch, and which projects are known. */
export function createLiveSettings<File extends SettingsOfFile>(deps: LiveSettingsDeps<File>): LiveSettings {
  const { config, fixed } = deps;
  let { file } = config;
  let watches: readonly Watch[] = [];
  let merged: ConfiguredProjects = file;
  const configured = (): ConfiguredProjects => merged;
  const knownProjects = createKnownProjects({ ...deps, configured });
  const settings = (): Settings => ({
    ...file,
    ...fixed,
    projects: knownProjects.list(),
    rulesFor: (path) => knownProjects.rulesFor(path),
  });
  const use = (next: File): void => {
    file = next;
    merged = mergeWatches(file, watches);
  };
  const refreshSettings = async (): Promise<void> => {
    watches = await deps.store.tables.watches.all();
    merged = mergeWatches(file, watches);
  };
  const configReload = createConfigReload({ ...deps, source: config.source, hash: config.hash, use, settings });
  return { settings, configured, refreshSettings, knownProjects, configReload };
}
