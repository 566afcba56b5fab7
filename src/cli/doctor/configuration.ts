import path from 'node:path';
import { readEnvironment } from '../../config/environment.ts';
import { readConfigFile } from '../../config/file.ts';
import { type Config, loadConfig } from '../../config/load.ts';
import { environmentSettings, type ProcessSettings } from '../../config/schema.ts';
import { ConfigError } from '../../domain/errors.ts';
import { count } from '../count.ts';
import { type Checkup, type Finding, ok, problem } from './finding.ts';

/** What could be read of the configuration: everything, or as much as is right. */
export interface Readable {
  readonly settings: Partial<ProcessSettings>;
  /** Undefined when chatops.yml is not there, or not right. */
  readonly file: Config['file'] | undefined;
}

/** Loads the configuration as the bot does. What is right of a wrong one is handed on, so that the rest is checked too. */
export function readConfiguration({ env, cwd, readFile }: Checkup): {
  readonly readable: Readable;
  readonly findings: readonly Finding[];
} {
  try {
    const { settings, file } = loadConfig({ env, readFile, cwd });
    const what = [count(file.projects.length, 'project'), count(file.patterns.length, 'pattern')];
    const seen = `The settings can be used: ${what.join(', ')}, ${count(channelsOf(file).length, 'channel')}.`;
    return { readable: { settings, file }, findings: [ok('configuration', seen)] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { values } = readEnvironment(env);
    const configPath = path.resolve(cwd, values.configPath ?? environmentSettings.configPath.default);
    return {
      readable: { settings: values, file: readRight(configPath, readFile) },
      findings: error.problems.map((wrong) =>
        problem('configuration', `${wrong.setting}: ${wrong.problem}.`, wrong.mend),
      ),
    };
  }
}

function readRight(configPath: string, readFile: Checkup['readFile']): Readable['file'] {
  let text: string;
  try {
    text = readFile(configPath);
  } catch {
    // That it is not there, or why it cannot be read, is among the problems already.
    return undefined;
  }
  const read = readConfigFile(text, path.basename(configPath));
  return read.kind === 'read' ? read.settings : undefined;
}

/** Every channel that the file names, once. */
export function channelsOf(file: Config['file']): readonly string[] {
  const entries = [...file.projects, ...file.patterns.flatMap((pattern) => file.rulesFor(pattern) ?? [])];
  const named = entries.flatMap((entry) => entry.channels.map(({ id }) => id));
  return [...new Set([...named, ...(file.operationsChannel === undefined ? [] : [file.operationsChannel])])];
}
