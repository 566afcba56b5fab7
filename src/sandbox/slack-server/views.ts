import { randomBytes } from 'node:crypto';
import { checkView } from './block-limits.ts';
import { type JsonObject, readObjects, readText } from './json.ts';
import { refuseProblems } from './message-content.ts';
import { ApiRefusal } from './refusal.ts';
import { newId, type SandboxView, type Workspace, withIds } from './workspace.ts';

/** Slack refuses a view whose JSON is larger. */
const MAX_VIEW_BYTES = 250_000;

const MAX_STACK = 3;

/** Checks a view as Slack does and gives its blocks ids. */
export function readView(view: JsonObject): JsonObject {
  if (Buffer.byteLength(JSON.stringify(view)) > MAX_VIEW_BYTES) throw new ApiRefusal('view_too_large');
  refuseProblems(checkView(view));
  return { ...view, blocks: withIds(readObjects(view, 'blocks')) };
}

/** Opens a modal for a user; Slack shows one stack at a time, so an older one goes. */
export function openView(workspace: Workspace, user: string, view: JsonObject): SandboxView {
  refuseDuplicateExternalId(workspace, view);
  for (const open of viewsOf(workspace, user)) if (open.type === 'modal') workspace.views.delete(open.id);
  const id = newId('V');
  return keep(workspace, { id, user, type: 'modal', rootId: id, hash: newHash(workspace), view, errors: {} });
}

/** Puts a view on top of another; a stack holds three. */
export function pushView(workspace: Workspace, below: SandboxView, view: JsonObject): SandboxView {
  refuseDuplicateExternalId(workspace, view);
  const stack = viewsOf(workspace, below.user).filter((one) => one.rootId === below.rootId);
  if (stack.length >= MAX_STACK) throw new ApiRefusal('push_limit_reached');
  return keep(workspace, {
    id: newId('V'),
    user: below.user,
    type: 'modal',
    rootId: below.rootId,
    previousId: below.id,
    hash: newHash(workspace),
    view,
    errors: {},
  });
}

/** Replaces the content of a view; the hash of the sender must be the present one, when it sends one. */
export function updateView(workspace: Workspace, current: SandboxView, view: JsonObject, hash?: string): SandboxView {
  if (hash !== undefined && hash !== '' && hash !== current.hash) throw new ApiRefusal('hash_conflict');
  if (readText(view, 'type') !== current.type) throw new ApiRefusal('invalid_arguments');
  refuseDuplicateExternalId(workspace, view, current.id);
  const { trouble: _gone, ...rest } = current;
  return keep(workspace, { ...rest, hash: newHash(workspace), view, errors: {} });
}

/** Sets the home tab of a user. */
export function publishHome(workspace: Workspace, user: string, view: JsonObject, hash?: string): SandboxView {
  const current = viewsOf(workspace, user).find((one) => one.type === 'home');
  if (current !== undefined) return updateView(workspace, current, view, hash);
  const id = newId('V');
  return keep(workspace, { id, user, type: 'home', rootId: id, hash: newHash(workspace), view, errors: {} });
}

/** Closes a view and shows the one below it. */
export function popView(workspace: Workspace, view: SandboxView): void {
  workspace.views.delete(view.id);
}

/** Closes every view of that stack. */
export function clearStack(workspace: Workspace, view: SandboxView): void {
  for (const one of viewsOf(workspace, view.user)) if (one.rootId === view.rootId) workspace.views.delete(one.id);
}

/** A user's views, the one on top last. */
export function viewsOf(workspace: Workspace, user: string): readonly SandboxView[] {
  return [...workspace.views.values()].filter((one) => one.user === user);
}

/** Keeps a changed view in its place. */
export function keep(workspace: Workspace, view: SandboxView): SandboxView {
  workspace.views.set(view.id, view);
  return view;
}

/** The view as payloads and answers show it. */
export function wireView(workspace: Workspace, stored: SandboxView, values: JsonObject = {}): JsonObject {
  const view = stored.view;
  return {
    id: stored.id,
    team_id: workspace.teamId,
    type: stored.type,
    blocks: view['blocks'],
    private_metadata: readText(view, 'private_metadata') ?? '',
    callback_id: readText(view, 'callback_id') ?? '',
    external_id: readText(view, 'external_id') ?? '',
    title: view['title'] ?? { type: 'plain_text', text: 'View Title', emoji: true },
    submit: view['submit'] ?? null,
    close: view['close'] ?? null,
    clear_on_close: view['clear_on_close'] ?? false,
    notify_on_close: view['notify_on_close'] ?? false,
    state: { values },
    hash: stored.hash,
    previous_view_id: stored.previousId ?? null,
    root_view_id: stored.rootId,
    app_id: workspace.appId,
    app_installed_team_id: workspace.teamId,
    bot_id: workspace.botId,
  };
}

function refuseDuplicateExternalId(workspace: Workspace, view: JsonObject, own?: string): void {
  const externalId = readText(view, 'external_id');
  if (externalId === undefined || externalId === '') return;
  const taken = [...workspace.views.values()].some(
    (one) => one.id !== own && readText(one.view, 'external_id') === externalId,
  );
  if (taken) throw new ApiRefusal('duplicate_external_id');
}

function newHash(workspace: Workspace): string {
  workspace.sequence += 1;
  return `${workspace.sequence}.${randomBytes(4).toString('hex')}`;
}
