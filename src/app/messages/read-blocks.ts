import { z } from 'zod';
import type { MailPart } from '../../cards/mail.ts';
import type { Inline, Line } from '../../cards/phrase-blocks.ts';
import { bold, code, group, link, time, user } from '../../domain/phrase.ts';

const Style = z.object({ bold: z.boolean().optional(), code: z.boolean().optional() }).optional();

/** What stands in a line of a card; what a mail has no use for, as an emoji beside its word, is left out. */
const Element = z.union([
  z.object({ type: z.literal('text'), text: z.string(), style: Style }),
  z.object({ type: z.literal('link'), url: z.string(), text: z.string().optional() }),
  z.object({ type: z.literal('user'), user_id: z.string() }),
  z.object({ type: z.literal('usergroup'), usergroup_id: z.string() }),
  z.object({ type: z.literal('channel'), channel_id: z.string() }),
  z.object({ type: z.literal('date'), timestamp: z.number() }),
  z.object({ type: z.literal('emoji') }),
]);
type Element = z.output<typeof Element>;

const Block = z.union([
  z.object({
    type: z.literal('rich_text'),
    elements: z.array(
      z.object({ type: z.enum(['rich_text_section', 'rich_text_preformatted']), elements: z.array(Element) }),
    ),
  }),
  z.object({
    type: z.literal('context'),
    elements: z.array(z.object({ type: z.literal('plain_text'), text: z.string() })),
  }),
  z.object({ type: z.literal('actions') }),
]);

/** Reads back what a card of ours says, from the blocks that Slack is sent. Buttons are left out. */
export function readBlocks(blocks: readonly unknown[]): readonly MailPart[] {
  return z.array(Block).parse(blocks).flatMap(readBlock);
}

function readBlock(block: z.output<typeof Block>): readonly MailPart[] {
  switch (block.type) {
    case 'actions':
      return [];
    case 'context':
      return [{ kind: 'lines', lines: block.elements.map(({ text }) => [text]) }];
    case 'rich_text':
      return block.elements.map(({ type, elements }) =>
        type === 'rich_text_section'
          ? { kind: 'lines', lines: readLines(elements) }
          : { kind: 'log', text: elements.map((element) => ('text' in element ? element.text : '')).join('') },
      );
  }
}

/** Lines are one section with line feeds in its texts. */
function readLines(elements: readonly Element[]): readonly Line[] {
  const lines: Inline[][] = [[]];
  for (const element of elements) {
    const [first, ...rest] =
      element.type === 'text' ? element.text.split('\n').map((text) => ({ ...element, text })) : [element];
    lines.at(-1)?.push(...readElement(first));
    for (const next of rest) lines.push(readElement(next));
  }
  return lines.map((line) => (typeof line[0] === 'string' ? [line[0].trimStart(), ...line.slice(1)] : line));
}

function readElement(element: Element | undefined): Inline[] {
  switch (element?.type) {
    case 'text':
      if (element.text === '') return [];
      return [element.style?.code ? code(element.text) : element.style?.bold ? bold(element.text) : element.text];
    case 'link':
      return [link(element.text ?? element.url, element.url)];
    case 'user':
      return [user(element.user_id)];
    case 'usergroup':
      return [group(element.usergroup_id)];
    case 'channel':
      return [{ kind: 'channel', channelId: element.channel_id }];
    case 'date':
      return [time(new Date(element.timestamp * 1000))];
    case 'emoji':
    case undefined:
      return [];
  }
}
