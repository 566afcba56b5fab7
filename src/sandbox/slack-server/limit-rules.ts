import { isObject, type JsonObject } from './json.ts';

/** One breach of a documented limit: where (a JSON pointer), what is allowed, what is there. */
export interface LimitProblem {
  readonly path: string;
  readonly limit: string;
  readonly found: string;
}

/** The fields that an object of one `type` may have; any other makes Slack refuse the whole payload. */
export interface Shape {
  readonly fields: Readonly<Record<string, Rule>>;
  readonly required: readonly string[];
  /** Exactly one (`one`) or at least one (`some`) of these must be there. */
  readonly choice?: { readonly of: readonly string[]; readonly take: 'one' | 'some' };
}

export type Rule =
  | { readonly kind: 'text'; readonly min: number; readonly max: number; readonly oneOf?: readonly string[] }
  | { readonly kind: 'number'; readonly min: number; readonly max: number }
  | { readonly kind: 'flag' }
  | { readonly kind: 'list'; readonly min: number; readonly max: number; readonly of: Rule }
  | { readonly kind: 'shape'; readonly shape: Shape }
  /** An object whose `type` decides its shape. Late, since blocks hold elements that hold blocks. */
  | {
      readonly kind: 'typed';
      readonly shapes: () => Readonly<Record<string, Shape>>;
      readonly allowed?: readonly string[];
    }
  | { readonly kind: 'object' };

export const FLAG: Rule = { kind: 'flag' };

/** Text of `min` (1 when left out) to `max` characters. */
export function text(max: number, min = 1): Rule {
  return { kind: 'text', min, max };
}

/** One of a few words. */
export function word(...oneOf: readonly string[]): Rule {
  return { kind: 'text', min: 1, max: 255, oneOf };
}

/** A number between two others. */
export function number(min: number, max: number): Rule {
  return { kind: 'number', min, max };
}

/** A list of `min` (1 when left out) to `max` entries. */
export function list(of: Rule, max: number, min = 1): Rule {
  return { kind: 'list', min, max, of };
}

/** An object with these fields; names with a `!` at the end are required. */
export function shape(fields: Readonly<Record<string, Rule>>, choice?: Shape['choice']): Shape {
  const plain = Object.fromEntries(Object.entries(fields).map(([name, rule]) => [name.replace(/!$/, ''), rule]));
  const required = Object.keys(fields)
    .filter((name) => name.endsWith('!'))
    .map((name) => name.slice(0, -1));
  return { fields: plain, required, ...(choice === undefined ? {} : { choice }) };
}

/** A rule for an object whose `type` names one of the shapes. */
export function typed(shapes: () => Readonly<Record<string, Shape>>, allowed?: readonly string[]): Rule {
  return { kind: 'typed', shapes, ...(allowed === undefined ? {} : { allowed }) };
}

/** A rule for a nested object of a fixed shape. */
export function nested(of: Shape): Rule {
  return { kind: 'shape', shape: of };
}

/** Every breach of a rule in a value, in reading order. */
export function checkRule(rule: Rule, value: unknown, path: string): readonly LimitProblem[] {
  switch (rule.kind) {
    case 'text':
      return checkText(rule, value, path);
    case 'number':
      return typeof value === 'number' && value >= rule.min && value <= rule.max
        ? []
        : [{ path, limit: `a number from ${rule.min} to ${rule.max}`, found: describe(value) }];
    case 'flag':
      return typeof value === 'boolean' ? [] : [{ path, limit: 'true or false', found: describe(value) }];
    case 'object':
      return isObject(value) ? [] : [{ path, limit: 'an object', found: describe(value) }];
    case 'list':
      return checkList(rule, value, path);
    case 'shape':
      return checkShape(rule.shape, value, path);
    case 'typed':
      return checkTyped(rule, value, path);
    default:
      return rule satisfies never;
  }
}

