import { ELEMENTS, ID, IMAGE, plain, textObject } from './limit-elements.ts';
import { RICH_TEXT } from './limit-rich-text.ts';
import { FLAG, list, nested, number, type Rule, type Shape, shape, text, typed, word } from './limit-rules.ts';

export type Surface = 'message' | 'modal' | 'home';

/** Where each block may stand. A surface that is not documented counts as closed. */
export const SURFACES: Readonly<Record<string, readonly Surface[]>> = {
  actions: ['message', 'modal', 'home'],
  alert: ['modal'],
  // Listed for modals too, but refused there.
  card: ['message', 'home'],
  carousel: ['message', 'home'],
  container: ['message', 'home'],
  context: ['message', 'modal', 'home'],
  context_actions: ['message'],
  data_table: ['message'],
  divider: ['message', 'modal', 'home'],
  file: ['message'],
  header: ['message', 'modal', 'home'],
  image: ['message', 'modal', 'home'],
  input: ['message', 'modal', 'home'],
  markdown: ['message'],
  plan: ['message'],
  rich_text: ['message', 'modal', 'home'],
  section: ['message', 'modal', 'home'],
  table: ['message'],
  task_card: ['message'],
  video: ['message', 'modal', 'home'],
};

const SELECTS = ['users', 'static', 'conversations', 'channels', 'external'].flatMap((kind) => [
  `${kind}_select`,
  `multi_${kind}_select`,
]);
const PICKERS = ['checkboxes', 'radio_buttons', 'datepicker', 'timepicker', ...SELECTS];
const IN_SECTION = ['button', 'image', 'overflow', 'workflow_button', ...PICKERS];
const IN_ACTIONS = ['button', 'overflow', 'workflow_button', 'datetimepicker', 'rich_text_input', ...PICKERS];
const IN_INPUT = [
  'plain_text_input',
  'email_text_input',
  'url_text_input',
  'number_input',
  'rich_text_input',
  'file_input',
  'datetimepicker',
  ...PICKERS,
];
const IN_CONTAINER = [
  'actions',
  'context',
  'divider',
  'file',
  'header',
  'image',
  'input',
  'rich_text',
  'section',
  'table',
  'video',
];

const WITH_IMAGE: Readonly<Record<string, Shape>> = { ...ELEMENTS, image: IMAGE };
const IMAGE_ELEMENT = typed(() => WITH_IMAGE, ['image']);
const RICH = typed(() => BLOCKS, ['rich_text']);
const CELL = typed(() => ({
  raw_text: shape({ 'text!': text(10_000, 0) }),
  raw_number: shape({ 'value!': number(-1e300, 1e300), 'text!': text(10_000, 0) }),
  rich_text: BLOCKS['rich_text'] ?? shape({}),
}));
const ROWS = list(list(CELL, 20), 100);

const CONTEXT_TEXTS: Readonly<Record<string, Shape>> = {
  image: IMAGE,
  plain_text: shape({ 'text!': text(3000), emoji: FLAG }),
  mrkdwn: shape({ 'text!': text(3000), verbatim: FLAG }),
};

function elements(allowed: readonly string[], max: number): Rule {
  return list(
    typed(() => WITH_IMAGE, allowed),
    max,
  );
}

/** Every block type and what may stand in it. */
export const BLOCKS: Readonly<Record<string, Shape>> = {
  actions: block({ 'elements!': elements(IN_ACTIONS, 25) }),
  alert: block({ 'text!': textObject(3000), level: word('default', 'info', 'warning', 'error', 'success') }),
  card: block({
    hero_image: IMAGE_ELEMENT,
    icon: IMAGE_ELEMENT,
    title: textObject(150, ['mrkdwn']),
    subtitle: textObject(150, ['mrkdwn']),
    body: textObject(200, ['mrkdwn']),
    actions: elements(['button'], 2),
  }),
  carousel: block({
    'elements!': list(
      typed(() => BLOCKS, ['card']),
      10,
    ),
  }),
  container: block(
    {
      title: plain(150),
      rich_text_title: RICH,
      subtitle: textObject(150),
      'child_blocks!': list(
        typed(() => BLOCKS, IN_CONTAINER),
        10,
      ),
      width: word('narrow', 'standard', 'wide', 'full'),
      icon: IMAGE_ELEMENT,
      is_collapsible: FLAG,
      default_collapsed: FLAG,
      has_header_divider: FLAG,
    },
    { of: ['title', 'rich_text_title'], take: 'one' },
  ),
  context: block({
    'elements!': list(
      typed(() => CONTEXT_TEXTS),
      10,
    ),
  }),
  context_actions: block({ 'elements!': elements(['feedback_buttons', 'icon_button'], 5) }),
  data_table: block({
    'rows!': ROWS,
    'caption!': text(2000),
    page_size: number(1, 100),
    row_header_column_index: number(0, 19),
  }),
  divider: block({}),
  file: block({ 'source!': word('remote'), 'external_id!': text(255) }),
  header: block({ 'text!': plain(150) }),
  image: block(
    { 'alt_text!': text(2000), title: plain(2000), image_url: text(3000), slack_file: { kind: 'object' } },
    { of: ['image_url', 'slack_file'], take: 'one' },
  ),
  input: block({
    'label!': plain(2000),
    hint: plain(2000),
    optional: FLAG,
    dispatch_action: FLAG,
    'element!': typed(() => ELEMENTS, IN_INPUT),
  }),
  markdown: block({ 'text!': text(12_000) }),
  plan: block({
    'title!': text(2000),
    tasks: list(
      typed(() => BLOCKS, ['task_card']),
      50,
      0,
    ),
  }),
  rich_text: block({
    'elements!': list(
      typed(() => RICH_TEXT),
      1000,
    ),
  }),
  section: block(
    {
      text: textObject(3000),
      fields: list(textObject(2000), 10),
      accessory: typed(() => WITH_IMAGE, IN_SECTION),
      expand: FLAG,
    },
    { of: ['text', 'fields'], take: 'some' },
  ),
  table: block({
    'rows!': ROWS,
    column_settings: list(nested(shape({ align: word('left', 'center', 'right'), is_wrapped: FLAG })), 20),
  }),
  task_card: block({
    'task_id!': text(255),
    'title!': text(2000),
    details: RICH,
    output: RICH,
    sources: list(
      typed(() => ({ url: shape({ 'url!': text(3000), 'text!': text(2000) }) })),
      50,
      0,
    ),
    'status!': word('pending', 'in_progress', 'complete', 'error'),
  }),
  video: block({
    'video_url!': text(3000),
    'thumbnail_url!': text(3000),
    'alt_text!': text(2000),
    'title!': plain(200),
    title_url: text(3000),
    author_name: text(50),
    provider_name: text(50),
    provider_icon_url: text(3000),
    description: plain(200),
  }),
};

function block(fields: Readonly<Record<string, Rule>>, choice?: Shape['choice']): Shape {
  return shape({ block_id: ID, ...fields }, choice);
}
