import { createElement as h, type ReactNode } from 'react';
import { plainText, type Reader, renderTextObject } from './mrkdwn.ts';

export type Json = Readonly<Record<string, unknown>>;

/** Where an element stands: inside an input block it is sent with the form, elsewhere at once. */
export interface Place {
  readonly blockId: string;
  readonly isInput: boolean;
  /** What stands above it in a form, read out as its name. */
  readonly label?: string | undefined;
  readonly people: readonly Choice[];
  readonly channels: readonly Choice[];
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** Renders an interactive element as a plain control that the page's script understands. */
export function renderElement(element: Json, place: Place, reader: Reader): ReactNode {
  const type = str(element['type']);
  if (type === 'button' || type === 'workflow_button' || type === 'icon_button') return renderButton(element, place);
  if (type === 'feedback_buttons') return renderFeedback(element, place);
  if (type === 'overflow') return renderSelect(element, place, [{ value: '', label: '⋯' }, ...optionsOf(element)]);
  if (type === 'checkboxes' || type === 'radio_buttons') return renderChecks(element, place, reader);
  if (type === 'image') return renderImage(element);
  if (type.endsWith('external_select')) return renderExternal(element, place);
  if (type.endsWith('_select')) return renderSelect(element, place, choicesOf(element, place));
  if (Object.hasOwn(INPUT_TYPES, type)) return renderInput(element, place);
  return h('div', { className: 'sl-warning', role: 'note' }, `This page cannot show a "${type}".`);
}

const INPUT_TYPES: Readonly<Record<string, string>> = {
  plain_text_input: 'text',
  email_text_input: 'email',
  url_text_input: 'url',
  number_input: 'number',
  datepicker: 'date',
  timepicker: 'time',
  datetimepicker: 'number',
  rich_text_input: 'text',
};

function attributes(element: Json, place: Place): Record<string, string> {
  const confirm = element['confirm'];
  return {
    'data-action': str(element['action_id']),
    'data-block': place.blockId,
    'data-kind': str(element['type']),
    ...(place.isInput ? { 'data-input': '1' } : {}),
    ...(confirm === undefined ? {} : { 'data-confirm': JSON.stringify(confirmOf(confirm)) }),
  };
}

/** The four texts of Slack's question before a deed, with Slack's own words where the app gave none. */
function confirmOf(confirm: unknown): Readonly<Record<string, string>> {
  const given = obj(confirm);
  const text = (key: string, fallback: string) => plainText(str(obj(given[key])['text'])) || fallback;
  return {
    title: text('title', 'Are you sure?'),
    text: text('text', ''),
    confirm: text('confirm', 'Yes'),
    deny: text('deny', 'No'),
    style: str(given['style']),
  };
}

function renderButton(element: Json, place: Place): ReactNode {
  const label = plainText(str(obj(element['text'])['text']));
  const accessible = str(element['accessibility_label']);
  return h(
    'button',
    {
      type: 'button',
      className: `sl-button ${str(element['style'])}`,
      ...attributes(element, place),
      ...(element['value'] === undefined ? {} : { 'data-value': str(element['value']) }),
      ...(element['url'] === undefined ? {} : { 'data-url': str(element['url']) }),
      ...(accessible === '' ? {} : { 'aria-label': accessible, title: accessible }),
    },
    label,
  );
}

function renderFeedback(element: Json, place: Place): ReactNode {
  const one = (key: string) =>
    h(
      'button',
      {
        type: 'button',
        className: 'sl-button',
        ...attributes(element, place),
        'data-value': str(obj(element[key])['value']),
      },
      plainText(str(obj(obj(element[key])['text'])['text'])),
    );
  return h('span', null, one('positive_button'), one('negative_button'));
}

function renderSelect(element: Json, place: Place, choices: readonly Choice[]): ReactNode {
  const isMany = str(element['type']).startsWith('multi_');
  const chosen = initialOf(element);
  const placeholder = plainText(str(obj(element['placeholder'])['text'])) || 'Choose…';
  const first = isMany || element['type'] === 'overflow' ? [] : [{ value: '', label: placeholder }];
  return h(
    'select',
    {
      className: 'sl-select',
      ...attributes(element, place),
      multiple: isMany,
      defaultValue: isMany ? chosen : (chosen[0] ?? ''),
      'aria-label': place.label ?? placeholder,
    },
    ...[...first, ...choices].map((choice) => h('option', { key: choice.value, value: choice.value }, choice.label)),
  );
}

/** A field whose list comes from the app while one types. */
function renderExternal(element: Json, place: Place): ReactNode {
  const initial = obj(element['initial_option']);
  const placeholder = plainText(str(obj(element['placeholder'])['text'])) || 'Type to search…';
  return h(
    'span',
    { className: 'sl-external' },
    h('input', {
      type: 'text',
      className: 'sl-input',
      role: 'combobox',
      autoComplete: 'off',
      'aria-expanded': 'false',
      'aria-label': place.label ?? placeholder,
      placeholder,
      defaultValue: plainText(str(obj(initial['text'])['text'])),
      ...attributes(element, place),
      'data-chosen': str(initial['value']),
      'data-min': str(element['min_query_length'] ?? 3),
    }),
    h('span', { className: 'sl-options', role: 'listbox', hidden: true }),
  );
}

function renderChecks(element: Json, place: Place, reader: Reader): ReactNode {
  const chosen = initialOf(element);
  const type = element['type'] === 'checkboxes' ? 'checkbox' : 'radio';
  return h(
    'span',
    { className: 'sl-checks', role: 'group', 'aria-label': place.label, ...attributes(element, place) },
    ...list(element['options']).map((option) => {
      const value = str(option['value']);
      const name = `${place.blockId}/${str(element['action_id'])}`;
      return h(
        'label',
        { key: value },
        h('input', { type, name, value, defaultChecked: chosen.includes(value) }),
        ' ',
        renderTextObject(option['text'], reader),
        h('small', null, renderTextObject(option['description'], reader)),
      );
    }),
  );
}

function renderInput(element: Json, place: Place): ReactNode {
  const type = str(element['type']);
  const placeholder = plainText(str(obj(element['placeholder'])['text']));
  const initial = ['initial_value', 'initial_date', 'initial_time', 'initial_date_time'].find((key) => key in element);
  const shared = {
    className: 'sl-input',
    ...attributes(element, place),
    'aria-label': place.label ?? (placeholder || undefined),
    placeholder,
    defaultValue: initial === undefined ? '' : str(element[initial]),
    ...(typeof element['max_length'] === 'number' ? { maxLength: element['max_length'] } : {}),
  };
  if (element['multiline'] === true) return h('textarea', { ...shared, rows: 3 });
  return h('input', { ...shared, type: INPUT_TYPES[type] ?? 'text' });
}

function renderImage(element: Json): ReactNode {
  // Nothing is fetched from outside: the description stands for the picture.
  return h('span', { className: 'sl-image', role: 'img' }, `🖼 ${str(element['alt_text'])}`);
}

function choicesOf(element: Json, place: Place): readonly Choice[] {
  const type = str(element['type']);
  if (type.endsWith('users_select')) return place.people;
  if (/(conversations|channels)_select$/.test(type)) return place.channels;
  return optionsOf(element);
}

function optionsOf(element: Json): readonly Choice[] {
  const groups = list(element['option_groups']).flatMap((group) => list(group['options']));
  return [...list(element['options']), ...groups].map((option) => ({
    value: str(option['value']),
    label: plainText(str(obj(option['text'])['text'])),
  }));
}

function initialOf(element: Json): readonly string[] {
  const one = obj(element['initial_option']);
  const many = list(element['initial_options']).map((option) => str(option['value']));
  const ids = ['user', 'conversation', 'channel'].map((kind) => str(element[`initial_${kind}`]));
  return [...(one['value'] === undefined ? [] : [str(one['value'])]), ...many, ...ids.filter((id) => id !== '')];
}

/** Text of anything that is text, a number or a flag. */
export function str(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** The object, or an empty one. */
export function obj(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** The objects of a list, or none. */
export function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(obj) : [];
}
