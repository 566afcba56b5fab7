import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Deeds } from './deeds.ts';
import type { Faults } from './faults.ts';
import { message, notFound, ok, type Reply } from './rest/reply.ts';
import { readBody, send } from './rest/serve.ts';
import { viewState } from './view.ts';
import { jobOf, type World } from './world.ts';

/** What the page's own endpoints act on. */
export interface ControlDeps {
  readonly world: World;
  readonly deeds: Deeds;
  readonly faults: Faults;
  readonly setWebhook: (url: string, token: string) => void;
  readonly onChange: (listener: () => void) => () => void;
}

const TagInput = z.object({
  name: z.string(),
  message: z.string().optional(),
  commits: z.number().optional(),
  username: z.string().optional(),
});
const BranchInput = z.object({
  name: z.string(),
  title: z.string().optional(),
  commits: z.number().optional(),
  username: z.string().optional(),
  mergeRequest: z.boolean().optional(),
});
const JobInput = z.object({
  username: z.string().optional(),
  log: z.string().optional(),
  failureReason: z.string().optional(),
});

const Count = z.union([z.number(), z.literal('all')]);
const Match = { method: z.string().optional(), path: z.string().optional(), count: z.number().optional() };
const FaultInput = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('status'), status: z.number(), retryAfterS: z.number().optional(), ...Match }),
  z.object({ kind: z.literal('slow'), ms: z.number(), ...Match }),
  z.object({ kind: z.literal('resetBefore'), ...Match }),
  z.object({ kind: z.literal('resetAfter'), ...Match }),
  z.object({ kind: z.literal('refuseToken'), refuse: z.boolean() }),
  z.object({ kind: z.literal('outage'), outage: z.enum(['502', 'reset', 'none']) }),
  z.object({ kind: z.literal('dropWebhooks'), count: Count }),
  z.object({ kind: z.literal('duplicateWebhooks'), count: Count }),
  z.object({ kind: z.literal('holdWebhooks') }),
  z.object({ kind: z.literal('releaseWebhooks'), order: z.enum(['in order', 'reversed']).optional() }),
  z.object({ kind: z.literal('clear') }),
]);
const SettingsInput = z.object({
  webhook: z.object({ url: z.string(), token: z.string() }).optional(),
  tier: z.enum(['free', 'premium']).optional(),
  variablesRole: z.enum(['developer', 'maintainer', 'owner', 'no_one_allowed']).optional(),
  rollbackAllowed: z.boolean().optional(),
  forwardDeployment: z.boolean().optional(),
  approvalHooks: z.boolean().optional(),
  faults: z.array(FaultInput).optional(),
});

/** Makes the listener for everything below `/sandbox`: the deeds over JSON, for stand-ins in their own process. */
export function createControlListener(
  deps: ControlDeps,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', deps.world.baseUrl);
    allowLoopback(request, response);
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    if (request.method === 'GET' && pathname === '/sandbox/events') {
      streamChanges(deps, request, response);
      return;
    }
    const { value } = await readBody(request);
    try {
      send(response, await answer(deps, `${request.method ?? 'GET'} ${pathname}`, value ?? {}));
    } catch (error) {
      // Whatever went wrong is the caller's mistake: a person at the page reads the text.
      send(response, message(400, error instanceof Error ? error.message : String(error)));
    }
  };
}

async function answer(deps: ControlDeps, route: string, input: unknown): Promise<Reply> {
  if (route === 'GET /sandbox/state') return ok(viewState(deps.world));
  if (route === 'POST /sandbox/tags') {
    const { name, ...options } = defined(TagInput.parse(input));
    return ok(await deps.deeds.pushTag(name, options));
  }
  if (route === 'POST /sandbox/branches') {
    const { name, ...options } = defined(BranchInput.parse(input));
    return ok(await deps.deeds.pushBranch(name, options));
  }
  if (route === 'POST /sandbox/settings') return changeSettings(deps, SettingsInput.parse(input));
  const match = /^POST \/sandbox\/jobs\/(\d+)\/(play|retry|cancel|finish|fail)$/.exec(route);
  if (match === null) return notFound();
  return ok(await actOnJob(deps, Number(match[1]), { action: match[2] ?? '', input: JobInput.parse(input) }));
}

async function actOnJob(
  { world, deeds }: ControlDeps,
  jobId: number,
  { action, input }: { action: string; input: z.infer<typeof JobInput> },
): Promise<unknown> {
  const { username, ...ending } = defined(input);
  switch (action) {
    case 'play':
      return deeds.play(jobId, username);
    case 'retry':
      return deeds.retry(jobId, username);
    case 'cancel':
      return deeds.cancel(jobId, username);
    default: {
      const { name, pipelineId, status } = jobOf(world, jobId);
      if (action === 'fail' && status !== 'running' && status !== 'pending') {
        // It has not begun: its next run is to fail.
        deeds.planFailure(name, ending);
      } else {
        await deeds.finish(name, action === 'fail' ? 'failed' : 'success', { ...ending, pipelineId });
      }
      return deeds.job(name, pipelineId);
    }
  }
}

function changeSettings({ world, faults, setWebhook }: ControlDeps, input: z.infer<typeof SettingsInput>): Reply {
  if (input.webhook !== undefined) setWebhook(input.webhook.url, input.webhook.token);
  const { tier, variablesRole, rollbackAllowed, forwardDeployment, approvalHooks } = input;
  Object.assign(world.settings, defined({ tier, variablesRole, rollbackAllowed, forwardDeployment, approvalHooks }));
  for (const fault of input.faults ?? []) applyFault(faults, fault);
  return ok({ settings: world.settings });
}

function applyFault(faults: Faults, fault: z.infer<typeof FaultInput>): void {
  switch (fault.kind) {
    case 'status':
      return faults.status(
        matchOf(fault),
        fault.status,
        defined({ count: fault.count, retryAfterS: fault.retryAfterS }),
      );
    case 'slow':
      return faults.slow(matchOf(fault), fault.ms, fault.count);
    case 'resetBefore':
      return faults.resetBefore(matchOf(fault), fault.count);
    case 'resetAfter':
      return faults.resetAfter(matchOf(fault), fault.count);
    case 'refuseToken':
      return faults.refuseToken(fault.refuse);
    case 'outage':
      return faults.outage(fault.outage === 'none' ? undefined : fault.outage);
    case 'dropWebhooks':
      return faults.dropWebhooks(fault.count);
    case 'duplicateWebhooks':
      return faults.duplicateWebhooks(fault.count);
    case 'holdWebhooks':
      return faults.holdWebhooks();
    case 'releaseWebhooks':
      return faults.releaseWebhooks(fault.order);
    case 'clear':
      return faults.clear();
  }
}

function matchOf(fault: { method?: string | undefined; path?: string | undefined }): {
  method?: string;
  path?: string;
} {
  return defined({ method: fault.method, path: fault.path });
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Defined<T>;
}

/** The page may be served from another port of this machine, and from nowhere else. */
function allowLoopback(request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  if (origin === undefined || !/^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?$/.test(origin)) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-headers', 'content-type');
}

function streamChanges(deps: ControlDeps, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('event: change\ndata: {}\n\n');
  const stop = deps.onChange(() => response.write('event: change\ndata: {}\n\n'));
  request.on('close', stop);
}
