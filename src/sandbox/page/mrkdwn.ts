import { createElement, Fragment, type ReactNode } from 'react';
import { renderDate } from './dates.ts';
import { emojiFor } from './emoji.ts';

/** What names and times look like to the person who reads. */
export interface Reader {
  readonly timeZone: string;
  readonly now: Date;
  /** The name of a user, channel or group id, without its sign. */
  readonly nameOf: (id: string) => string | undefined;
}

/**
 * Renders Slack's mrkdwn. What stands escaped shows literally: `&lt;!channel&gt;` is a branch name, not a mention.
 * The renderer for whole blocks unescapes before it parses, so text objects come here instead.
 */
export function renderMrkdwn(text: string, reader: Reader): ReactNode {
  const parts = text.split(/```\n?([\s\S]+?)\n?```/);
  return createElement(
    Fragment,
    null,
    ...parts.map((part, index) => {
      if (index % 2 === 1) return createElement('pre', { className: 'sl-pre' }, plainOf(part, reader));
      return part === '' ? null : renderLines(part, reader);
    }),
  );
}

/** Renders a text object, plain or mrkdwn. In plain text only emoji names mean anything. */
export function renderTextObject(object: unknown, reader: Reader): ReactNode {
  const { type, text } = (typeof object === 'object' && object !== null ? object : {}) as {
    readonly type?: unknown;
    readonly text?: unknown;
  };
  if (typeof text !== 'string') return null;
  return type === 'mrkdwn' ? renderMrkdwn(text, reader) : plainText(text);
}

/** Plain text with its emoji names as Unicode. */
export function plainText(text: string): string {
  return text.replaceAll(/:([a-z0-9_+-]+):/g, (_all, name: string) => emojiFor(name));
}

function renderLines(text: string, reader: Reader): ReactNode {
  const nodes: ReactNode[] = [];
  let quote: string[] = [];
  const endQuote = () => {
    if (quote.length > 0) nodes.push(createElement('blockquote', null, renderInline(quote.join('\n'), reader)));
    quote = [];
  };
  for (const [index, line] of text.split('\n').entries()) {
    const quoted = /^(?:>|&gt;)\s?(.*)$/.exec(line);
    if (quoted !== null) {
      quote.push(quoted[1] ?? '');
      continue;
    }
    const wasQuote = quote.length > 0;
    endQuote();
    if (index > 0 && !wasQuote) nodes.push('\n');
    nodes.push(renderInline(line, reader));
  }
  endQuote();
  return createElement(Fragment, null, ...nodes);
}

const INLINE = new RegExp(
  [
    '<([^<>\\n]+)>',
    '`([^`\\n]+)`',
    '(?<![\\w*])\\*(?=\\S)([^*\\n]+?)(?<=\\S)\\*(?![\\w*])',
    '(?<![\\w_])_(?=\\S)([^_\\n]+?)(?<=\\S)_(?![\\w_])',
    '(?<![\\w~])~(?=\\S)([^~\\n]+?)(?<=\\S)~(?![\\w~])',
    ':([a-z0-9_+-]+):',
  ].join('|'),
  'g',
);

function renderInline(text: string, reader: Reader): ReactNode {
  const nodes: ReactNode[] = [];
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    nodes.push(unescapeText(text.slice(at, found.index)), renderToken(found, reader));
    at = found.index + found[0].length;
  }
  nodes.push(unescapeText(text.slice(at)));
  return createElement(Fragment, null, ...nodes);
}

function renderToken(found: RegExpExecArray, reader: Reader): ReactNode {
  const [all, reference, code, bold, italic, strike, emoji] = found;
  if (reference !== undefined) return renderReference(reference, reader);
  if (code !== undefined) return createElement('code', null, plainOf(code, reader));
  if (bold !== undefined) return createElement('strong', null, renderInline(bold, reader));
  if (italic !== undefined) return createElement('em', null, renderInline(italic, reader));
  if (strike !== undefined) return createElement('s', null, renderInline(strike, reader));
  return emoji === undefined ? unescapeText(all) : emojiFor(emoji);
}

/** What stands between angle brackets: a mention, a date or a link. */
function renderReference(reference: string, reader: Reader): ReactNode {
  const [target, label] = split(reference);
  const shown = label === undefined ? undefined : unescapeText(label);
  if (/^[@#][A-Z0-9]+$/.test(target)) {
    const name = reader.nameOf(target.slice(1)) ?? shown ?? target.slice(1);
    return createElement('span', { className: 'sl-mention' }, target.charAt(0) + name);
  }
  if (target.startsWith('!subteam^')) {
    const id = target.slice('!subteam^'.length);
    return createElement(
      'span',
      { className: 'sl-mention' },
      `@${reader.nameOf(id) ?? shown?.replace(/^@/, '') ?? id}`,
    );
  }
  const date = /^!date\^(\d+)\^([^^]*)(?:\^(.*))?$/.exec(target);
  if (date !== null) {
    const timestamp = Number(date[1]);
    const format = unescapeText(date[2] ?? '');
    const text = renderDate({ ...reader, timestamp, format, fallback: shown ?? '' });
    const time = createElement('time', { dateTime: new Date(timestamp * 1000).toISOString(), title: shown }, text);
    return date[3] === undefined ? time : renderLink(date[3], time);
  }
  if (target.startsWith('!')) return createElement('span', { className: 'sl-broadcast' }, `@${target.slice(1)}`);
  return renderLink(target, shown ?? unescapeText(target));
}

function renderLink(target: string, label: ReactNode): ReactNode {
  const href = unescapeText(target);
  if (!/^(https?|mailto):/i.test(href)) return label;
  return createElement('a', { href, target: '_blank', rel: 'noreferrer noopener' }, label);
}

/** Text where only references are read, as inside code. */
function plainOf(text: string, reader: Reader): string {
  return text
    .split(/<([^<>\n]+)>/)
    .map((part, index) => {
      if (index % 2 === 0) return unescapeText(part);
      const [target, label] = split(part);
      return label === undefined
        ? (reader.nameOf(target.replace(/^[@#]/, '')) ?? unescapeText(target))
        : unescapeText(label);
    })
    .join('');
}

function split(reference: string): readonly [string, string?] {
  const bar = reference.indexOf('|');
  return bar < 0 ? [reference] : [reference.slice(0, bar), reference.slice(bar + 1)];
}

function unescapeText(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
