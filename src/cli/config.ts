import path from 'node:path';
import { policyHash } from '../app/audit/decision-facts.ts';
import type { Environment } from '../config/environment.ts';
import { type ReadFile, readConfigFile } from '../config/file.ts';
import { lineOf } from '../config/file-problems.ts';
import { type Config, type ConfigSources, loadConfig } from '../config/load.ts';
import { explainRules, type ResolvedValue } from '../config/resolve.ts';
import { environmentSettings, type Setting } from '../config/schema.ts';
import { ConfigError, UsageError } from '../domain/errors.ts';
import { nearest } from '../domain/nearest.ts';
import { defaultNotify, isGlob, isSamePath } from '../domain/project.ts';
import { findProject } from '../domain/reading.ts';
import { type Watch, watchesOf } from '../domain/watch.ts';
import { maskSecrets } from '../log/log.ts';
import { count } from './count.ts';

/**
 * `chatops config check`: one line when environment and `chatops.yml` can be used.
 * @throws ConfigError with all problems of both.
 */
export function checkConfig(sources: ConfigSources): readonly string[] {
  const { file } = loadConfig(sources);
  const patterns = file.patterns.length === 0 ? '' : `, ${count(file.patterns.length, 'pattern')}`;
  return [`ok: ${count(file.projects.length, 'project')}${patterns}`];
}

/**
 * `chatops config show [project]`: each value and where it comes from, the watches that people set up in Slack
 * included. Of secrets only whether they are set.
 * @throws ConfigError when there is anything wrong; UsageError when neither an entry nor a watch is about the project.
 */
export function showConfig(
  sources: ConfigSources,
  project?: string,
  watches: readonly Watch[] = [],
): readonly string[] {
  const config = loadConfig(sources);
  const source = readSource(config, sources);
  const rows: readonly Row[] =
    project === undefined
      ? [...environmentRows(sources.env), [''], ...topRows(source), [''], ...entryRows(source)]
      : projectRows(projectNamed(project, config, watches), { source, config, watches });
  // A database address or a key in the wrong place may hold what must not be printed.
  return inColumns(rows).map((line) => maskSecrets(line, config.secrets));
}

type Source = Extract<ReadFile, { kind: 'read' }>['source'];

/** A heading (empty between groups), or a key with its value and where that comes from. */
type Row = readonly [string] | readonly [key: string, value: string, from: string];

const builtIn = 'built-in default';

function readSource({ settings }: Config, { readFile }: ConfigSources): Source {
  const read = readConfigFile(readFile(settings.configPath), path.basename(settings.configPath));
  if (read.kind === 'refused') throw new ConfigError(read.problems);
  return read.source;
}

function environmentRows(env: Environment): readonly Row[] {
  const rows = Object.values<Setting>(environmentSettings).map((setting): Row => {
    const given = env[setting.name]?.trim() || undefined;
    const value = setting.secret ? (given === undefined ? 'not set' : 'set') : (given ?? setting.default ?? 'not set');
    return [`  ${setting.name}`, value || "''", given === undefined ? builtIn : 'environment'];
  });
  return [['Environment'], ...rows];
}

/** Keys at the top of the file, and what holds where they are left out. */
const topKeys: readonly (readonly [path: readonly string[], value: unknown])[] = [
  [['identity', 'users'], {}],
  [['identity', 'email'], false],
  [['operations', 'channel'], 'the log only'],
  [['operations', 'admins'], []],
  [['retention', 'events'], '7d'],
  [['retention', 'threads'], '180d'],
  [['retention', 'operations'], '730d'],
  [['watchdog', 'job_start'], '30s'],
  [['watchdog', 'no_deploy'], 'off'],
  [['watchdog', 'failures'], 3],
  [['plan_expires'], '15m'],
  [['poll_every'], '60s'],
];

