import { checkOptions } from './block-limits.ts';
import { type ActorDeps, actingIn, activeUser } from './commands.ts';
import { type Delivery, isSuccess } from './deliver.ts';
import { findElement, type InputValues, isEmptyChoice, listElements, readState } from './elements.ts';
import { identity } from './interactions.ts';
import { isObject, type JsonObject, readObject, readObjects, readText } from './json.ts';
import { ApiRefusal, SandboxRefusal } from './refusal.ts';
import { issueResponseUrl } from './response-urls.ts';
import { clearStack, keep, popView, pushView, readView, updateView, viewsOf, wireView } from './views.ts';
import { findMessage, type SandboxUser, type SandboxView } from './workspace.ts';

const TROUBLE = 'We had some trouble connecting. Try again?';

export interface SubmitInput {
  readonly user: string;
  readonly viewId: string;
  /** By block id, then action id; what is left out keeps its initial value. */
  readonly values?: InputValues;
}

/** Submits the modal on top. The answer decides whether it closes, changes, or shows errors beside its inputs. */
export async function submitView(deps: ActorDeps, input: SubmitInput): Promise<Delivery> {
  const { workspace } = deps;
  const { user, stored } = topModal(deps, input);
  const blocks = readObjects(stored.view, 'blocks');
  const state = readState(blocks, input.values ?? {}, deps.offered);
  refuseUnfit(blocks, input.values ?? {}, state);
  const delivery = await deps.deliver.form('interaction', {
    payload: JSON.stringify({
      type: 'view_submission',
      ...identity(deps, user, { viewId: stored.id }),
      view: wireView(workspace, stored, state),
      response_urls: responseUrls(deps, user, blocks, state),
    }),
  });
  const current = workspace.views.get(stored.id);
  if (current !== undefined) applyAnswer(deps, current, delivery);
  deps.changed();
  return delivery;
}

/** Closes the modal on top; the app hears of it only when the view asked for that. */
export async function closeView(
  deps: ActorDeps,
  input: { readonly user: string; readonly viewId: string; readonly all?: boolean },
): Promise<Delivery> {
  const { user, stored } = topModal(deps, input);
  const isCleared = input.all === true || stored.view['clear_on_close'] === true;
  if (isCleared) clearStack(deps.workspace, stored);
  else popView(deps.workspace, stored);
  deps.changed();
  if (stored.view['notify_on_close'] !== true) return { status: 200, body: '', ms: 0, timedOut: false };
  const { trigger_id: _none, ...who } = identity(deps, user, {});
  return deps.deliver.form('interaction', {
    payload: JSON.stringify({
      type: 'view_closed',
      ...who,
      view: wireView(deps.workspace, stored),
      is_cleared: isCleared,
    }),
  });
}

export interface SuggestInput {
  readonly user: string;
  readonly actionId: string;
  /** What was typed so far. */
  readonly value: string;
  readonly viewId?: string;
  readonly channel?: string;
  readonly messageTs?: string;
}

/** Asks the app for the options of an external select; late or faulty answers offer nothing, as in Slack. */
export async function suggest(deps: ActorDeps, input: SuggestInput): Promise<Delivery> {
  const place = suggestPlace(deps, input);
  const found = findElement(place.blocks, input.actionId);
  if (found === undefined || readText(found.element, 'type')?.endsWith('external_select') !== true) {
    throw new SandboxRefusal(`there is no external select ${input.actionId} here`);
  }
  const least = Number(readText(found.element, 'min_query_length') ?? 3);
  if (input.value.length < least) return { status: 0, body: { options: [] }, ms: 0, timedOut: false };
  const { trigger_id: _none, ...who } = identity(deps, place.user, {});
  const delivery = await deps.deliver.form('interaction', {
    payload: JSON.stringify({
      type: 'block_suggestion',
      ...who,
      action_id: input.actionId,
      block_id: found.blockId,
      value: input.value,
      ...place.shown,
    }),
  });
  const answer = isSuccess(delivery) && isObject(delivery.body) ? delivery.body : {};
  const isFit = checkOptions(answer).length === 0;
  const groups = readObjects(answer, 'option_groups').flatMap((group) => readObjects(group, 'options'));
  const options = isFit ? [...readObjects(answer, 'options'), ...groups] : [];
  deps.offered.set(input.actionId, options);
  return isFit ? delivery : { ...delivery, body: { options: [] } };
}

function topModal(
  deps: ActorDeps,
  input: { readonly user: string; readonly viewId: string },
): { readonly user: SandboxUser; readonly stored: SandboxView } {
  const user = activeUser(deps.workspace, input.user);
  const modals = viewsOf(deps.workspace, user.id).filter((one) => one.type === 'modal');
  const stored = modals.find((one) => one.id === input.viewId);
  if (stored === undefined) throw new SandboxRefusal(`${user.name} sees no view ${input.viewId}`);
  if (modals.some((one) => one.previousId === stored.id)) throw new SandboxRefusal('another view lies on top of it');
  return { user, stored };
}

