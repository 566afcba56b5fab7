import { checkMessage, checkView, type LimitProblem } from '../block-limits.ts';
import { isObject, type JsonObject, readText } from '../json.ts';
import { ApiRefusal, refuseArgument } from '../refusal.ts';
import { openView, publishHome, pushView, readView, updateView, wireView } from '../views.ts';
import type { SandboxView, Trigger } from '../workspace.ts';
import { type ApiMethod, type MethodContext, readJsonArgument, requireObject, requireText } from './context.ts';

/** A trigger id is good for this long. */
const TRIGGER_MS = 3000;

export const VIEW_METHODS: Readonly<Record<string, ApiMethod>> = {
  'views.open': { scopes: [], run: open },
  'views.push': { scopes: [], run: push },
  'views.update': { scopes: [], run: update },
  'views.publish': { scopes: [], run: publish },
  'blocks.validate': { scopes: [], run: validate },
};

function open(context: MethodContext, args: JsonObject): JsonObject {
  const trigger = useTrigger(context, args);
  const view = modalOf(args);
  return shown(context, openView(context.workspace, trigger.user, view));
}

function push(context: MethodContext, args: JsonObject): JsonObject {
  const trigger = useTrigger(context, args);
  const below = context.workspace.views.get(trigger.viewId ?? '');
  // Only an interaction inside a modal may push onto it.
  if (below === undefined) throw new ApiRefusal('invalid_trigger_id');
  return shown(context, pushView(context.workspace, below, modalOf(args)));
}

/** Uses a trigger up, also when what follows is refused: that is how Slack counts. */
function useTrigger({ workspace, now }: MethodContext, args: JsonObject): Trigger {
  const id = requireText(args, 'trigger_id');
  const trigger = workspace.triggers.get(id);
  if (trigger === undefined) throw new ApiRefusal('invalid_trigger_id');
  if (trigger.used) throw new ApiRefusal('exchanged_trigger_id');
  if (now.getTime() - trigger.issuedAt.getTime() > TRIGGER_MS) throw new ApiRefusal('expired_trigger_id');
  workspace.triggers.set(id, { ...trigger, used: true });
  return trigger;
}

function modalOf(args: JsonObject): JsonObject {
  const view = requireObject(args, 'view');
  if (readText(view, 'type') !== 'modal') throw refuseArgument('must be a modal view [json-pointer:/view/type]');
  return readView(view);
}

function update(context: MethodContext, args: JsonObject): JsonObject {
  const view = readView(requireObject(args, 'view'));
  const current = namedView(context, args);
  if (current === undefined) throw new ApiRefusal('not_found');
  return shown(context, updateView(context.workspace, current, view, readText(args, 'hash')));
}

function namedView({ workspace }: MethodContext, args: JsonObject): SandboxView | undefined {
  const externalId = readText(args, 'external_id');
  if (externalId === undefined || externalId === '') return workspace.views.get(requireText(args, 'view_id'));
  return [...workspace.views.values()].find((one) => readText(one.view, 'external_id') === externalId);
}

function publish(context: MethodContext, args: JsonObject): JsonObject {
  const user = requireText(args, 'user_id');
  if (!context.workspace.users.has(user)) throw new ApiRefusal('invalid_arguments');
  const view = requireObject(args, 'view');
  if (readText(view, 'type') !== 'home') throw refuseArgument('must be a home view [json-pointer:/view/type]');
  return shown(context, publishHome(context.workspace, user, readView(view), readText(args, 'hash')));
}

function shown({ workspace }: MethodContext, stored: SandboxView): JsonObject {
  return { view: wireView(workspace, stored) };
}

/** Exactly one of `blocks`, `message`, `view`. */
function validate(_context: MethodContext, args: JsonObject): JsonObject {
  const given = ['blocks', 'message', 'view'].filter((key) => args[key] !== undefined);
  if (given.length !== 1) throw refuseArgument('exactly one of blocks, message, view is needed');
  const problems = problemsOf(given[0] ?? '', readJsonArgument(args, given[0] ?? '', 'invalid_arguments'));
  if (problems.length === 0) return {};
  const errors = problems.map((one) => ({
    pointer: one.path,
    code: 'invalid',
    message: `${one.limit}, found ${one.found}`,
    constraint: one.limit,
  }));
  throw new ApiRefusal('invalid_blocks', { errors });
}

function problemsOf(kind: string, value: unknown): readonly LimitProblem[] {
  if (kind === 'blocks') return checkMessage({ text: 'x', blocks: value });
  if (!isObject(value)) throw refuseArgument(`${kind} must be an object`);
  return kind === 'view' ? checkView(value) : checkMessage(value);
}
