import { describe, expect, it } from 'vitest';
import { checkMessage, checkOptions, checkView } from '../../../src/sandbox/slack-server/block-limits.ts';
import { aButton, aSection } from './support.ts';

type Json = Record<string, unknown>;

const plain = (length: number) => ({ type: 'plain_text', text: 'x'.repeat(length) });
const mrkdwn = (length: number) => ({ type: 'mrkdwn', text: 'x'.repeat(length) });
const many = (count: number, make: (index: number) => Json) =>
  Array.from({ length: count }, (_one, index) => make(index));
const message = (...blocks: Json[]) => checkMessage({ text: 'A sentence.', blocks });
const actions = (...elements: Json[]) => message({ type: 'actions', elements });
const option = (more: Json = {}) => ({ text: plain(5), value: 'v', ...more });
const select = (more: Json) => actions({ type: 'static_select', action_id: 's', options: [option()], ...more });
const confirm = (more: Json) => actions(aButton('b', { confirm: { text: plain(5), ...more } }));
const modal = (more: Json = {}, ...blocks: Json[]) =>
  checkView({ type: 'modal', title: plain(5), submit: plain(5), blocks, ...more });
const input = (more: Json = {}, element: Json = {}) =>
  modal(
    {},
    { type: 'input', label: plain(5), element: { type: 'plain_text_input', action_id: 'a', ...element }, ...more },
  );
const card = (more: Json) => message({ type: 'card', ...more });
const cells = (count: number, length: number) => many(count, () => ({ type: 'raw_text', text: 'x'.repeat(length) }));

describe('every limit', () => {
  it.each<[string, number, (size: number) => readonly unknown[]]>([
    ['blocks of a message', 50, (n) => message(...many(n, () => ({ type: 'divider' })))],
    ['blocks of a modal', 100, (n) => modal({}, ...many(n, () => ({ type: 'divider' })))],
    ['blocks of a home tab', 100, (n) => checkView({ type: 'home', blocks: many(n, () => ({ type: 'divider' })) })],
    ['text of a message', 4000, (n) => checkMessage({ text: 'x'.repeat(n) })],
    ['attachments', 100, (n) => checkMessage({ text: 'x', attachments: many(n, () => ({ text: 'x' })) })],
    ['block_id', 255, (n) => message({ type: 'divider', block_id: 'x'.repeat(n) })],
    ['action_id', 255, (n) => actions(aButton('x'.repeat(n)))],
    ['section text', 3000, (n) => message(aSection('x'.repeat(n)))],
    ['section fields', 10, (n) => message({ type: 'section', fields: many(n, () => mrkdwn(5)) })],
    ['section field text', 2000, (n) => message({ type: 'section', fields: [mrkdwn(n)] })],
    ['header', 150, (n) => message({ type: 'header', text: plain(n) })],
    ['context elements', 10, (n) => message({ type: 'context', elements: many(n, () => mrkdwn(5)) })],
    ['actions elements', 25, (n) => actions(...many(n, (i) => aButton(`b${i}`)))],
    [
      'context_actions elements',
      5,
      (n) =>
        message({
          type: 'context_actions',
          elements: many(n, (i) => ({ type: 'icon_button', icon: 'trash', text: plain(5), action_id: `i${i}` })),
        }),
    ],
    ['button text', 75, (n) => actions(aButton('b', { text: plain(n) }))],
    ['button value', 2000, (n) => actions(aButton('b', { value: 'x'.repeat(n) }))],
    ['button url', 3000, (n) => actions(aButton('b', { url: 'x'.repeat(n) }))],
    ['button accessibility label', 75, (n) => actions(aButton('b', { accessibility_label: 'x'.repeat(n) }))],
    ['confirm title', 100, (n) => confirm({ title: plain(n) })],
    ['confirm text', 300, (n) => confirm({ text: plain(n) })],
    ['confirm button', 30, (n) => confirm({ confirm: plain(n) })],
    ['deny button', 30, (n) => confirm({ deny: plain(n) })],
    ['option text', 75, (n) => select({ options: [option({ text: plain(n) })] })],
    ['option value', 75, (n) => select({ options: [option({ value: 'x'.repeat(n) })] })],
    ['option description', 75, (n) => select({ options: [option({ description: plain(n) })] })],
    ['options', 100, (n) => select({ options: many(n, () => option()) })],
    [
      'option groups',
      100,
      (n) => select({ options: undefined, option_groups: many(n, () => ({ label: plain(5), options: [option()] })) }),
    ],
    [
      'option group label',
      75,
      (n) => select({ options: undefined, option_groups: [{ label: plain(n), options: [option()] }] }),
    ],
    ['placeholder', 150, (n) => select({ placeholder: plain(n) })],
    ['checkboxes', 10, (n) => actions({ type: 'checkboxes', action_id: 'c', options: many(n, () => option()) })],
    ['radio buttons', 10, (n) => actions({ type: 'radio_buttons', action_id: 'c', options: many(n, () => option()) })],
    ['overflow options', 5, (n) => actions({ type: 'overflow', action_id: 'c', options: many(n, () => option()) })],
    ['offered options', 100, (n) => checkOptions({ options: many(n, () => option()) })],
    ['image alt text', 2000, (n) => message({ type: 'image', image_url: 'https://x', alt_text: 'x'.repeat(n) })],
    ['image title', 2000, (n) => message({ type: 'image', image_url: 'https://x', alt_text: 'x', title: plain(n) })],
    ['markdown', 12_000, (n) => message({ type: 'markdown', text: 'x'.repeat(n) })],
    [
      'markdown over all blocks',
      12_000,
      (n) => message({ type: 'markdown', text: 'x'.repeat(6000) }, { type: 'markdown', text: 'x'.repeat(n - 6000) }),
    ],
    ['table rows', 100, (n) => message({ type: 'table', rows: Array.from({ length: n }, () => cells(1, 1)) })],
    ['table columns', 20, (n) => message({ type: 'table', rows: [cells(n, 1)] })],
    ['table characters', 10_000, (n) => message({ type: 'table', rows: [[...cells(1, 9000), ...cells(1, n - 9000)]] })],
    ['tables of a message', 1, (n) => message(...many(n, () => ({ type: 'table', rows: [cells(1, 1)] })))],
    ['plans of a message', 1, (n) => message(...many(n, () => ({ type: 'plan', title: 'x' })))],
    ['card title', 150, (n) => card({ title: mrkdwn(n) })],
    ['card body', 200, (n) => card({ body: mrkdwn(n) })],
    ['card actions', 2, (n) => card({ actions: many(n, (i) => aButton(`b${i}`)) })],
    ['cards of a carousel', 10, (n) => message({ type: 'carousel', elements: many(n, () => ({ type: 'card' })) })],
    [
      'blocks of a container',
      10,
      (n) => message({ type: 'container', title: plain(5), child_blocks: many(n, () => ({ type: 'divider' })) }),
    ],
    ['view title', 24, (n) => modal({ title: plain(n) })],
    ['view submit', 24, (n) => modal({ submit: plain(n) })],
    ['view close', 24, (n) => modal({ close: plain(n) })],
    ['private_metadata', 3000, (n) => modal({ private_metadata: 'x'.repeat(n) })],
    ['callback_id', 255, (n) => modal({ callback_id: 'x'.repeat(n) })],
    ['external_id', 255, (n) => modal({ external_id: 'x'.repeat(n) })],
    ['input label', 2000, (n) => input({ label: plain(n) })],
    ['input hint', 2000, (n) => input({ hint: plain(n) })],
    ['max_length of a text input', 3000, (n) => input({}, { max_length: n })],
  ])('%s: %i passes, one more does not', (_name, limit, check) => {
    expect(check(limit)).toEqual([]);

    expect(check(limit + 1)).not.toEqual([]);
  });
});