function checkText(rule: Extract<Rule, { kind: 'text' }>, value: unknown, path: string): readonly LimitProblem[] {
  if (typeof value !== 'string') return [{ path, limit: 'text', found: describe(value) }];
  if (rule.oneOf !== undefined) {
    return rule.oneOf.includes(value) ? [] : [{ path, limit: `one of ${rule.oneOf.join(', ')}`, found: value }];
  }
  if (value.length > rule.max) {
    return [{ path, limit: `at most ${rule.max} characters`, found: `${value.length} characters` }];
  }
  return value.length >= rule.min
    ? []
    : [{ path, limit: `at least ${rule.min} characters`, found: `${value.length} characters` }];
}

function checkList(rule: Extract<Rule, { kind: 'list' }>, value: unknown, path: string): readonly LimitProblem[] {
  if (!Array.isArray(value)) return [{ path, limit: 'a list', found: describe(value) }];
  const inside = value.flatMap((entry, index) => checkRule(rule.of, entry, `${path}/${index}`));
  const found = `${value.length} entries`;
  if (value.length > rule.max) return [{ path, limit: `at most ${rule.max} entries`, found }, ...inside];
  return value.length < rule.min ? [{ path, limit: `at least ${rule.min} entries`, found }, ...inside] : inside;
}

function checkTyped(rule: Extract<Rule, { kind: 'typed' }>, value: unknown, path: string): readonly LimitProblem[] {
  if (!isObject(value)) return [{ path, limit: 'an object', found: describe(value) }];
  const type = value['type'];
  const shapes = rule.shapes();
  const known = typeof type === 'string' && Object.hasOwn(shapes, type) ? shapes[type] : undefined;
  if (known === undefined || typeof type !== 'string') {
    return [{ path: `${path}/type`, limit: 'a known type', found: describe(type) }];
  }
  if (rule.allowed?.includes(type) === false) {
    return [{ path: `${path}/type`, limit: `one of ${rule.allowed.join(', ')}`, found: type }];
  }
  const { type: _type, ...rest } = value;
  return checkShape(known, rest, path);
}

function checkShape(of: Shape, value: unknown, path: string): readonly LimitProblem[] {
  if (!isObject(value)) return [{ path, limit: 'an object', found: describe(value) }];
  const present = Object.keys(value).filter((name) => value[name] !== undefined);
  const unknown = present
    .filter((name) => !Object.hasOwn(of.fields, name))
    .map((name) => ({ path: `${path}/${name}`, limit: 'no unknown property', found: name }));
  const missing = of.required
    .filter((name) => !present.includes(name))
    .map((name) => ({ path: `${path}/${name}`, limit: 'required', found: 'nothing' }));
  const inside = present.flatMap((name) => {
    const rule = Object.hasOwn(of.fields, name) ? of.fields[name] : undefined;
    return rule === undefined ? [] : checkRule(rule, value[name], `${path}/${name}`);
  });
  return [...unknown, ...missing, ...checkChoice(of, present, path), ...inside];
}

function checkChoice(of: Shape, present: readonly string[], path: string): readonly LimitProblem[] {
  if (of.choice === undefined) return [];
  const names = of.choice.of.join(', ');
  const count = present.filter((name) => of.choice?.of.includes(name)).length;
  if (count === 0) return [{ path, limit: `${of.choice.take} of ${names}`, found: 'none' }];
  return of.choice.take === 'one' && count > 1 ? [{ path, limit: `one of ${names}`, found: `${count}` }] : [];
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'string' ? value.slice(0, 60) : typeof value;
}

/** Every object inside a value, with its path: for rules that look across blocks. */
export function walk(value: unknown, path = ''): readonly { readonly at: string; readonly object: JsonObject }[] {
  if (Array.isArray(value)) return value.flatMap((entry, index) => walk(entry, `${path}/${index}`));
  if (!isObject(value)) return [];
  const inside = Object.entries(value).flatMap(([name, entry]) => walk(entry, `${path}/${name}`));
  return [{ at: path, object: value }, ...inside];
}
