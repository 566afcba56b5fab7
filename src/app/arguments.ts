import { UsageError } from '../domain/errors.ts';
import { didYouMean } from '../domain/nearest.ts';

/** The words of a command after its name, flags taken out. */
export interface Words {
  readonly words: readonly string[];
  /** `--job deploy-eu` is `job` -> `deploy-eu`. */
  readonly flags: Readonly<Record<string, string>>;
  /** `LOG_LEVEL=debug` is `LOG_LEVEL` -> `debug`, where the command takes them. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
}

/** Which flags a command knows. */
export interface FlagRules {
  /** Each takes one value. */
  readonly valueFlags: readonly string[];
  /** Said or not said: `--dry-run`, and in plain words `dry run`, is `dry-run` -> nothing. */
  readonly switches?: readonly string[];
  /** Words like `LOG_LEVEL=debug` are variables. */
  readonly variables?: boolean;
}

/** Slack's own limit for a message a person types is far below; anything longer is no command. */
const maxChars = 4_000;

/**
 * What a person meant, whatever the phone made of it: curly quotes, dashes that were two hyphens, no-break spaces,
 * Slack's escapes, and versions that Slack wrapped as links.
 */
export function normaliseText(text: string): string {
  return text
    .replace(/<(?:https?|mailto):[^|>\s]*\|([^>]*)>/g, '$1')
    .replace(/<(https?:[^|>\s]*)>/g, '$1')
    .replace(/<([@#][A-Z0-9]+)\|[^>]*>/g, '<$1>')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/[\u200b-\u200f\u2060\ufeff]/g, '')
    .replace(/[\u2018\u2019\u201a\u201b]/g, "'")
    .replace(/[\u201c\u201d\u201e\u201f\u00ab\u00bb]/g, '"')
    .replace(/(^|\s)[\u2012-\u2015](?=[A-Za-z])/g, '$1--')
    .replace(/[\u00a0\u2000-\u200a\u202f\u3000]/g, ' ')
    .trim();
}

/**
 * Splits a command's text into words and flags. `"…"` keeps one argument together.
 * @throws UsageError for text that is too long, an open quote, an unknown flag or a flag without its value.
 */
export function readWords(text: string, rules: FlagRules): Words {
  if (text.length > maxChars) {
    throw new UsageError(`That is ${text.length} characters; a command has at most ${maxChars}.`, {
      hint: 'Type the environment and the version only.',
    });
  }
  const words: string[] = [];
  const flags: Record<string, string> = {};
  const variables: Record<string, string> = {};
  const tokens = tokenise(normaliseText(text));
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i];
    if (!token) continue;
    const plain = plainSwitch(tokens.slice(i), rules);
    if (plain !== undefined) {
      flags[plain] = '';
      i += plain.split('-').length - 1;
      continue;
    }
    if (token.quoted || !token.text.startsWith('--')) {
      const [, name, value] = (rules.variables && /^([A-Za-z_]\w*)=(.*)$/su.exec(token.text)) || [];
      if (name !== undefined && value !== undefined) variables[name] = value;
      else words.push(token.text);
      continue;
    }
    const [name, inline] = splitFlag(token.text.slice(2));
    const known = knownFlag(name, rules);
    if (rules.switches?.includes(known)) {
      flags[known] = '';
      continue;
    }
    const next = tokens[i + 1];
    const value = inline ?? (next && (next.quoted || !next.text.startsWith('--')) ? next.text : undefined);
    if (value === undefined || value === '') {
      throw new UsageError(`--${known} needs a value.`, { hint: `Write it after the flag: --${known} "…"` });
    }
    if (inline === undefined) i += 1;
    flags[known] = value;
  }
  return rules.variables ? { words, flags, variables } : { words, flags };
}

/** `dry run` for `--dry-run`. A switch of one word has to be written as a flag: it could be the name of a branch. */
function plainSwitch(tokens: ReturnType<typeof tokenise>, { switches = [] }: FlagRules): string | undefined {
  return switches.find((name) => {
    const parts = name.split('-');
    return (
      parts.length > 1 &&
      parts.every((part, at) => tokens[at]?.quoted === false && tokens[at].text.toLowerCase() === part)
    );
  });
}

function splitFlag(text: string): readonly [string, string | undefined] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}

function knownFlag(name: string, rules: FlagRules): string {
  const lower = name.toLowerCase();
  const flags = [...rules.valueFlags, ...(rules.switches ?? [])];
  if (flags.includes(lower)) return lower;
  const near = didYouMean(lower, flags);
  const all = flags.map((flag) => `--${flag}`).join(', ');
  const knows = all === '' ? 'This command takes no flags.' : `This command knows ${all}.`;
  throw new UsageError(`--${name.slice(0, 40)} is not a flag of this command.`, {
    hint: near ? `Did you mean --${near}?` : knows,
  });
}

function tokenise(text: string): readonly { readonly text: string; readonly quoted: boolean }[] {
  const tokens: { text: string; quoted: boolean }[] = [];
  const pattern = /(\w+=)?"((?:[^"\\]|\\.)*)"|(")|(\S+?)(?=\s|"|$)/gu;
  for (const match of text.matchAll(pattern)) {
    const [, name = '', quoted, open, plain] = match;
    if (open !== undefined) {
      throw new UsageError('A quote is opened and not closed.', { hint: 'Close it, or leave the quote out.' });
    }
    if (quoted !== undefined) tokens.push({ text: name + quoted.replace(/\\(.)/gu, '$1'), quoted: true });
    else if (plain !== undefined) tokens.push({ text: plain, quoted: false });
  }
  return tokens;
}