/** What Slack's client itself refuses before it sends anything. */
function refuseUnfit(blocks: readonly JsonObject[], values: InputValues, state: ReturnType<typeof readState>): void {
  const elements = listElements(blocks);
  for (const [blockId, actions] of Object.entries(values)) {
    for (const actionId of Object.keys(actions)) {
      const isThere = elements.some((one) => one.blockId === blockId && one.element['action_id'] === actionId);
      if (!isThere) throw new SandboxRefusal(`the form has no input ${blockId} / ${actionId}`);
      if (state[blockId]?.[actionId] === undefined) throw new SandboxRefusal(`${actionId} does not offer that`);
    }
  }
  for (const { block, blockId, element } of elements) {
    if (block['type'] !== 'input') continue;
    const choice = state[blockId]?.[readText(element, 'action_id') ?? ''] ?? {};
    const label = readText(readObject(block, 'label'), 'text') ?? blockId;
    if (block['optional'] !== true && isEmptyChoice(choice)) throw new SandboxRefusal(`"${label}" must be filled in`);
    refuseLength(element, label, choice['value']);
  }
}

function refuseLength(element: JsonObject, label: string, value: unknown): void {
  if (typeof value !== 'string') return;
  const least = Number(element['min_length'] ?? 0);
  const most = Number(element['max_length'] ?? 3000);
  if (value.length < least) throw new SandboxRefusal(`"${label}" needs at least ${least} characters`);
  if (value.length > most) throw new SandboxRefusal(`"${label}" takes at most ${most} characters`);
}

/** One response_url for each channel select that asked for it. */
function responseUrls(
  deps: ActorDeps,
  user: SandboxUser,
  blocks: readonly JsonObject[],
  state: ReturnType<typeof readState>,
): readonly JsonObject[] {
  return listElements(blocks).flatMap(({ element, blockId }) => {
    if (element['response_url_enabled'] !== true) return [];
    const actionId = readText(element, 'action_id') ?? '';
    const choice = state[blockId]?.[actionId] ?? {};
    const channel = readText(choice, 'selected_conversation') ?? readText(choice, 'selected_channel');
    if (channel === undefined) return [];
    const path = issueResponseUrl(deps.workspace, { issuedAt: deps.now(), user: user.id, channel }, 'actions');
    return [{ block_id: blockId, action_id: actionId, channel_id: channel, response_url: deps.url() + path }];
  });
}

function applyAnswer(deps: ActorDeps, stored: SandboxView, delivery: Delivery): void {
  const { workspace } = deps;
  const trouble = () => void keep(workspace, { ...stored, trouble: TROUBLE });
  if (!isSuccess(delivery)) return trouble();
  const answer = isObject(delivery.body) ? delivery.body : {};
  try {
    switch (answer['response_action']) {
      case undefined:
        // Only an empty acknowledgement closes the view.
        if (delivery.body === '' || (isObject(delivery.body) && Object.keys(answer).length === 0)) {
          return popView(workspace, stored);
        }
        return trouble();
      case 'clear':
        return clearStack(workspace, stored);
      case 'update':
        return void updateView(workspace, stored, readView(readObject(answer, 'view')));
      case 'push':
        return void pushView(workspace, stored, readView(readObject(answer, 'view')));
      case 'errors':
        return showErrors(deps, stored, readObject(answer, 'errors'));
      default:
        return trouble();
    }
  } catch (error) {
    if (!(error instanceof ApiRefusal)) throw error;
    return trouble();
  }
}

/** Errors show only beside inputs; for any other block the user sees that something went wrong. */
function showErrors(deps: ActorDeps, stored: SandboxView, errors: JsonObject): void {
  const inputs = readObjects(stored.view, 'blocks').filter((block) => block['type'] === 'input');
  const shown = Object.fromEntries(
    Object.entries(errors).flatMap(([blockId, text]) =>
      typeof text === 'string' && inputs.some((block) => block['block_id'] === blockId) ? [[blockId, text]] : [],
    ),
  );
  const { trouble: _gone, ...rest } = stored;
  const isLost = Object.keys(shown).length === 0;
  keep(deps.workspace, { ...rest, errors: shown, ...(isLost ? { trouble: TROUBLE } : {}) });
}

function suggestPlace(
  deps: ActorDeps,
  input: SuggestInput,
): { readonly user: SandboxUser; readonly blocks: readonly JsonObject[]; readonly shown: JsonObject } {
  const { workspace } = deps;
  if (input.viewId !== undefined) {
    const user = activeUser(workspace, input.user);
    const stored = workspace.views.get(input.viewId);
    if (stored === undefined || stored.user !== user.id) throw new SandboxRefusal(`no view ${input.viewId}`);
    const shown = { container: { type: 'view', view_id: stored.id }, view: wireView(workspace, stored) };
    return { user, blocks: readObjects(stored.view, 'blocks'), shown };
  }
  const { user, channel } = actingIn(workspace, input.user, input.channel ?? '');
  const ts = input.messageTs ?? '';
  const seen =
    findMessage(workspace, channel.id, ts) ??
    workspace.ephemerals.find((one) => one.user === user.id && one.channel === channel.id && one.ts === ts);
  if (seen === undefined) throw new SandboxRefusal(`there is no message ${ts}`);
  const isEphemeral = !('edits' in seen);
  const container = { type: 'message', message_ts: ts, channel_id: channel.id, is_ephemeral: isEphemeral };
  return { user, blocks: seen.blocks, shown: { container, channel: { id: channel.id, name: channel.name } } };
}
