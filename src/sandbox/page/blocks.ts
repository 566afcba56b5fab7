import { Fragment, createElement as h, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { type Block, Message } from 'slack-blocks-to-jsx';
import { type Choice, type Json, list, obj, renderElement, str } from './block-elements.ts';
import { renderDate } from './dates.ts';
import { plainText, type Reader, renderTextObject } from './mrkdwn.ts';

export interface BlockSurroundings {
  readonly reader: Reader;
  readonly people: readonly Choice[];
  readonly channels: readonly Choice[];
  /** What the app found wrong, by block id. */
  readonly errors?: Readonly<Record<string, string>>;
}

/** Blocks that the library shows well and that hold nothing to press. */
const BY_LIBRARY = new Set(['rich_text', 'table', 'markdown', 'plan', 'task_card', 'alert']);

/** Renders blocks as Slack shows them. What cannot be shown says so: a silent gap would hide a broken card. */
export function renderBlocks(blocks: readonly Json[], around: BlockSurroundings): ReactNode {
  return h(Fragment, null, ...blocks.map((block, index) => h(Fragment, { key: index }, renderBlock(block, around))));
}

function renderBlock(block: Json, around: BlockSurroundings): ReactNode {
  const { reader } = around;
  const type = str(block['type']);
  switch (type) {
    case 'section':
      return renderSection(block, around);
    case 'header':
      return h('h3', { className: 'sl-header' }, renderTextObject(block['text'], reader));
    case 'divider':
      return h('hr', { className: 'sl-divider' });
    case 'context':
      return h('div', { className: 'sl-context' }, ...list(block['elements']).map((one) => renderContext(one, around)));
    case 'actions':
    case 'context_actions':
      return h(
        'div',
        { className: 'sl-actions' },
        ...list(block['elements']).map((one) => element(one, block, around)),
      );
    case 'input':
      return renderInputBlock(block, around);
    case 'image':
    case 'video':
      return h('div', { className: 'sl-image', role: 'img' }, `🖼 ${str(block['alt_text'])}`);
    case 'container':
      return renderContainer(block, around);
    case 'card':
      return renderCard(block, around);
    case 'carousel':
      return h('div', { className: 'sl-carousel' }, renderBlocks(list(block['elements']), around));
    default:
      return BY_LIBRARY.has(type) ? renderByLibrary(block, reader) : warn(type);
  }
}

function warn(type: string): ReactNode {
  return h('div', { className: 'sl-warning', role: 'note' }, `⚠ This page cannot show a "${type}" block.`);
}

function element(one: Json, block: Json, around: BlockSurroundings, isInput = false): ReactNode {
  const label = isInput ? plainText(str(obj(block['label'])['text'])) : undefined;
  const place = { blockId: str(block['block_id']), isInput, label, people: around.people, channels: around.channels };
  return h(Fragment, { key: str(one['action_id']) }, renderElement(one, place, around.reader));
}

function renderSection(block: Json, around: BlockSurroundings): ReactNode {
  const { reader } = around;
  const fields = list(block['fields']);
  const accessory = block['accessory'];
  return h(
    'div',
    { className: 'sl-section' },
    h(
      'div',
      { className: 'sl-section-text' },
      block['text'] === undefined ? null : h('div', { className: 'sl-text' }, renderTextObject(block['text'], reader)),
      fields.length === 0
        ? null
        : h(
            'div',
            { className: 'sl-fields' },
            ...fields.map((field, index) =>
              h('div', { key: index, className: 'sl-text' }, renderTextObject(field, reader)),
            ),
          ),
    ),
    accessory === undefined ? null : h('div', null, element(obj(accessory), block, around)),
  );
}

function renderContext(one: Json, around: BlockSurroundings): ReactNode {
  const shown =
    one['type'] === 'image'
      ? h('span', { className: 'sl-image', role: 'img' }, str(one['alt_text']))
      : renderTextObject(one, around.reader);
  return h('span', { className: 'sl-text' }, shown);
}

function renderInputBlock(block: Json, around: BlockSurroundings): ReactNode {
  const error = around.errors?.[str(block['block_id'])];
  const optional = block['optional'] === true ? h('small', null, ' (optional)') : null;
  return h(
    'div',
    { className: `sl-field ${error === undefined ? '' : 'is-wrong'}` },
    h('div', { className: 'sl-label' }, renderTextObject(block['label'], around.reader), optional),
    element(obj(block['element']), block, around, true),
    error === undefined ? null : h('div', { className: 'sl-error', role: 'alert' }, `✖ ${error}`),
    block['hint'] === undefined
      ? null
      : h('div', { className: 'sl-hint' }, renderTextObject(block['hint'], around.reader)),
  );
}

function renderContainer(block: Json, around: BlockSurroundings): ReactNode {
  const rich = block['rich_text_title'];
  const title = rich === undefined ? renderTextObject(block['title'], around.reader) : renderBlock(obj(rich), around);
  return h(
    'details',
    { className: 'sl-container', open: block['default_collapsed'] !== true },
    h('summary', null, title),
    renderTextObject(block['subtitle'], around.reader),
    renderBlocks(list(block['child_blocks']), around),
  );
}

function renderCard(block: Json, around: BlockSurroundings): ReactNode {
  const text = (key: string) => renderTextObject(block[key], around.reader);
  return h(
    'div',
    { className: 'sl-card' },
    h('strong', null, text('title')),
    h('div', null, text('subtitle')),
    h('div', null, text('body')),
    h('div', { className: 'sl-actions' }, ...list(block['actions']).map((one) => element(one, block, around))),
  );
}

/** The library writes one id many times, has a clock of its own and would load pictures: all mended here. */
function renderByLibrary(block: Json, reader: Reader): ReactNode {
  const html = renderToStaticMarkup(
    h(Message, {
      blocks: [block] as unknown as Block[],
      logo: '',
      name: '',
      theme: 'light',
      unstyled: true,
      withoutWrapper: true,
      hooks: {
        date: ({ timestamp, format, fallback }) =>
          renderDate({ ...reader, timestamp: Number(timestamp), format, fallback }),
        user: (user) => h('span', { className: 'sl-mention' }, `@${reader.nameOf(user.id) ?? user.id}`),
        channel: (channel) => h('span', { className: 'sl-mention' }, `#${reader.nameOf(channel.id) ?? channel.id}`),
      },
    }),
  );
  const mended = html.replaceAll(/ id="[^"]*"/g, '').replaceAll(/<img\b[^>]*>/g, '🖼');
  return h('div', { className: 'sl-library', dangerouslySetInnerHTML: { __html: mended } });
}
