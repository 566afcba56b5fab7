import { type Document, isMap, isScalar, type LineCounter, type Node } from 'yaml';
import { z } from 'zod';
import type { ConfigProblem } from '../domain/errors.ts';
import { didYouMean } from '../domain/nearest.ts';

/** Where something stands in the file: `['projects', 0, 'channels']`. */
export type FilePath = readonly PropertyKey[];

/** The file as parsed, with what is needed to say where something stands in it. */
export interface ParsedYaml {
  readonly name: string;
  readonly document: Document;
  readonly lines: LineCounter;
  readonly value: unknown;
}

/** Says a zod issue in words: which setting, what is wrong with what was written, where, and what to write instead. */
export function describeIssue(schema: z.ZodType, issue: z.core.$ZodIssue, yaml: ParsedYaml): readonly ConfigProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(schema, [...issue.path, key], yaml));
  }
  const value = valueAt(yaml.value, issue.path);
  // Of a key that cannot stand here, the value tells nothing.
  const written = issue.code === 'invalid_key' ? undefined : sourceAt(yaml.document, issue.path);
  const what = { problem: issueText(issue, value), mend: issueMend(schema, issue, written) };
  return [problemAt(yaml, issue.path, what, written)];
}

/** A problem with what stands at `path`: with its line and, for a single value, how it is written there. */
export function problemAt(
  yaml: ParsedYaml,
  path: FilePath,
  what: { readonly problem: string; readonly mend: string },
  written?: string,
): ConfigProblem {
  const line = lineOf(yaml, path);
  const where = line === undefined ? yaml.name : `${yaml.name} line ${line}`;
  const shown = written ? `: \`${written.slice(0, 100)}\`` : '';
  return { setting: pathText(path), problem: `${what.problem} (${where}${shown})`, mend: what.mend };
}

/** `projects[0].environments.production.job`, as people write it. */
function pathText(path: FilePath): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return text.replace(/^\./, '') || 'the file';
}

function unknownKey(schema: z.ZodType, path: FilePath, yaml: ParsedYaml): ConfigProblem {
  const known = Object.keys(shapeOf(schemasAt(schema, path.slice(0, -1))));
  const meant = didYouMean(String(path.at(-1)), known);
  const mend = meant ? `Did you mean \`${meant}\`?` : `This version knows here: ${known.join(', ')}`;
  return problemAt(yaml, path, { problem: 'is not a known key', mend });
}

function issueText(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? 'is not a name that can stand here';
  if (issue.code === 'invalid_value') return `is not one of ${issue.values.map(String).join(', ')}`;
  if (issue.code !== 'invalid_type' && issue.code !== 'invalid_union') return issue.message;
  if (value === undefined) return 'is missing';
  if (value === null) return 'is empty';
  const expected = issue.code === 'invalid_type' ? ` instead of ${kindWords[issue.expected] ?? issue.expected}` : '';
  return `is ${kindWords[Array.isArray(value) ? 'array' : typeof value] ?? 'something else'}${expected}`;
}

const kindWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of keys',
  record: 'a group of keys',
};

function issueMend(schema: z.ZodType, issue: z.core.$ZodIssue, written: string | undefined): string {
  if (issue.code === 'invalid_value') {
    const meant = didYouMean(written ?? '', issue.values.map(String));
    if (meant) return `Did you mean \`${meant}\`?`;
  }
  const schemas = schemasAt(schema, issue.path);
  // YAML reads 1.0 as a number and true as a boolean; where the same as text would be good, quotes are all it needs.
  if (issue.code === 'invalid_type' && written && schemas.at(-1)?.safeParse(written).success) {
    return `Put it in quotes: "${written}"`;
  }
  const mends = schemas.map((at) => at.meta()?.['mend']);
  return mends.findLast((mend) => typeof mend === 'string') ?? 'See the README for what can stand here';
}

/** The schemas on the way to `path`, outermost first, wrappers (optional, default) included. */
function schemasAt(schema: z.ZodType, path: FilePath): readonly z.ZodType[] {
  const unwrapped = unwrap(schema);
  const [first, ...rest] = path;
  if (first === undefined) return unwrapped;
  const inner = unwrapped.at(-1);
  const next =
    inner instanceof z.ZodObject
      ? inner.shape[String(first)]
      : inner instanceof z.ZodArray
        ? inner.element
        : inner instanceof z.ZodRecord
          ? inner.valueType
          : undefined;
  return next instanceof z.ZodType ? [...unwrapped, ...schemasAt(next, rest)] : unwrapped;
}

function unwrap(schema: z.ZodType): readonly z.ZodType[] {
  const wrapped = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  const inner = wrapped ? schema.unwrap() : undefined;
  return inner instanceof z.ZodType ? [schema, ...unwrap(inner)] : [schema];
}

function shapeOf(schemas: readonly z.ZodType[]): object {
  const last = schemas.at(-1);
  return last instanceof z.ZodObject ? last.shape : {};
}

function valueAt(value: unknown, path: FilePath): unknown {
  return path.reduce<unknown>(
    (at, part) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[part] : undefined),
    value,
  );
}

/** A single value as it is written in the file: `1.0`, not the number 1. */
function sourceAt(document: Document, path: FilePath): string | undefined {
  const node = document.getIn(path, true);
  return isScalar(node) ? (node.source ?? String(node.value)) : undefined;
}

/** The line of the key or list entry at `path`, or of the nearest thing around it when it is absent. */
export function lineOf(yaml: ParsedYaml, path: FilePath): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const start = startOf(yaml.document, path.slice(0, length));
    if (start !== undefined) return yaml.lines.linePos(start).line;
  }
  return undefined;
}

function startOf(document: Document, path: FilePath): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)));
    return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
  }
  return (document.getIn(path, true) as Node | undefined)?.range?.[0];
}
