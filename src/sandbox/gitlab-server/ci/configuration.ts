import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type CollectionTag, parse, type ScalarTag, stringify, YAMLSeq } from 'yaml';
import { evaluateExpression, type Variables } from './expression.ts';

/** A mapping of the CI file, as parsed. */
export type Mapping = Record<string, unknown>;

/** The CI file cannot be used; the message is what GitLab shows as YAML error. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Where `include: local` finds its files, and the variables that decide `include: rules`. */
export interface IncludeContext {
  readonly folder: string;
  readonly variables: Variables;
}

/**
 * Reads a CI file as GitLab's "full configuration": includes merged in, `extends` and `!reference` resolved,
 * hidden jobs and `default:` still there. `include: template` and remote includes are left out: nothing is fetched.
 * Throws `ConfigurationError`.
 */
export function mergeConfiguration(text: string, context: IncludeContext): Mapping {
  const merged = mergeIncludes(parseYaml(text), context, 0);
  const extended: Mapping = {};
  for (const [name, value] of Object.entries(merged)) {
    extended[name] = isJobName(name) && isMapping(value) ? extendJob(merged, name, []) : value;
  }
  return resolveReferences(extended, extended, 0) as Mapping;
}

/** The merged configuration as text, as `ci/lint` returns it in `merged_yaml`. */
export function printConfiguration(configuration: Mapping): string {
  return `---\n${stringify(configuration, { aliasDuplicateObjects: false, lineWidth: 0 })}`;
}

/** True for a plain mapping (no list, no null). */
export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Reference);
}

const GLOBAL_KEYWORDS = new Set(['default', 'include', 'stages', 'variables', 'workflow', 'spec', 'cache', 'image']);
const GLOBAL_SCRIPTS = new Set(['services', 'before_script', 'after_script', 'pages_access']);

/** False for the top-level keywords, which are no jobs. */
export function isJobName(name: string): boolean {
  return !GLOBAL_KEYWORDS.has(name) && !GLOBAL_SCRIPTS.has(name);
}

class Reference {
  readonly path: readonly string[];

  constructor(path: readonly string[]) {
    this.path = path;
  }
}

const referenceTag: CollectionTag = {
  tag: '!reference',
  collection: 'seq',
  identify: (value) => value instanceof Reference,
  resolve: (value) => {
    if (!(value instanceof YAMLSeq)) throw new ConfigurationError('!reference is not a list');
    return new Reference(value.toJSON().map(String));
  },
};

/** The same file is read for every pipeline; nothing below changes what was parsed. */
const parsed = new Map<string, Mapping>();

function parseYaml(text: string): Mapping {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const customTags: (ScalarTag | CollectionTag)[] = [referenceTag];
  let value: unknown;
  try {
    value = parse(text, { merge: true, customTags });
  } catch (error) {
    throw new ConfigurationError(`Invalid configuration format: ${String(error)}`, { cause: error });
  }
  if (!isMapping(value)) throw new ConfigurationError('Invalid configuration format');
  parsed.set(text, value);
  return value;
}

function mergeIncludes(mapping: Mapping, context: IncludeContext, depth: number): Mapping {
  if (depth > 10) throw new ConfigurationError('Includes are nested too deeply');
  const { include, ...own } = mapping;
  const entries = include === undefined ? [] : Array.isArray(include) ? include : [include];
  let merged: Mapping = {};
  for (const entry of entries) {
    const local = localPath(entry, context.variables);
    if (local === undefined) continue;
    merged = deepMerge(merged, mergeIncludes(parseYaml(readInclude(context.folder, local)), context, depth + 1));
  }
  return deepMerge(merged, own);
}

function localPath(entry: unknown, variables: Variables): string | undefined {
  if (typeof entry === 'string') return /^https?:/.test(entry) ? undefined : entry;
  if (!isMapping(entry) || typeof entry['local'] !== 'string') return undefined;
  const rules = entry['rules'];
  if (!Array.isArray(rules)) return entry['local'];
  const rule: unknown = rules.find(
    (each: unknown) => isMapping(each) && (typeof each['if'] !== 'string' || evaluateExpression(each['if'], variables)),
  );
  return isMapping(rule) && rule['when'] !== 'never' ? entry['local'] : undefined;
}

function readInclude(folder: string, local: string): string {
  try {
    return readFileSync(path.join(folder, path.join('/', local)), 'utf8');
  } catch (error) {
    throw new ConfigurationError(`Local file \`${local}\` does not exist!`, { cause: error });
  }
}

function extendJob(all: Mapping, name: string, seen: readonly string[]): Mapping {
  if (seen.includes(name)) throw new ConfigurationError(`${name}: circular dependency detected in \`extends\``);
  const job = all[name];
  if (!isMapping(job)) throw new ConfigurationError(`${seen.at(-1) ?? name}: unknown key in \`extends\` (${name})`);
  const bases = [job['extends']].flat().filter((base) => typeof base === 'string');
  let merged: Mapping = {};
  for (const base of bases) merged = deepMerge(merged, extendJob(all, base, [...seen, name]));
  return deepMerge(merged, job);
}

/** Mappings are merged key by key, anything else is replaced: lists too, which surprises many. */
function deepMerge(base: Mapping, over: Mapping): Mapping {
  const merged: Mapping = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    merged[key] = isMapping(before) && isMapping(value) ? deepMerge(before, value) : value;
  }
  return merged;
}

function resolveReferences(value: unknown, root: Mapping, depth: number): unknown {
  if (depth > 30) throw new ConfigurationError('!reference is nested too deeply');
  if (value instanceof Reference) {
    let found: unknown = root;
    for (const key of value.path) found = isMapping(found) ? found[key] : undefined;
    if (found === undefined) throw new ConfigurationError(`!reference [${value.path.join(', ')}] could not be found`);
    return resolveReferences(found, root, depth + 1);
  }
  if (Array.isArray(value)) {
    return value.flatMap((each: unknown) =>
      each instanceof Reference ? resolveReferences(each, root, depth + 1) : [resolveReferences(each, root, depth + 1)],
    );
  }
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, resolveReferences(each, root, depth + 1)]),
  );
}