function topRows({ yaml }: Source): readonly Row[] {
  const rows = topKeys.map(([at, value]): Row => {
    const said = yaml.document.hasIn(at);
    const node: unknown = said ? yaml.document.getIn(at) : value;
    const given =
      typeof node === 'object' && node !== null && 'toJSON' in node ? JSON.parse(JSON.stringify(node)) : node;
    const line = lineOf(yaml, at);
    return [`  ${at.join('.')}`, valueText(given), said ? `${yaml.name} line ${line}` : builtIn];
  });
  return [[yaml.name], ...rows];
}

function entryRows({ yaml, file }: Source): readonly Row[] {
  const rows = file.projects.map(
    ({ project }, index): Row => [
      `  ${project}`,
      isGlob(project) ? 'pattern' : 'project',
      `${yaml.name} line ${lineOf(yaml, ['projects', index, 'project'])}`,
    ],
  );
  return [['Projects (chatops config show <project> explains one)'], ...rows];
}

function projectNamed(word: string, { file }: Config, watches: readonly Watch[]): string {
  const known = findProject(file.projects, word)?.path ?? (isGlob(word) ? undefined : file.rulesFor(word)?.path);
  if (known !== undefined) return known;
  const watched = watches.find(({ project }) => isSamePath(project, word))?.project;
  if (watched !== undefined || watchesOf(watches, word).length > 0) return watched ?? word;
  const [best] = nearest(word, [...file.projects.map((rules) => rules.path), ...file.patterns], 1);
  throw new UsageError(`No entry of chatops.yml is about ${word}.`, {
    hint: best === undefined ? '' : `The nearest is ${best}.`,
  });
}

function projectRows(
  project: string,
  about: { readonly source: Source; readonly config: Config; readonly watches: readonly Watch[] },
): readonly Row[] {
  const { yaml, projects } = about.source;
  const rows = explainRules(projects, project).map(
    (resolved): Row => [`  ${resolved.key}`, valueText(resolved.value), originText(resolved, yaml)],
  );
  return [[project], ...rows, ...watchRows(project, about), ...policyRows(project, about.config)];
}

/** The names under which the audit knows these rules (`policy`), so that they can be found again in the file's history. */
function policyRows(project: string, { file }: Config): readonly Row[] {
  const rules = file.rulesFor(project);
  const names = rules?.environments.map(({ name }) => name).filter((name) => !isGlob(name)) ?? [];
  return rules ? names.map((name) => [`  policy of ${name}`, policyHash(rules, name), 'the rules above']) : [];
}

/** Where the file names the same channel, it wins, and the watch does nothing. */
function watchRows(
  project: string,
  { config, watches }: { readonly config: Config; readonly watches: readonly Watch[] },
): readonly Row[] {
  const named = config.file.rulesFor(project)?.channels.map(({ id }) => id) ?? [];
  return watchesOf(watches, project)
    .filter(({ channel }) => !named.includes(channel))
    .map(({ channel, notify, by, since, deployable, project: watched }): Row => {
      const wider = isSamePath(watched, project) ? '' : `, under ${watched}`;
      const what = deployable ? '' : ', notices only';
      const from = `watched by @${by.username} in ${channel} since ${since.toISOString().slice(0, 16)}Z${wider}${what}`;
      return [`  watch.${channel}.notify`, valueText(notify ?? defaultNotify), from];
    });
}

function originText({ key, origin }: ResolvedValue, yaml: Source['yaml']): string {
  if (origin === undefined) return builtIn;
  const { layer, environment } = origin;
  const line = `${yaml.name} line ${lineOf(yaml, origin.path)}`;
  const entry = layer.entry === undefined ? ', under defaults' : isGlob(layer.entry) ? `, under ${layer.entry}` : '';
  const wider = environment !== undefined && !key.startsWith(`environments.${environment}.`);
  return `${line}${entry}${wider ? `, for ${environment}` : ''}`;
}

/** As one would write it in YAML on one line. */
function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([key, each]) => `${key}: ${valueText(each)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

function inColumns(rows: readonly Row[]): readonly string[] {
  const widths = [0, 1].map((at) => Math.max(...rows.map((row) => (row.length === 3 ? (row[at] ?? '').length : 0))));
  return rows.map((row) =>
    row.length < 3
      ? (row[0] ?? '')
      : row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd(),
  );
}
