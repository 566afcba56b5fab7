import type { Button, KnownBlock, RichTextElement } from '@slack/types';
import type { Card } from '../../src/cards/card.ts';

/** A card as a reader sees it: shapes as `:name:`, code in backticks, pages as `[words]`, buttons as `[[label]]`. */
export function asRead(card: Card): string {
  return ['', `(${card.text})`, ...card.blocks.map(readBlock), ''].join('\n');
}

/** Every string in the card that is shown, with the place it came from left out. */
export function shownTexts(card: Card): readonly string[] {
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (typeof inner === 'string' && (key === 'text' || key === 'accessibility_label')) found.push(inner);
        else visit(inner);
      }
    }
  };
  visit(card.blocks);
  return found;
}

/** The card's buttons, from left to right. */
export function buttonsOf(card: Card): readonly Button[] {
  return card.blocks
    .flatMap((block) => (block.type === 'actions' ? block.elements : []))
    .filter((element) => element.type === 'button');
}

/** How many lines the card has, a row of buttons counting as one. */
export function lineCount(card: Card): number {
  return card.blocks.map(readBlock).join('\n').split('\n').length;
}

function readBlock(block: KnownBlock): string {
  switch (block.type) {
    case 'rich_text':
      return block.elements.map((element) => readElement(element)).join('\n');
    case 'actions':
      return block.elements
        .map((element) => (element.type === 'button' ? `[[${element.text.text}]]` : `<${element.type}>`))
        .join(' ');
    case 'context':
      return block.elements.map((element) => ('text' in element ? `_${element.text}_` : `<${element.type}>`)).join(' ');
    default:
      return `<${block.type}>`;
  }
}

function readElement(element: Extract<KnownBlock, { type: 'rich_text' }>['elements'][number]): string {
  if (element.type === 'rich_text_section') return element.elements.map(readInline).join('');
  if (element.type === 'rich_text_preformatted')
    return element.elements
      .map((inline) => inline.text ?? '')
      .join('')
      .split('\n')
      .map((line) => `    ${line}`)
      .join('\n');
  return `<${element.type}>`;
}

function readInline(element: RichTextElement): string {
  switch (element.type) {
    case 'text':
      if (element.style?.code) return `\`${element.text}\``;
      return element.style?.bold ? `*${element.text}*` : element.text;
    case 'emoji':
      return `:${element.name}:`;
    case 'link':
      return `[${element.text ?? element.url}]`;
    case 'date':
      return `{${element.fallback?.slice(0, 16) ?? ''}}`;
    case 'user':
      return `@${element.user_id}`;
    case 'channel':
      return `#${element.channel_id}`;
    default:
      return `<${element.type}>`;
  }
}
