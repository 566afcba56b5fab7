import { type ConfiguredProjects, createKnownProjects, type KnownProjects } from './known-projects.ts';
import type { Clock, Log, Settings, Store, Wake } from './ports.ts';
import { type ConfigReload, type ConfigSource, createConfigReload } from './reload-config.ts';

/** What the environment gives: fixed while the process lives. */
type FixedSettings = Pick<Settings, 'commandPrefix' | 'gitlabUrl'>;

/** What `chatops.yml` gives. */
export type SettingsOfFile = ConfiguredProjects & Omit<Settings, 'projects' | 'rulesFor' | keyof FixedSettings>;

export interface LiveSettingsDeps<File extends SettingsOfFile> {
  readonly config: { readonly file: File; readonly hash: string; readonly source: ConfigSource<File> };
  readonly fixed: FixedSettings;
  readonly maskSecrets: (text: string) => string;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly log: Log;
}

/** The settings as they are now, and what changes them: a reload, and projects that become known. */
export interface LiveSettings {
  readonly settings: () => Settings;
  readonly configured: () => ConfiguredProjects;
  readonly knownProjects: KnownProjects;
  readonly configReload: ConfigReload;
}

/** Puts together what `chatops.yml` says and which projects are known. */
export function createLiveSettings<File extends SettingsOfFile>(deps: LiveSettingsDeps<File>): LiveSettings {
  const { config, fixed } = deps;
  let { file } = config;
  const configured = (): File => file;
  const knownProjects = createKnownProjects({ ...deps, configured });
  const settings = (): Settings => ({
    ...file,
    ...fixed,
    projects: knownProjects.list(),
    rulesFor: (path) => knownProjects.rulesFor(path),
  });
  const use = (next: File): void => {
    file = next;
  };
  const configReload = createConfigReload({ ...deps, source: config.source, hash: config.hash, use, settings });
  return { settings, configured, knownProjects, configReload };
}
