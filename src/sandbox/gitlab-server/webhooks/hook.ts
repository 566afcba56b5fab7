/** The kinds of webhook the stand-in sends, as `X-Gitlab-Event` names them. */
export type HookEvent = 'Pipeline Hook' | 'Job Hook' | 'Deployment Hook' | 'Tag Push Hook' | 'Release Hook';

/** A project webhook. */
export interface Hook {
  readonly id: number;
  readonly createdAt: Date;
  readonly flags: Record<HookFlag, boolean>;
  url: string;
  token: string | undefined;
  signingToken: string | undefined;
  name: string;
  sslVerification: boolean;
  /** Failures in a row; a 2xx or 3xx ends the row. */
  failures: number;
  /** Until then nothing is sent; `for good`: until somebody tests the hook. */
  disabledUntil: Date | 'for good' | undefined;
  /** What was sent, oldest first, as the events API shows it. */
  readonly log: HookLog[];
}

/** One request that a hook has made. */
export interface HookLog {
  readonly id: number;
  readonly at: Date;
  readonly url: string;
  /** As in `pipeline_hooks`. */
  readonly trigger: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Readonly<Record<string, unknown>>;
  /** A status code as text, or `internal error` when there was no answer. */
  readonly status: string;
}

/** The switches of a hook that the stand-in knows. */
export const HOOK_FLAGS = [
  'push_events',
  'tag_push_events',
  'merge_requests_events',
  'job_events',
  'pipeline_events',
  'deployment_events',
  'releases_events',
  'feature_flag_events',
] as const;

/** One of the switches. */
export type HookFlag = (typeof HOOK_FLAGS)[number];

/** The switch of a hook that lets an event through. */
export const FLAG_OF: Readonly<Record<HookEvent, HookFlag>> = {
  'Pipeline Hook': 'pipeline_events',
  'Job Hook': 'job_events',
  'Deployment Hook': 'deployment_events',
  'Tag Push Hook': 'tag_push_events',
  'Release Hook': 'releases_events',
};

/** A hook with every event switched on that the stand-in can send. */
export function createHook(id: number, url: string, createdAt: Date): Hook {
  const flags = Object.fromEntries(HOOK_FLAGS.map((flag) => [flag, false])) as Record<HookFlag, boolean>;
  for (const flag of Object.values(FLAG_OF)) flags[flag] = true;
  return {
    id,
    createdAt,
    flags,
    url,
    token: undefined,
    signingToken: undefined,
    name: '',
    sslVerification: true,
    failures: 0,
    disabledUntil: undefined,
    log: [],
  };
}

const FREE_FAILURES = 3;
const MAX_FAILURES = 39;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Counts a request. Where the GitLab does so, the fourth failure in a row switches the hook off for a minute, each
 * further one for twice as long, up to a day; the fortieth for good.
 */
export function countAttempt(
  hook: Hook,
  attempt: { readonly isTaken: boolean; readonly now: Date; readonly disables: boolean },
): void {
  hook.failures = attempt.isTaken ? 0 : hook.failures + 1;
  if (attempt.isTaken) hook.disabledUntil = undefined;
  if (!attempt.disables || hook.failures <= FREE_FAILURES) return;
  const ms = Math.min(DAY_MS, MINUTE_MS * 2 ** (hook.failures - FREE_FAILURES - 1));
  hook.disabledUntil = hook.failures > MAX_FAILURES ? 'for good' : new Date(attempt.now.getTime() + ms);
}

/** As `alert_status` shows it; only an executable hook is sent anything. */
export function alertStatus(hook: Hook, now: Date): 'executable' | 'temporarily_disabled' | 'disabled' {
  if (hook.disabledUntil === 'for good') return 'disabled';
  return hook.disabledUntil !== undefined && hook.disabledUntil > now ? 'temporarily_disabled' : 'executable';
}
