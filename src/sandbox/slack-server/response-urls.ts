import { randomBytes } from 'node:crypto';
import type { FaultState } from './faults.ts';
import { type JsonObject, readFlag, readText } from './json.ts';
import { type MessageContent, readContent } from './message-content.ts';
import { updated } from './methods/chat.ts';
import { ApiRefusal } from './refusal.ts';
import { type Answer, answerWith, type RecordedCall, withFault } from './web-api.ts';
import { addMessage, findMessage, nextTs, type ResponseUrl, replaceMessage, type Workspace } from './workspace.ts';

const MAX_USES = 5;
const LIFE_MS = 30 * 60_000;

export interface ResponseUrlDeps {
  readonly workspace: Workspace;
  readonly now: () => Date;
  readonly faults: FaultState;
  readonly calls: RecordedCall[];
  readonly changed: () => void;
}

/** Issues the path of a new response_url: five uses within thirty minutes. */
export function issueResponseUrl(
  workspace: Workspace,
  use: Omit<ResponseUrl, 'uses'>,
  kind: 'commands' | 'actions',
): string {
  const path = `/${kind}/${workspace.teamId}/${workspace.sequence}/${randomBytes(12).toString('hex')}`;
  workspace.responseUrls.set(path, { ...use, uses: 0 });
  return path;
}

/** Answers a POST to a response_url. Refusals here are HTTP errors, unlike in the Web API. */
export function callResponseUrl(deps: ResponseUrlDeps, path: string, args: JsonObject): Answer {
  const answer = withFault(deps.faults.take('response_url'), () => perform(deps, path, args));
  const { status, body: result, isReset: reset } = answer;
  deps.calls.push({ method: 'response_url', args, at: deps.now(), status, result, reset });
  deps.changed();
  return answer;
}

function perform(deps: ResponseUrlDeps, path: string, args: JsonObject): Answer {
  const { workspace } = deps;
  const now = deps.now();
  const url = workspace.responseUrls.get(path);
  if (url === undefined) return refused(404, 'no_such_url');
  if (now.getTime() - url.issuedAt.getTime() > LIFE_MS) return refused(404, 'expired_url');
  if (url.uses >= MAX_USES) return refused(404, 'used_url');
  workspace.responseUrls.set(path, { ...url, uses: url.uses + 1 });
  try {
    showAnswer(workspace, url, args, now);
    return answerWith({ ok: true });
  } catch (error) {
    if (!(error instanceof ApiRefusal)) throw error;
    return refused(400, error.slackError, error.extra);
  }
}

function refused(status: number, error: string, extra: JsonObject = {}): Answer {
  return { ...answerWith({ ok: false, error, ...extra }), status };
}

/** Shows what an app answered: to a response_url, or in the body of its acknowledgement of a command. */
export function showAnswer(workspace: Workspace, url: ResponseUrl, args: JsonObject, now: Date): void {
  const { source } = url;
  if (source !== undefined && readFlag(args, 'delete_original')) return deleteSource(workspace, url);
  // Without a clicked message there is no original: a command's answer is never replaced by the next one.
  if (source === undefined && readFlag(args, 'delete_original')) return;
  const content = readContent(args);
  if (source !== undefined && readFlag(args, 'replace_original')) return replaceSource(workspace, url, content);
  const threadTs = readText(args, 'thread_ts');
  const shared = {
    ...content,
    channel: url.channel,
    ts: nextTs(workspace, now),
    ...(threadTs === undefined ? {} : { threadTs }),
  };
  if (readText(args, 'response_type') === 'in_channel') {
    const { botUserId: user, botId } = workspace;
    addMessage(workspace, {
      ...shared,
      user,
      botId,
      replyBroadcast: false,
      edits: 0,
      isEdited: false,
      deleted: false,
    });
    return;
  }
  // An ephemeral answer to a click stays in the thread of the clicked message.
  const besides = threadTs === undefined && source?.threadTs !== undefined ? { threadTs: source.threadTs } : {};
  const { metadata: _unseen, ...visible } = shared;
  workspace.ephemerals.push({ ...visible, ...besides, user: url.user, from: 'app' });
}

function deleteSource(workspace: Workspace, url: ResponseUrl): void {
  const ts = url.source?.ts ?? '';
  if (url.source?.isEphemeral === true) {
    const at = findEphemeral(workspace, url.user, ts);
    if (at >= 0) workspace.ephemerals.splice(at, 1);
    return;
  }
  const message = findMessage(workspace, url.channel, ts);
  if (message !== undefined) replaceMessage(workspace, { ...message, deleted: true });
}

function replaceSource(workspace: Workspace, url: ResponseUrl, content: MessageContent): void {
  const ts = url.source?.ts ?? '';
  if (url.source?.isEphemeral !== true) {
    const message = findMessage(workspace, url.channel, ts);
    if (message === undefined) throw new ApiRefusal('message_not_found');
    replaceMessage(workspace, updated(message, content));
    return;
  }
  const at = findEphemeral(workspace, url.user, ts);
  const current = workspace.ephemerals[at];
  if (current === undefined) throw new ApiRefusal('message_not_found');
  const { text, blocks, attachments } = content;
  // An ephemeral message can never become public, whatever response_type says.
  workspace.ephemerals[at] = { ...current, text, blocks, attachments };
}

function findEphemeral(workspace: Workspace, user: string, ts: string): number {
  return workspace.ephemerals.findIndex((one) => one.user === user && one.ts === ts);
}
