import { isObject, type JsonObject, readObjects, readText } from './json.ts';
import { BLOCKS, SURFACES, type Surface } from './limit-blocks.ts';
import { OFFERED, plain } from './limit-elements.ts';
import { checkRule, FLAG, type LimitProblem, list, nested, shape, text, typed, walk, word } from './limit-rules.ts';

export type { LimitProblem } from './limit-rules.ts';

/** Blocks of a message, and of a modal or home tab. */
const MAX_BLOCKS = { message: 50, modal: 100, home: 100 } as const satisfies Record<Surface, number>;

/** A post may be longer, but then `chat.update` refuses what was posted. */
const MAX_TEXT = 4000;

/** Over all markdown blocks of a payload. */
const MAX_MARKDOWN = 12_000;

/** Over all cells of a table. */
const MAX_TABLE_TEXT = 10_000;

const METADATA = shape({ 'event_type!': text(255), 'event_payload!': { kind: 'object' } });

const VIEW_FIELDS = {
  'type!': word('modal', 'home'),
  'blocks!': { kind: 'list', min: 0, max: MAX_BLOCKS.modal, of: { kind: 'object' } },
  private_metadata: text(3000, 0),
  callback_id: text(255, 0),
  external_id: text(255, 0),
} as const;

const HOME = shape(VIEW_FIELDS);
const MODAL = shape({
  ...VIEW_FIELDS,
  'title!': plain(24),
  submit: plain(24),
  close: plain(24),
  clear_on_close: FLAG,
  notify_on_close: FLAG,
  submit_disabled: FLAG,
});

/**
 * Every breach of Slack's limits in a message: `text`, `blocks`, `attachments`, `metadata`; other arguments are not looked at.
 * Stricter than Slack in one thing: blocks without a `text` beside them are a problem, since the text is the notification.
 * @see https://docs.slack.dev/reference/block-kit/blocks
 */
export function checkMessage(payload: JsonObject): readonly LimitProblem[] {
  const blocks = payload['blocks'] ?? [];
  const hasBlocks = Array.isArray(blocks) && blocks.length > 0;
  const fallback = readText(payload, 'text') ?? '';
  const missing = hasBlocks && fallback.trim() === '';
  return [
    ...(missing ? [{ path: '/text', limit: 'a text beside the blocks', found: 'nothing' }] : []),
    ...checkRule(text(MAX_TEXT, 0), fallback, '/text'),
    ...checkBlocks(blocks, 'message', '/blocks'),
    ...checkAttachments(payload['attachments']),
    ...checkMetadata(payload['metadata']),
  ];
}

/** Every breach of Slack's limits in a modal or a home tab. */
export function checkView(view: JsonObject): readonly LimitProblem[] {
  const surface = view['type'] === 'home' ? 'home' : 'modal';
  const blocks = view['blocks'];
  const hasInput = readObjects(view, 'blocks').some((block) => block['type'] === 'input');
  const needsSubmit = surface === 'modal' && hasInput && view['submit'] === undefined;
  return [
    ...checkRule(nested(surface === 'home' ? HOME : MODAL), view, ''),
    ...(needsSubmit ? [{ path: '/submit', limit: 'required with an input block', found: 'nothing' }] : []),
    ...(Array.isArray(blocks) ? checkBlocks(blocks, surface, '/blocks') : []),
  ];
}

/** Every breach in the answer to a `block_suggestion`. */
export function checkOptions(answer: JsonObject): readonly LimitProblem[] {
  return checkRule(nested(OFFERED), answer, '');
}

function checkBlocks(blocks: unknown, surface: Surface, path: string): readonly LimitProblem[] {
  const problems = checkRule(
    list(
      typed(() => BLOCKS),
      MAX_BLOCKS[surface],
      0,
    ),
    blocks,
    path,
  );
  return [...problems, ...checkSurface(blocks, surface, path), ...checkIds(blocks, path), ...checkTotals(blocks, path)];
}

