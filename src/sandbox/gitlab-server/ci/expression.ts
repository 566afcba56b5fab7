/** CI variables as rules see them; a missing name is `null` there. */
export type Variables = Readonly<Record<string, string>>;

type Value = string | null | RegExp;
type Evaluate = (variables: Variables) => Value | boolean;

interface Token {
  readonly kind: 'operator' | 'variable' | 'string' | 'null' | 'regex';
  readonly text: string;
}

/** The text of a `rules: if` cannot be read. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

/**
 * Tells whether a `rules: if` expression holds for these variables.
 * Throws `ExpressionError` on text that GitLab would refuse too.
 * @see https://docs.gitlab.com/ci/jobs/job_rules/#cicd-variable-expressions
 */
export function evaluateExpression(text: string, variables: Variables): boolean {
  return isTruthy(compile(text)(variables));
}

const compiled = new Map<string, Evaluate>();

function compile(text: string): Evaluate {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  const reader = { tokens: readTokens(text), position: 0, text };
  const evaluate = readOr(reader);
  if (reader.position < reader.tokens.length) throw new ExpressionError(`Invalid expression syntax: ${text}`);
  compiled.set(text, evaluate);
  return evaluate;
}

const TOKEN =
  /\s*(?:(\|\||&&|==|!=|=~|!~|\(|\))|\$(\w+)|\$\{(\w+)\}|"([^"]*)"|'([^']*)'|(null)\b|\/((?:[^/\\]|\\.)+)\/([ims]*))/y;

function readTokens(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let position = 0;
  const end = text.trimEnd().length;
  while (position < end) {
    TOKEN.lastIndex = position;
    const match = TOKEN.exec(text);
    if (match === null) throw new ExpressionError(`Invalid expression syntax: ${text}`);
    position = TOKEN.lastIndex;
    tokens.push(toToken(match));
  }
  return tokens;
}

function toToken(match: RegExpExecArray): Token {
  const [, operator, name, braced, double, single, nothing, pattern, flags] = match;
  if (operator !== undefined) return { kind: 'operator', text: operator };
  const variable = name ?? braced;
  if (variable !== undefined) return { kind: 'variable', text: variable };
  if (nothing !== undefined) return { kind: 'null', text: nothing };
  if (pattern !== undefined) return { kind: 'regex', text: `/${pattern}/${flags ?? ''}` };
  return { kind: 'string', text: double ?? single ?? '' };
}

interface Reader {
  readonly tokens: readonly Token[];
  readonly text: string;
  position: number;
}

function readOr(reader: Reader): Evaluate {
  let left = readAnd(reader);
  while (takeOperator(reader, '||')) {
    const before = left;
    const right = readAnd(reader);
    left = (variables) => isTruthy(before(variables)) || isTruthy(right(variables));
  }
  return left;
}

function readAnd(reader: Reader): Evaluate {
  let left = readComparison(reader);
  while (takeOperator(reader, '&&')) {
    const before = left;
    const right = readComparison(reader);
    left = (variables) => isTruthy(before(variables)) && isTruthy(right(variables));
  }
  return left;
}

function readComparison(reader: Reader): Evaluate {
  const left = readOperand(reader);
  if (takeOperator(reader, '==')) return compare(left, readOperand(reader), (a, b) => a === b);
  if (takeOperator(reader, '!=')) return compare(left, readOperand(reader), (a, b) => a !== b);
  if (takeOperator(reader, '=~')) return compare(left, readOperand(reader), matches);
  if (takeOperator(reader, '!~')) return compare(left, readOperand(reader), (a, b) => !matches(a, b));
  return left;
}

function readOperand(reader: Reader): Evaluate {
  if (takeOperator(reader, '(')) {
    const inner = readOr(reader);
    if (!takeOperator(reader, ')')) throw new ExpressionError(`Invalid expression syntax: ${reader.text}`);
    return inner;
  }
  const token = reader.tokens[reader.position];
  if (token === undefined || token.kind === 'operator') {
    throw new ExpressionError(`Invalid expression syntax: ${reader.text}`);
  }
  reader.position += 1;
  switch (token.kind) {
    case 'variable':
      return (variables) => variables[token.text] ?? null;
    case 'string':
      return () => token.text;
    case 'null':
      return () => null;
    default: {
      const regex = parseRegex(token.text);
      return () => regex;
    }
  }
}

function takeOperator(reader: Reader, text: string): boolean {
  const token = reader.tokens[reader.position];
  if (token?.kind !== 'operator' || token.text !== text) return false;
  reader.position += 1;
  return true;
}

function compare(left: Evaluate, right: Evaluate, test: (a: Value | boolean, b: Value | boolean) => boolean): Evaluate {
  return (variables) => test(left(variables), right(variables));
}

function matches(left: Value | boolean, right: Value | boolean): boolean {
  if (typeof left !== 'string') return false;
  if (right instanceof RegExp) return right.test(left);
  // A variable may hold the pattern, slashes included; any other text matches nothing, as in GitLab.
  return typeof right === 'string' && right.startsWith('/') && parseRegex(right).test(left);
}

function parseRegex(text: string): RegExp {
  const end = text.lastIndexOf('/');
  const inline = /^\(\?([ims]+)\)/.exec(text.slice(1, end));
  const source = text.slice(1 + (inline?.[0].length ?? 0), end);
  const flags = new Set(`${text.slice(end + 1)}${inline?.[1] ?? ''}`);
  return new RegExp(source, [...flags].join(''));
}

function isTruthy(value: Value | boolean): boolean {
  return typeof value === 'boolean' ? value : value instanceof RegExp || (value !== null && value !== '');
}
