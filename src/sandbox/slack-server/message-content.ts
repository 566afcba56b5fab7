import { checkMessage, type LimitProblem } from './block-limits.ts';
import { isObject, type JsonObject, readText } from './json.ts';
import { readJsonArgument } from './methods/context.ts';
import { ApiRefusal } from './refusal.ts';
import { withIds } from './workspace.ts';

/** Slack cuts the text of a new message here, without a word. */
const MAX_POST_TEXT = 40_000;

export interface MessageContent {
  readonly text: string;
  readonly blocks: readonly JsonObject[];
  readonly attachments: readonly JsonObject[];
  readonly metadata?: JsonObject;
}

/** Reads text, blocks, attachments and metadata of a message and refuses what Slack refuses. */
export function readContent(args: JsonObject): MessageContent {
  const text = readText(args, 'text') ?? '';
  const blocks = readList(args, 'blocks', 'invalid_blocks_format');
  const attachments = readList(args, 'attachments', 'invalid_attachments');
  const metadata = readJsonArgument(args, 'metadata', 'invalid_metadata_format');
  if (text.trim() === '' && blocks.length === 0 && attachments.length === 0) throw new ApiRefusal('no_text');
  // The missing fallback text is a warning at Slack, not a refusal, so it is not asked for here.
  const problems = checkMessage({ text: 'x', blocks, attachments, ...(metadata === undefined ? {} : { metadata }) });
  refuseProblems(problems);
  return {
    text: text.slice(0, MAX_POST_TEXT),
    blocks: withIds(blocks),
    attachments,
    ...(isObject(metadata) && Object.keys(metadata).length > 0 ? { metadata } : {}),
  };
}

/** Refuses blocks, attachments or metadata with the reason in `response_metadata`, as Slack does. */
export function refuseProblems(problems: readonly LimitProblem[]): void {
  const first = problems[0];
  if (first === undefined) return;
  const messages = problems.map((one) => `[ERROR] ${one.limit}, found ${one.found} [json-pointer:${one.path}]`);
  const errors = messages.map((one) => one.replace('[ERROR] ', ''));
  throw new ApiRefusal(errorOf(first), { errors, response_metadata: { messages } });
}

function errorOf(problem: LimitProblem): string {
  if (problem.path.startsWith('/metadata')) return 'invalid_metadata_format';
  if (problem.path.startsWith('/attachments')) return 'invalid_attachments';
  return 'invalid_blocks';
}

function readList(args: JsonObject, key: string, error: string): readonly JsonObject[] {
  const value = readJsonArgument(args, key, error);
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every(isObject)) throw new ApiRefusal(error);
  return value;
}
