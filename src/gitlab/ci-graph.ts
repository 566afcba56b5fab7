import { parse } from 'yaml';
import { PayloadError } from '../domain/errors.ts';
import type { EnvironmentAction } from '../domain/job.ts';
import type { CiGraph, CiJob } from '../domain/release.ts';

type Mapping = Readonly<Record<string, unknown>>;

/** Keywords at the top of the file that are no jobs. `pages` is one. */
const globalKeywords = new Set([
  'after_script',
  'before_script',
  'cache',
  'default',
  'image',
  'include',
  'services',
  'spec',
  'stages',
  'types',
  'variables',
  'workflow',
]);

const actions: readonly EnvironmentAction[] = ['start', 'prepare', 'stop', 'verify', 'access'];

/**
 * The job graph of a merged CI configuration (includes and `extends` resolved, as `ci/lint` gives it). Which jobs a
 * pipeline really has, only its jobs say: rules are not evaluated here.
 * @throws PayloadError when it is not YAML or holds no mapping.
 * @see https://docs.gitlab.com/ci/yaml/
 */
export function decodeCiGraph(mergedYaml: string): CiGraph {
  const configuration = parseMapping(mergedYaml);
  const jobs = Object.entries(configuration)
    .filter(([name]) => !name.startsWith('.') && !globalKeywords.has(name))
    .flatMap(([name, job]) => (isMapping(job) ? [decodeCiJob(name, job)] : []));
  return { stages: readStages(configuration['stages'] ?? configuration['types']), jobs };
}

function parseMapping(text: string): Mapping {
  let value: unknown;
  try {
    // GitLab's printer writes an alias for whatever it meets twice, so the usual limit of 100 is soon reached.
    value = parse(text, { merge: true, maxAliasCount: 10_000, logLevel: 'error' });
  } catch (cause) {
    throw new PayloadError('The merged CI configuration is not readable YAML', { cause });
  }
  if (!isMapping(value)) throw new PayloadError('The merged CI configuration is not a mapping of jobs');
  const entries = Object.entries(value);
  // Older versions print Ruby symbols: `:build:` for `build:`, at every level.
  return entries.length > 0 && entries.every(([name]) => name.startsWith(':')) ? withoutSymbols(value) : value;
}

function withoutSymbols(value: Mapping): Mapping {
  const convert = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(convert);
    return isMapping(inner) ? withoutSymbols(inner) : inner;
  };
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.replace(/^:/, ''), convert(inner)]));
}

function readStages(value: unknown): readonly string[] {
  const named = Array.isArray(value) ? value.filter((stage) => typeof stage === 'string') : ['build', 'test', 'deploy'];
  const between = named.filter((stage) => stage !== '.pre' && stage !== '.post');
  return ['.pre', ...new Set(between), '.post'];
}

function decodeCiJob(name: string, job: Mapping): CiJob {
  const environment = readEnvironment(job['environment']);
  return {
    name,
    stage: typeof job['stage'] === 'string' ? job['stage'] : 'test',
    needs: readNeeds(job['needs']),
    ...(environment ? { environment } : {}),
    manual: job['when'] === 'manual' || readRules(job['rules']).some((rule) => rule['when'] === 'manual'),
    parallel: job['parallel'] !== undefined && job['parallel'] !== null,
    ...(job['trigger'] === undefined || job['trigger'] === null ? {} : { trigger: true }),
  };
}

/**
 * The jobs of the same pipeline that a job waits for. `dependencies` only choose artifacts and do not order. Needs of
 * other projects or pipelines order nothing here, yet a job that has any does not wait for its stage either; only
 * a trigger's `needs: { pipeline }`, which mirrors a status, leaves it in its stage.
 */
function readNeeds(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined;
  const entries: readonly unknown[] = Array.isArray(value) ? value.flat(10) : [value];
  if (entries.length > 0 && entries.every(mirrorsPipeline)) return undefined;
  return entries.flatMap((entry) => {
    if (typeof entry === 'string') return [entry];
    if (!isMapping(entry) || entry['project'] !== undefined || entry['pipeline'] !== undefined) return [];
    return typeof entry['job'] === 'string' ? [entry['job']] : [];
  });
}

function mirrorsPipeline(need: unknown): boolean {
  return isMapping(need) && need['pipeline'] !== undefined && need['job'] === undefined;
}

function readRules(value: unknown): readonly Mapping[] {
  return Array.isArray(value) ? value.flat(10).filter(isMapping) : [];
}

/** An action we do not know counts as `start`, which is guarded most. */
function readEnvironment(value: unknown): CiJob['environment'] {
  if (typeof value === 'string' && value !== '') return { name: value, action: 'start' };
  if (!isMapping(value) || typeof value['name'] !== 'string') return undefined;
  return { name: value['name'], action: decodeEnvironmentAction(value['action']) };
}

/** Absent or unknown: `start`, GitLab's default and the one that is guarded most. */
export function decodeEnvironmentAction(value: unknown): EnvironmentAction {
  return actions.find((action) => action === value) ?? 'start';
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
