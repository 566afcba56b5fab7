import type { RichTextBlock, RichTextElement } from '@slack/types';
import type { Segment } from '../domain/phrase.ts';
import { clip, isLinkable, literal } from './literal.ts';

/** A standard emoji, by Slack's name. It never stands alone: the word beside it says the same. */
export interface Shape {
  readonly kind: 'emoji';
  readonly name: string;
}

/** What a line of a card may hold: a phrase's segments, a shape, or a channel's name as a link to it. */
export type Inline = Segment | Shape | { readonly kind: 'channel'; readonly channelId: string };

/** One line of a card. */
export type Line = readonly Inline[];

/** Our caps lie far below Slack's (3000 a text, 4000 an edited fallback): a card is about ten lines on a phone. */
const caps = { text: 300, code: 200, name: 120, line: 480, fallback: 600, excerptLine: 200 } as const;

/** The line with a shape in front. */
export function shaped(shape: Shape, line: Line): Line {
  return [shape, ' ', ...line];
}

/** The lines one after the other, with `separator` between. Empty ones are left out. */
export function joinLines(lines: readonly Line[], separator: string): Line {
  return lines.filter((line) => line.length > 0).flatMap((line, index) => (index === 0 ? line : [separator, ...line]));
}

/**
 * Lines as one rich text block. All in one section with line feeds, as Slack's own editor writes them: sections of
 * their own have no line between them in some clients. The excerpt, if any, follows as preformatted text.
 */
export function renderLines(lines: readonly Line[], excerpt: readonly string[] = []): RichTextBlock {
  const elements = mergeTexts(
    lines.flatMap((line, index) => [...(index === 0 ? [] : [text('\n')]), ...toElements(line)]),
  );
  const logged = excerpt.map((row) => literal(row.replaceAll('\t', '  '), caps.excerptLine)).join('\n');
  return {
    type: 'rich_text',
    elements: [
      { type: 'rich_text_section', elements },
      ...(logged.trim() === ''
        ? []
        : [{ type: 'rich_text_preformatted' as const, elements: [{ type: 'text' as const, text: logged }] }]),
    ],
  };
}

/**
 * A line as the message's `text`: what the phone pushes and the screen reader reads. Shapes are left out, since the
 * word says it; times are in UTC.
 * @see https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
export function renderText(line: Line): string {
  let left: number = caps.fallback;
  const parts: string[] = [];
  for (const inline of line) {
    const { shown, raw } = spoken(inline);
    if (left <= 0) break;
    parts.push(raw ?? escape(clip(shown, left)));
    left -= shown.length;
  }
  return parts.join('').trim();
}

/** How many characters a reader sees of a line, about. */
export function shownLength(line: Line): number {
  return line.reduce((sum, inline) => sum + (isShape(inline) ? 2 : spoken(inline).shown.length), 0);
}

function spoken(inline: Inline): { readonly shown: string; readonly raw?: string } {
  if (typeof inline === 'string') return { shown: literal(inline, caps.text) };
  switch (inline.kind) {
    case 'emoji':
      return { shown: '' };
    case 'channel':
      return isSlackId(inline.channelId) ? { shown: '#channel', raw: `<#${inline.channelId}>` } : { shown: 'Slack' };
    case 'user':
      return isSlackId(inline.slackUserId)
        ? { shown: '@person', raw: `<@${inline.slackUserId}>` }
        : { shown: 'somebody' };
    case 'group':
      return isSlackId(inline.slackGroupId)
        ? { shown: '@group', raw: `<!subteam^${inline.slackGroupId}>` }
        : { shown: 'a group' };
    case 'time':
      return { shown: utc(inline.at) };
    case 'code':
      return { shown: literal(inline.text, caps.code) };
    case 'bold':
    case 'link':
      return { shown: literal(inline.text, caps.name) };
  }
}

function toElements(line: Line): RichTextElement[] {
  let left: number = caps.line;
  const elements: RichTextElement[] = [];
  for (const inline of line) {
    if (left <= 0) {
      elements.push(text('…'));
      break;
    }
    const element = toElement(inline);
    if (element) elements.push(element);
    left -= spoken(inline).shown.length;
  }
  return elements;
}

function toElement(inline: Inline): RichTextElement | undefined {
  const { shown } = spoken(inline);
  if (typeof inline === 'string') return shown === '' ? undefined : text(shown);
  switch (inline.kind) {
    case 'emoji':
      return { type: 'emoji', name: inline.name };
    case 'channel':
      return isSlackId(inline.channelId) ? { type: 'channel', channel_id: inline.channelId } : text(shown);
    case 'user':
      return isSlackId(inline.slackUserId) ? { type: 'user', user_id: inline.slackUserId } : text(shown);
    case 'group':
      return isSlackId(inline.slackGroupId) ? { type: 'usergroup', usergroup_id: inline.slackGroupId } : text(shown);
    case 'time':
      return {
        type: 'date',
        timestamp: Math.floor(inline.at.getTime() / 1000),
        format: '{date_short_pretty} {time}',
        fallback: inline.at.toISOString(),
      };
    case 'code':
    case 'bold':
      return shown === '' ? undefined : { ...text(shown), style: { [inline.kind]: true } };
    case 'link':
      if (shown === '') return undefined;
      return isLinkable(inline.url) ? { type: 'link', url: inline.url, text: shown } : text(shown);
  }
}

function mergeTexts(elements: readonly RichTextElement[]): RichTextElement[] {
  const merged: RichTextElement[] = [];
  for (const element of elements) {
    const last = merged.at(-1);
    if (last?.type === 'text' && element.type === 'text' && !last.style && !element.style) {
      merged[merged.length - 1] = text(last.text + element.text);
    } else {
      merged.push(element);
    }
  }
  return merged;
}

function text(shown: string): RichTextElement & { type: 'text' } {
  return { type: 'text', text: shown };
}

function escape(shown: string): string {
  return shown.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function utc(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function isShape(inline: Inline): boolean {
  return typeof inline !== 'string' && inline.kind === 'emoji';
}

/** Ids go into mentions as they are, so nothing else than an id may. */
function isSlackId(id: string): boolean {
  return /^[A-Z0-9]{2,40}$/u.test(id);
}