function checkSurface(blocks: unknown, surface: Surface, path: string): readonly LimitProblem[] {
  return walk(blocks, path).flatMap(({ at, object }) => {
    const type = readText(object, 'type') ?? '';
    // Only blocks have surfaces of their own; the image and file elements are told apart by where they stand.
    const isBlock = /\/(blocks|child_blocks)\/\d+$/.test(at);
    const allowed = isBlock && Object.hasOwn(SURFACES, type) ? SURFACES[type] : undefined;
    const isBarred = allowed?.includes(surface) === false;
    const isFileInput = type === 'file_input' && surface !== 'modal';
    return isBarred || isFileInput ? [{ path: at, limit: `not allowed in a ${surface}`, found: type }] : [];
  });
}

/** Ids must be unique over the whole message or view; the documentation's weaker wording is not relied on. */
function checkIds(blocks: unknown, path: string): readonly LimitProblem[] {
  return (['block_id', 'action_id'] as const).flatMap((key) => {
    const seen = new Set<string>();
    return walk(blocks, path).flatMap(({ at, object }) => {
      const id = readText(object, key);
      if (id === undefined) return [];
      const isTwice = seen.has(id);
      seen.add(id);
      return isTwice ? [{ path: `${at}/${key}`, limit: `a unique ${key}`, found: id }] : [];
    });
  });
}

function checkTotals(blocks: unknown, path: string): readonly LimitProblem[] {
  const all = walk(blocks, path);
  const ofType = (...types: readonly string[]) => all.filter(({ object }) => types.includes(String(object['type'])));
  const markdown = sum(ofType('markdown').map(({ object }) => readText(object, 'text')?.length ?? 0));
  const tables = ofType('table', 'data_table').filter(({ object }) => Array.isArray(object['rows']));
  const plans = ofType('plan').filter(({ object }) => object['title'] !== undefined);
  const wide = tables.flatMap(({ at, object }) => {
    const size = sum(walk(object['rows']).map((cell) => readText(cell.object, 'text')?.length ?? 0));
    const found = `${size} characters`;
    return size > MAX_TABLE_TEXT ? [{ path: `${at}/rows`, limit: `at most ${MAX_TABLE_TEXT} characters`, found }] : [];
  });
  return [
    ...(markdown > MAX_MARKDOWN
      ? [{ path, limit: `at most ${MAX_MARKDOWN} characters of markdown in all`, found: `${markdown} characters` }]
      : []),
    ...(tables.length > 1 ? [{ path, limit: 'one table', found: `${tables.length}` }] : []),
    ...(plans.length > 1 ? [{ path, limit: 'one plan', found: `${plans.length}` }] : []),
    ...wide,
  ];
}

function checkAttachments(attachments: unknown): readonly LimitProblem[] {
  if (attachments === undefined) return [];
  const problems = checkRule({ kind: 'list', min: 0, max: 100, of: { kind: 'object' } }, attachments, '/attachments');
  const inside = (Array.isArray(attachments) ? attachments : []).flatMap((one: unknown, index) =>
    isObject(one) && one['blocks'] !== undefined
      ? checkBlocks(one['blocks'], 'message', `/attachments/${index}/blocks`)
      : [],
  );
  return [...problems, ...inside];
}

/** Metadata is flat: plain values, objects of plain values, and lists of such objects. */
function checkMetadata(metadata: unknown): readonly LimitProblem[] {
  if (metadata === undefined || (isObject(metadata) && Object.keys(metadata).length === 0)) return [];
  const problems = checkRule(nested(METADATA), metadata, '/metadata');
  const payload = isObject(metadata) ? metadata['event_payload'] : undefined;
  const deep = Object.entries(isObject(payload) ? payload : {}).flatMap(([name, value]) =>
    isPlain(value) || [value].flat().every(isFlat)
      ? []
      : [{ path: `/metadata/event_payload/${name}`, limit: 'a plain value or flat objects', found: typeof value }],
  );
  return [...problems, ...deep];
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isFlat(value: unknown): boolean {
  return isObject(value) && Object.values(value).every(isPlain);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
