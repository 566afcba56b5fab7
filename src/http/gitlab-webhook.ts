import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Log, Wake } from '../app/ports.ts';
import type { AcceptInput } from '../app/store-ports.ts';
import { readBody } from './read-body.ts';
import { sendJson } from './server.ts';

/** GitLab sends no more than this. */
const MAX_BODY_BYTES = 25 * 1024 * 1024;

/** The kinds that GitLab sends, for the metric's label: a label must not take values that outsiders make up. */
const knownKinds: ReadonlySet<string> = new Set([
  'push',
  'tag_push',
  'build',
  'pipeline',
  'deployment',
  'release',
  'merge_request',
  'note',
  'issue',
  'work_item',
  'wiki_page',
  'feature_flag',
  'emoji',
  'milestone',
  'access_token',
  'vulnerability',
]);

export type WebhookResult = 'accepted' | 'repeated' | 'malformed' | 'refused' | 'failed';

/** The reason is for the log: the sender is told the same for each. */
export type WebhookVerdict = { readonly kind: 'ok' } | { readonly kind: 'refused'; readonly reason: string };

export interface WebhookDeps {
  /** Whether the raw bytes are from GitLab, by token or signature. */
  readonly verify: (headers: IncomingHttpHeaders, body: Buffer) => WebhookVerdict;
  /** The same for a repeated delivery, different for any other. */
  readonly deliveryKey: (headers: IncomingHttpHeaders, body: Buffer) => string;
  readonly acceptInput: AcceptInput;
  readonly wake: Wake;
  readonly now: () => Date;
  readonly count: (kind: string, result: WebhookResult) => void;
  readonly log: Log;
  readonly maxBytes?: number | undefined;
}

/**
 * Takes a GitLab webhook: verified, on disk, answered, and nothing else, since GitLab waits ten seconds at most and
 * switches a slow or failing hook off. What it means is found out later, so an unknown kind or project is a 200.
 */
export function createGitLabWebhook(
  deps: WebhookDeps,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const maxBytes = deps.maxBytes ?? MAX_BODY_BYTES;
    const body = await readBody(request, maxBytes);
    if (body === 'aborted') return;
    if (body === 'too_large') {
      deps.count('unknown', 'malformed');
      response.setHeader('connection', 'close');
      return sendJson(response, 413, { error: 'too_large', message: `A delivery has at most ${maxBytes} bytes.` });
    }
    const verdict = deps.verify(request.headers, body);
    if (verdict.kind === 'refused') {
      deps.count('unknown', 'refused');
      deps.log.warn({ reason: verdict.reason }, 'gitlab webhook refused');
      const message = "The hook's secret token or signing token is not the one of this bot.";
      return sendJson(response, 401, { error: 'unauthorized', message });
    }
    const text = body.toString('utf8');
    const kind = kindOf(text);
    if (kind === undefined) {
      deps.count('unknown', 'malformed');
      deps.log.warn({ reason: 'webhook_not_json' }, 'gitlab webhook refused');
      return sendJson(response, 400, { error: 'not_json', message: 'The body is not JSON.' });
    }
    await store(deps, { kind, text, key: `gitlab:${deps.deliveryKey(request.headers, body)}` }, response);
  };
}

async function store(
  deps: WebhookDeps,
  delivery: { readonly kind: string; readonly text: string; readonly key: string },
  response: ServerResponse,
): Promise<void> {
  const { kind, text, key } = delivery;
  try {
    const isNew = await deps.acceptInput({ key, source: 'gitlab', body: text, receivedAt: deps.now() });
    deps.count(kind, isNew ? 'accepted' : 'repeated');
    sendJson(response, 200, { status: isNew ? 'accepted' : 'repeated' });
    if (isNew) deps.wake('inbox');
  } catch (error) {
    deps.count(kind, 'failed');
    deps.log.error({ err: error, delivery_id: key, event: kind }, 'gitlab webhook not stored');
    response.setHeader('retry-after', '10');
    sendJson(response, 503, { error: 'store_unavailable', message: 'Nothing was stored; the poll will catch up.' });
  }
}

/** Undefined when it is not JSON. */
function kindOf(text: string): string | undefined {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json !== 'object' || json === null || !('object_kind' in json)) return 'unknown';
    const kind = json.object_kind;
    return typeof kind === 'string' && knownKinds.has(kind) ? kind : 'unknown';
  } catch {
    // The answer says it: not JSON.
    return undefined;
  }
}