describe('checkMessage', () => {
  it('names where, what is allowed and what is there', () => {
    expect(message(aSection('x'), aSection('x'.repeat(3001)))).toEqual([
      { path: '/blocks/1/text/text', limit: 'at most 3000 characters', found: '3001 characters' },
    ]);
  });

  it('asks for a text beside blocks', () => {
    expect(checkMessage({ blocks: [{ type: 'divider' }] })).toMatchObject([{ path: '/text' }]);
  });

  it.each<[string, Json, string]>([
    ['an unknown block type', { type: 'banner' }, '/blocks/0/type'],
    ['an unknown property', { type: 'divider', color: 'red' }, '/blocks/0/color'],
    [
      'a disabled button',
      { type: 'actions', elements: [aButton('b', { disabled: true })] },
      '/blocks/0/elements/0/disabled',
    ],
    ['a block of modals', { type: 'alert', text: plain(5) }, '/blocks/0'],
    ['mrkdwn in a header', { type: 'header', text: mrkdwn(5) }, '/blocks/0/text/type'],
    ['an empty text', aSection(''), '/blocks/0/text/text'],
    ['a section without text and fields', { type: 'section' }, '/blocks/0'],
    [
      'an input as an action',
      { type: 'actions', elements: [{ type: 'plain_text_input' }] },
      '/blocks/0/elements/0/type',
    ],
    [
      'one overflow option',
      { type: 'section', text: mrkdwn(1), accessory: { type: 'overflow', options: [option()] } },
      '/blocks/0/accessory/options',
    ],
    [
      'an unknown rich text element',
      { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'txt' }] }] },
      '/blocks/0/elements/0/elements/0/type',
    ],
  ])('refuses %s', (_name, block, path) => {
    expect(message(block)).toMatchObject([{ path }]);
  });

  it('refuses ids that occur twice', () => {
    const first = { type: 'actions', block_id: 'a', elements: [aButton('b')] };

    const problems = message(first, first);

    expect(problems.map((one) => one.path)).toEqual(['/blocks/1/block_id', '/blocks/1/elements/0/action_id']);
  });

  it.each<[string, unknown]>([
    ['no event_payload', { event_type: 'a' }],
    ['an unknown key', { event_type: 'a', event_payload: {}, id: 1 }],
    ['nested objects', { event_type: 'a', event_payload: { a: { b: { c: 1 } } } }],
    ['null', { event_type: 'a', event_payload: { a: null } }],
  ])('refuses metadata with %s', (_name, metadata) => {
    expect(checkMessage({ text: 'x', metadata })).not.toEqual([]);
  });

  it('takes flat metadata', () => {
    const event_payload = { id: 'a', n: 1, ok: true, at: { x: 'y' }, list: [{ x: 1 }] };

    expect(checkMessage({ text: 'x', metadata: { event_type: 'a', event_payload } })).toEqual([]);
  });
});

describe('checkView', () => {
  it('wants a submit beside an input', () => {
    const block = { type: 'input', label: plain(5), element: { type: 'plain_text_input' } };

    expect(checkView({ type: 'modal', title: plain(5), blocks: [block] })).toMatchObject([{ path: '/submit' }]);
  });

  it.each(['table', 'markdown', 'plan', 'alert', 'context_actions'])('keeps %s off the home tab', (type) => {
    const problems = checkView({ type: 'home', blocks: [{ type }] });

    expect(problems).toContainEqual({ path: '/blocks/0', limit: 'not allowed in a home', found: type });
  });

  it('keeps cards off modals, though they are listed for them', () => {
    expect(modal({}, { type: 'card' })).toMatchObject([{ limit: 'not allowed in a modal' }]);
  });
});
