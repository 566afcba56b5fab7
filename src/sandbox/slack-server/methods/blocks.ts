import { checkMessage, checkView, type LimitProblem } from '../block-limits.ts';
import { isObject, type JsonObject } from '../json.ts';
import { ApiRefusal, refuseArgument } from '../refusal.ts';
import { type ApiMethod, readJsonArgument } from './context.ts';

/** @see https://docs.slack.dev/reference/methods/blocks.validate */
export const BLOCK_METHODS: Readonly<Record<string, ApiMethod>> = {
  'blocks.validate': { scopes: [], run: (_context, args) => validate(args) },
};

const KINDS = ['blocks', 'message', 'view'] as const;

/** Exactly one of the three is looked at; what is wrong with it stands in `errors`. */
function validate(args: JsonObject): JsonObject {
  const given = KINDS.filter((kind) => args[kind] !== undefined && args[kind] !== '');
  const [kind] = given;
  if (kind === undefined || given.length > 1) throw refuseArgument('exactly one of blocks, message, view');
  const problems = problemsOf(kind, readJsonArgument(args, kind, `invalid_${kind}`));
  if (problems.length === 0) return {};
  throw new ApiRefusal(`invalid_${kind}`, {
    errors: problems.map(({ path, limit, found }) => ({
      pointer: path,
      code: 'failed_constraint',
      message: `${limit}, found ${found}`,
    })),
  });
}

function problemsOf(kind: (typeof KINDS)[number], value: unknown): readonly LimitProblem[] {
  // The text beside blocks is the notification; it is no part of what is validated.
  if (kind === 'blocks') return checkMessage({ text: 'x', blocks: value });
  if (!isObject(value)) throw new ApiRefusal(`invalid_${kind}`);
  return kind === 'message' ? checkMessage({ text: 'x', ...value }) : checkView(value);
}
