import { UsageError } from '../domain/errors.ts';
import { didYouMean } from '../domain/nearest.ts';

/** The words of a command after its name, flags taken out. */
export interface Words {
  readonly words: readonly string[];
  /** `--job deploy-eu` is `job` -> `deploy-eu`. */
  readonly flags: Readonly<Record<string, string>>;
}

/** Which flags a command knows; each takes one value. */
export interface FlagRules {
  readonly valueFlags: readonly string[];
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
  const tokens = tokenise(normaliseText(text));
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i];
    if (!token) continue;
    if (token.quoted || !token.text.startsWith('--')) {
      words.push(token.text);
      continue;
    }
    const [name, inline] = splitFlag(token.text.slice(2));
    const known = knownFlag(name, rules);
    const next = tokens[i + 1];
    const value = inline ?? (next && (next.quoted || !next.text.startsWith('--')) ? next.text : undefined);
    if (value === undefined || value === '') {
      throw new UsageError(`--${known} needs a value.`, { hint: `Write it behind the flag: --${known} NAME` });
    }
    if (inline === undefined) i += 1;
    flags[known] = value;
  }
  return { words, flags };
}

function splitFlag(text: string): readonly [string, string | undefined] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}

function knownFlag(name: string, rules: FlagRules): string {
  const lower = name.toLowerCase();
  if (rules.valueFlags.includes(lower)) return lower;
  const near = didYouMean(lower, rules.valueFlags);
  const all = rules.valueFlags.map((flag) => `--${flag}`).join(', ');
  const knows = all === '' ? 'This command takes no flags.' : `This command knows ${all}.`;
  throw new UsageError(`--${name.slice(0, 40)} is not a flag of this command.`, {
    hint: near ? `Did you mean --${near}?` : knows,
  });
}

function tokenise(text: string): readonly { readonly text: string; readonly quoted: boolean }[] {
  const tokens: { text: string; quoted: boolean }[] = [];
  const pattern = /"((?:[^"\\]|\\.)*)"|(")|(\S+?)(?=\s|"|$)/gu;
  for (const match of text.matchAll(pattern)) {
    const [, quoted, open, plain] = match;
    if (open !== undefined) {
      throw new UsageError('A quote is opened and not closed.', { hint: 'Close it, or leave the quote out.' });
    }
    if (quoted !== undefined) tokens.push({ text: quoted.replace(/\\(.)/gu, '$1'), quoted: true });
    else if (plain !== undefined) tokens.push({ text: plain, quoted: false });
  }
  return tokens;
}
