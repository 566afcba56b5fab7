import { alertStatus, createHook, HOOK_FLAGS, type Hook, type HookLog } from '../webhooks/hook.ts';
import {
  created,
  forbidden,
  idOf,
  invalid,
  message,
  notFound,
  ok,
  page,
  type Reply,
  ReplyError,
  type RestRequest,
  type Route,
  requireLevel,
  requireText,
  textOf,
} from './reply.ts';

/** Routes of the project's webhooks, over the list that deliveries are made from. */
export function createHookRoutes(hooks: Hook[]): readonly Route[] {
  const find = (request: RestRequest): Hook => {
    requireLevel(request, 40);
    const id = idOf(request, 'hook_id');
    const hook = hooks.find((each) => each.id === id);
    if (hook === undefined) throw new ReplyError(notFound());
    return hook;
  };
  const list = (request: RestRequest): Reply => {
    requireLevel(request, 40);
    return page(
      request,
      hooks.map((hook) => showHook(request, hook)),
    );
  };
  const create = (request: RestRequest): Reply => {
    requireLevel(request, 40);
    return created(showHook(request, addHook(request, hooks)));
  };
  const update = (request: RestRequest): Reply => ok(showHook(request, changeHook(request, find(request))));
  const remove = (request: RestRequest): Reply => {
    hooks.splice(hooks.indexOf(find(request)), 1);
    return { status: 204, body: '' };
  };
  return [
    ['GET', '/projects/:id/hooks', list],
    ['POST', '/projects/:id/hooks', create],
    ['GET', '/projects/:id/hooks/:hook_id', (request) => ok(showHook(request, find(request)))],
    ['GET', '/projects/:id/hooks/:hook_id/events', (request) => listEvents(request, find(request))],
    ['PUT', '/projects/:id/hooks/:hook_id', update],
    ['DELETE', '/projects/:id/hooks/:hook_id', remove],
  ];
}

function addHook(request: RestRequest, hooks: Hook[]): Hook {
  const url = readUrl(request);
  const hook = createHook(request.world.nextId('other'), url, request.world.now());
  // Only pushes are on for a hook made through the API unless told otherwise.
  for (const flag of HOOK_FLAGS) hook.flags[flag] = flag === 'push_events';
  applyInput(request, hook);
  hooks.push(hook);
  return hook;
}

function changeHook(request: RestRequest, hook: Hook): Hook {
  const url = readUrl(request);
  // A changed address resets the secrets, so that they cannot be sent to somebody else's server.
  if (url !== hook.url) {
    hook.token = undefined;
    hook.signingToken = undefined;
  }
  hook.url = url;
  applyInput(request, hook);
  return hook;
}

/** The group's webhooks: Premium has them, and owners of the group alone see them. A project's Maintainer is none. */
export function createGroupHookRoutes(hooks: Hook[]): readonly Route[] {
  // They are those of the top group; one below it has none of its own.
  const ofGroup = ({ world, params, user }: RestRequest): Hook[] => {
    const group = `${(params['group'] ?? '').toLowerCase()}/`;
    const top = world.project.path.slice(0, world.project.path.indexOf('/') + 1);
    if (world.settings.tier !== 'premium' || !world.members.has(user.id)) throw new ReplyError(notFound());
    if (!world.project.path.toLowerCase().startsWith(group)) throw new ReplyError(notFound('Group'));
    if ((world.groupMembers.get(user.id) ?? 0) < 50) throw new ReplyError(forbidden());
    return group === top.toLowerCase() ? hooks : [];
  };
  return [
    [
      'GET',
      '/groups/:group/hooks',
      (request) =>
        page(
          request,
          ofGroup(request).map((hook) => showGroupHook(request, hook)),
        ),
    ],
    ['POST', '/groups/:group/hooks', (request) => created(showGroupHook(request, addHook(request, ofGroup(request))))],
    [
      'PUT',
      '/groups/:group/hooks/:hook_id',
      (request) => {
        const hook = ofGroup(request).find(({ id }) => id === idOf(request, 'hook_id'));
        return hook ? ok(showGroupHook(request, changeHook(request, hook))) : notFound();
      },
    ],
  ];
}

function showGroupHook(request: RestRequest, hook: Hook): Readonly<Record<string, unknown>> {
  return { ...showHook(request, hook), project_id: undefined, group_id: 9 };
}

function readUrl(request: RestRequest): string {
  const url = requireText(request, 'url');
  if (!/^https?:\/\//.test(url)) throw new ReplyError(message(422, 'Invalid url given'));
  return url;
}

function applyInput(request: RestRequest, hook: Hook): void {
  for (const flag of HOOK_FLAGS) {
    const value = textOf(request, flag);
    if (value !== undefined) hook.flags[flag] = value === 'true';
  }
  hook.token = textOf(request, 'token') ?? hook.token;
  hook.name = textOf(request, 'name') ?? hook.name;
  hook.sslVerification = (textOf(request, 'enable_ssl_verification') ?? String(hook.sslVerification)) === 'true';
  const signing = textOf(request, 'signing_token');
  if (signing === undefined) return;
  const isKey = signing.startsWith('whsec_') && Buffer.from(signing.slice(6), 'base64').length === 32;
  if (!isKey) throw new ReplyError(invalid('signing_token is invalid'));
  hook.signingToken = signing;
}

const LOGGED_MS = 7 * 86_400_000;

const STATUS_GROUPS: Readonly<Record<string, readonly [from: number, to: number]>> = {
  successful: [200, 299],
  client_failure: [400, 499],
  server_failure: [500, 599],
};

/** What was sent within the last seven days. The answer says nothing of the time. */
function listEvents(request: RestRequest, hook: Hook): Reply {
  const since = request.world.now().getTime() - LOGGED_MS;
  const wanted = textOf(request, 'status');
  const [from, to] = STATUS_GROUPS[wanted ?? ''] ?? [Number(wanted), Number(wanted)];
  const found = hook.log.filter(
    ({ at, status }) =>
      at.getTime() >= since && (wanted === undefined || (Number(status) >= from && Number(status) <= to)),
  );
  return page(request, found.map(showEvent));
}

function showEvent({ id, url, trigger, headers, payload, status }: HookLog): Readonly<Record<string, unknown>> {
  return {
    id,
    url,
    trigger,
    request_headers: headers['x-gitlab-token'] === undefined ? headers : { ...headers, 'x-gitlab-token': '[REDACTED]' },
    request_data: payload,
    response_headers: {},
    response_body: '',
    execution_duration: 0.01,
    response_status: status,
  };
}

/** The secrets are write-only: only their presence is shown. */
function showHook(request: RestRequest, hook: Hook): Readonly<Record<string, unknown>> {
  return {
    id: hook.id,
    url: hook.url,
    name: hook.name,
    description: '',
    created_at: hook.createdAt.toISOString(),
    project_id: request.world.project.id,
    ...hook.flags,
    enable_ssl_verification: hook.sslVerification,
    token_present: hook.token !== undefined,
    signing_token_present: hook.signingToken !== undefined,
    alert_status: alertStatus(hook, request.world.now()),
    disabled_until: hook.disabledUntil instanceof Date ? hook.disabledUntil.toISOString() : null,
    url_variables: [],
    custom_headers: [],
    push_events_branch_filter: null,
    branch_filter_strategy: 'wildcard',
  };
}
