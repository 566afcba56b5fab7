import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError, type ConfigProblem } from '../domain/errors.ts';
import { type Environment, type ReadEnvironment, readEnvironment } from './environment.ts';
import { type FileSettings, readConfigFile, smallestFile } from './file.ts';
import { environmentSettings, type ProcessSettings } from './schema.ts';

/** Where the configuration is read from. */
export interface ConfigSources {
  readonly env: Environment;
  /** The text of a file; throws as `readFileSync` does. */
  readonly readFile: (path: string) => string;
  /** What relative paths start from. Default: the working directory. */
  readonly cwd?: string;
}

/** A configuration without a problem. */
export interface Config {
  /** From the environment: fixed while the process lives. Paths are absolute. */
  readonly settings: ProcessSettings;
  /** From `chatops.yml`: may be read again. */
  readonly file: FileSettings;
  /** Values that must never be shown or logged. */
  readonly secrets: readonly string[];
  /** SHA-256 of the text of `chatops.yml`, hex: changes when the file does, and names the policy in the audit. */
  readonly hash: string;
  /** The file itself, to be read again while the process lives. */
  readonly source: ConfigFileSource;
}

/** `chatops.yml` as it stands on the disk now. */
export interface ConfigFileSource {
  /** Changes when the content does: its SHA-256, or why it cannot be read. */
  fingerprint(): string;
  /** @throws {ConfigError} with all problems of the file. */
  read(): { readonly file: FileSettings; readonly hash: string };
}

/**
 * The environment of this process, after adding what a `.env` file in the working directory says; real variables win.
 * The only place that reads `process.env`.
 */
export function processEnvironment(cwd: string = process.cwd()): Environment {
  const file = path.join(cwd, '.env');
  try {
    process.loadEnvFile(file);
  } catch (error) {
    // No such file is the usual case; one that is there and cannot be read is a mistake to be told.
    if (errorCode(error) !== 'ENOENT') {
      const problem = `cannot be read (${errorCode(error)})`;
      throw new ConfigError([{ setting: file, problem, mend: 'Make it readable for this user, or remove it' }], {
        cause: error,
      });
    }
  }
  return process.env;
}

/** Reads a file of this machine as text. */
export function readTextFile(file: string): string {
  return readFileSync(file, 'utf8');
}

/**
 * Reads environment and `chatops.yml`.
 * @throws {ConfigError} with all problems of both.
 */
export function loadConfig({ env, readFile, cwd = process.cwd() }: ConfigSources): Config {
  const environment = readEnvironment(env);
  const configPath = path.resolve(cwd, environment.values.configPath ?? environmentSettings.configPath.default);
  const file = readFileSettings(configPath, readFile);
  const { values } = environment;
  const needed = [...neededProblems(environment, file.settings), ...unmetNeeds(values, file.settings)];
  const problems = [...needed, ...file.problems];
  if (problems.length > 0 || !file.settings || !isComplete(environment.values)) throw new ConfigError(problems);
  const settings = { ...environment.values, configPath, database: inFolder(cwd, environment.values.database) };
  return {
    settings,
    file: file.settings,
    secrets: environment.secrets,
    hash: file.hash,
    source: createSource(settings, readFile),
  };
}

/** Where every project is only polled no webhook is taken, and none has to be proven. */
function neededProblems(environment: ReadEnvironment, file: FileSettings | undefined): readonly ConfigProblem[] {
  const { name } = environmentSettings.gitlabWebhookSecret;
  // One that is there and wrong is told all the same.
  const isAbsent = 'gitlabWebhookSecret' in environment.values && environment.values.gitlabWebhookSecret === undefined;
  if (!isAbsent || file?.takesWebhooks !== false) return environment.problems;
  return environment.problems.filter(({ setting }) => setting !== name);
}

/** What the file asks for and the environment does not give. */
function unmetNeeds(values: Partial<ProcessSettings>, file: FileSettings | undefined): readonly ConfigProblem[] {
  // One that is there and wrong is told all the same.
  const hasNoMail = 'mailServer' in values && values.mailServer === undefined;
  const hasNoLinking = 'gitlabOAuthClientId' in values && values.gitlabOAuthClientId === undefined;
  const hasNoPrometheus = 'prometheusUrl' in values && values.prometheusUrl === undefined;
  return [
    ...(hasNoMail && file?.needsMail ? [file.needsMail] : []),
    ...(hasNoLinking && file?.needsLinking ? [file.needsLinking] : []),
    ...(hasNoPrometheus && file?.needsPrometheus ? [file.needsPrometheus] : []),
  ];
}

function createSource(settings: ProcessSettings, readFile: ConfigSources['readFile']): ConfigFileSource {
  const { configPath } = settings;
  return {
    fingerprint() {
      try {
        return hashOf(readFile(configPath));
      } catch (error) {
        // What is wrong with it `read` tells.
        return errorCode(error);
      }
    },
    read() {
      const { settings: file, problems, hash } = readFileSettings(configPath, readFile);
      if (!file) throw new ConfigError(problems);
      const isProven = settings.gitlabWebhookSecret !== undefined || settings.gitlabSigningTokens !== undefined;
      const unmet = [...(file.takesWebhooks && !isProven ? [unproven] : []), ...unmetNeeds(settings, file)];
      if (unmet.length > 0) throw new ConfigError(unmet);
      return { file, hash };
    },
  };
}

const unproven: ConfigProblem = {
  setting: environmentSettings.gitlabWebhookSecret.name,
  problem: 'is not set, and some projects take webhooks now',
  mend: `${environmentSettings.gitlabWebhookSecret.mend} and start again, or write events: poll at every project`,
};

function readFileSettings(
  configPath: string,
  readFile: ConfigSources['readFile'],
): { readonly settings?: FileSettings; readonly problems: readonly ConfigProblem[]; readonly hash: string } {
  let text: string;
  try {
    text = readFile(configPath);
  } catch (error) {
    return { problems: [unreadable(configPath, errorCode(error))], hash: '' };
  }
  const read = readConfigFile(text, path.basename(configPath));
  const hash = hashOf(text);
  return read.kind === 'read' ? { settings: read.settings, problems: [], hash } : { problems: read.problems, hash };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function unreadable(configPath: string, code: string): ConfigProblem {
  const setting = environmentSettings.configPath.name;
  return code === 'ENOENT'
    ? {
        setting,
        problem: `there is no ${configPath}`,
        mend: `Create it, or name another file; it begins with:\n${smallestFile}`,
      }
    : { setting, problem: `${configPath} cannot be read (${code})`, mend: 'Name a file that this user may read' };
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

function isComplete(values: Partial<ProcessSettings>): values is ProcessSettings {
  return Object.keys(environmentSettings).every((key) => key in values);
}

function inFolder(cwd: string, database: ProcessSettings['database']): ProcessSettings['database'] {
  if (database.kind === 'postgres' || database.path === ':memory:') return database;
  return { ...database, path: path.resolve(cwd, database.path) };
}
