import { isObject, type JsonObject, readObject, readObjects, readText } from './json.ts';

/** What a person chose or typed: text for a field, a value for a select, several for a multi-select. */
export type InputValue = string | readonly string[];

/** By block id, then by action id. */
export type InputValues = Readonly<Record<string, Readonly<Record<string, InputValue>>>>;

export interface FoundElement {
  readonly element: JsonObject;
  readonly blockId: string;
  readonly block: JsonObject;
}

/** Every interactive element of blocks, in the order in which it is shown. */
export function listElements(blocks: readonly JsonObject[]): readonly FoundElement[] {
  return blocks.flatMap((block) => {
    const blockId = readText(block, 'block_id') ?? '';
    const own = [block['accessory'], block['element'], ...listOf(block['elements']), ...listOf(block['actions'])]
      .filter(isObject)
      .filter((element) => typeof element['action_id'] === 'string')
      .map((element) => ({ element, blockId, block }));
    const cards = readText(block, 'type') === 'carousel' ? readObjects(block, 'elements') : [];
    return [...own, ...listElements(cards), ...listElements(readObjects(block, 'child_blocks'))];
  });
}

/** The element that an action id, and a block id if given, name. */
export function findElement(
  blocks: readonly JsonObject[],
  actionId: string,
  blockId?: string,
): FoundElement | undefined {
  return listElements(blocks).find(
    (one) => one.element['action_id'] === actionId && (blockId === undefined || one.blockId === blockId),
  );
}

/** The options that a select offers by itself, those of its groups included. */
export function optionsOf(element: JsonObject): readonly JsonObject[] {
  const groups = readObjects(element, 'option_groups').flatMap((group) => readObjects(group, 'options'));
  return [...readObjects(element, 'options'), ...groups];
}

/**
 * The entry of `state.values`, or of an action, for what was chosen in an element.
 * Undefined means that the element has no such option. External options count when `offered` holds them.
 */
function describeChoice(
  element: JsonObject,
  value: InputValue | undefined,
  offered: readonly JsonObject[] = [],
): JsonObject | undefined {
  const type = readText(element, 'type') ?? '';
  const pick = (one: string) => [...optionsOf(element), ...offered].find((option) => option['value'] === one);
  const many = value === undefined ? [] : [value].flat();
  const single = typeof value === 'string' && value !== '' ? value : null;
  if (Object.hasOwn(SINGLE_KEYS, type)) {
    const key = SINGLE_KEYS[type] ?? '';
    const initial = element[`initial_${key.replace('selected_', '')}`] ?? null;
    return { type, [key]: value === undefined ? initial : single };
  }
  if (Object.hasOwn(MANY_KEYS, type)) {
    const key = MANY_KEYS[type] ?? '';
    return { type, [key]: value === undefined ? (element[`initial_${key.replace('selected_', '')}`] ?? []) : many };
  }
  if (type.startsWith('multi_') || type === 'checkboxes') {
    if (value === undefined) return { type, selected_options: element['initial_options'] ?? [] };
    const options = many.map(pick);
    return options.every((option) => option !== undefined) ? { type, selected_options: options } : undefined;
  }
  if (/_select$|radio_buttons|overflow/.test(type)) {
    if (value === undefined) return { type, selected_option: element['initial_option'] ?? null };
    const option = single === null ? null : pick(single);
    return option === undefined ? undefined : { type, selected_option: option };
  }
  if (type === 'datetimepicker') {
    const initial = element['initial_date_time'] ?? null;
    return { type, selected_date_time: value === undefined ? initial : single === null ? null : Number(single) };
  }
  return { type, value: value === undefined ? (element['initial_value'] ?? null) : single };
}

const SINGLE_KEYS: Readonly<Record<string, string>> = {
  users_select: 'selected_user',
  conversations_select: 'selected_conversation',
  channels_select: 'selected_channel',
  datepicker: 'selected_date',
  timepicker: 'selected_time',
};

const MANY_KEYS: Readonly<Record<string, string>> = {
  multi_users_select: 'selected_users',
  multi_conversations_select: 'selected_conversations',
  multi_channels_select: 'selected_channels',
};

/** True when nothing was typed or chosen. */
export function isEmptyChoice(choice: JsonObject): boolean {
  return Object.entries(choice)
    .filter(([key]) => key !== 'type')
    .every(([, value]) => value === null || value === '' || (Array.isArray(value) && value.length === 0));
}

/** `state.values` of blocks: initial values, then what was typed. Buttons have no state. */
export function readState(
  blocks: readonly JsonObject[],
  values: InputValues,
  offered: ReadonlyMap<string, readonly JsonObject[]> = new Map(),
): Readonly<Record<string, Readonly<Record<string, JsonObject>>>> {
  const state: Record<string, Record<string, JsonObject>> = {};
  for (const { element, blockId } of listElements(blocks)) {
    if (/button|overflow/.test(readText(element, 'type') ?? '') && element['type'] !== 'radio_buttons') continue;
    const actionId = readText(element, 'action_id') ?? '';
    const choice = describeChoice(element, values[blockId]?.[actionId], offered.get(actionId));
    if (choice === undefined) continue;
    state[blockId] = { ...state[blockId], [actionId]: choice };
  }
  return state;
}

/** The entry of `actions[]` for a press or a choice; undefined when the element offers no such value. */
export function describeAction(
  found: FoundElement,
  value: InputValue | undefined,
  offered?: readonly JsonObject[],
): JsonObject | undefined {
  const { element, blockId } = found;
  const base = { action_id: element['action_id'], block_id: blockId };
  const type = readText(element, 'type') ?? '';
  if (type === 'feedback_buttons') return feedbackAction(element, base, value);
  if (type.endsWith('button')) {
    if (value !== undefined && value !== (readText(element, 'value') ?? '')) return undefined;
    const shown = ['text', 'value', 'style', 'url'].filter((key) => element[key] !== undefined);
    return { ...base, type, ...Object.fromEntries(shown.map((key) => [key, element[key]])) };
  }
  const choice = describeChoice(element, value, offered);
  return choice === undefined ? undefined : { ...base, ...choice };
}

function feedbackAction(element: JsonObject, base: JsonObject, value: InputValue | undefined): JsonObject | undefined {
  const button = [readObject(element, 'positive_button'), readObject(element, 'negative_button')].find(
    (one) => one['value'] === value,
  );
  return button === undefined ? undefined : { ...base, type: 'feedback_buttons', ...button };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
