import type { ProjectRef } from '../domain/project.ts';
import { clip, isLinkable, literal } from './literal.ts';
import type { Inline, Line } from './phrase-blocks.ts';

/** A part of a card: its lines, or the end of a job's log. */
export type MailPart =
  | { readonly kind: 'lines'; readonly lines: readonly Line[] }
  | { readonly kind: 'log'; readonly text: string };

/** A card as a mail. Both bodies say the same; nothing of what outsiders wrote is taken for a mark in either. */
export interface MailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface MailedCard {
  readonly project: Pick<ProjectRef, 'path' | 'url'>;
  readonly environment: string;
  readonly card: readonly MailPart[];
  /** Slack has not taken it. */
  readonly isUnshown: boolean;
  /** GitLab's name of a Slack user; undefined: not known. */
  readonly nameOf: (slackUserId: string) => string | undefined;
}

/** Mail programs show about so much of a subject. */
const maxSubject = 120;

/** Writes a card as a mail: its first line is the subject. */
export function renderMail(mailed: MailedCard): MailContent {
  const { project, environment, card, isUnshown, nameOf } = mailed;
  const all: readonly MailPart[] = [
    ...(isUnshown ? [{ kind: 'lines', lines: [unshownLine] } as const] : []),
    ...card,
    { kind: 'lines', lines: footer(mailed) },
  ];
  const first = card.flatMap((part) => (part.kind === 'lines' ? part.lines : []))[0] ?? [];
  const subject = `[${project.path} ${environment}] ${first.map((inline) => shown(inline, nameOf)).join('')}`;
  return {
    subject: literal(subject, maxSubject).trim(),
    text: `${all.map((part) => textOf(part, nameOf)).join('\n\n')}\n`,
    html: `<!doctype html>\n<html lang="en"><body>\n${all.map((part) => htmlOf(part, nameOf)).join('\n')}\n</body></html>\n`,
  };
}

const unshownLine: Line = ['Slack has not taken this message for five minutes. It says:'];

function footer({ project, environment }: MailedCard): readonly Line[] {
  const page = { kind: 'link', text: project.path, url: project.url } as const;
  return [
    ['Project: ', page],
    [`You get this because notify_email of ${environment} names you in chatops.yml. To act, go to Slack.`],
  ];
}

function textOf(part: MailPart, nameOf: MailedCard['nameOf']): string {
  if (part.kind === 'log')
    return rows(part.text)
      .map((row) => `  ${row}`)
      .join('\n');
  const lines = part.lines.map((line) =>
    line
      .map((inline) => {
        const url = urlOf(inline);
        const words = shown(inline, nameOf);
        return url === undefined || url === words ? words : `${words} <${url}>`;
      })
      .join(''),
  );
  return lines.join('\n');
}

function htmlOf(part: MailPart, nameOf: MailedCard['nameOf']): string {
  if (part.kind === 'log') return `<pre>${escape(rows(part.text).join('\n'))}</pre>`;
  const lines = part.lines.map((line) => line.map((inline) => htmlInline(inline, nameOf)).join(''));
  return `<p>${lines.join('<br>\n')}</p>`;
}

function htmlInline(inline: Inline, nameOf: MailedCard['nameOf']): string {
  const words = escape(shown(inline, nameOf));
  const url = urlOf(inline);
  if (url !== undefined) return `<a href="${escape(url)}">${words}</a>`;
  if (typeof inline === 'string') return words;
  if (inline.kind === 'bold') return `<b>${words}</b>`;
  return inline.kind === 'code' ? `<code>${words}</code>` : words;
}

/** Messages of ours that Slack may not have yet have no address outside of it. */
function urlOf(inline: Inline): string | undefined {
  if (typeof inline === 'string' || inline.kind !== 'link') return undefined;
  return isLinkable(inline.url) && !inline.url.startsWith('message:') ? new URL(inline.url).href : undefined;
}

function shown(inline: Inline, nameOf: MailedCard['nameOf']): string {
  if (typeof inline === 'string') return oneLine(inline);
  switch (inline.kind) {
    case 'emoji':
      return '';
    case 'channel':
      return 'Slack';
    case 'user':
      return `@${nameOf(inline.slackUserId) ?? inline.slackUserId}`;
    case 'group':
      return '@group';
    case 'time':
      return `${inline.at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
    case 'code':
    case 'bold':
    case 'link':
      return oneLine(inline.text);
  }
}

function oneLine(text: string): string {
  return literal(text, 1_000);
}

function rows(text: string): readonly string[] {
  return text.split('\n').map((row) => clip(oneLine(row), 200));
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
