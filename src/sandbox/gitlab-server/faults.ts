/** Which requests a fault meets: `path` is a part of the path, or a pattern over it. */
export interface FaultMatch {
  readonly method?: string;
  readonly path?: string | RegExp;
}

/** How a request goes wrong. */
export type RestFault =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterS?: number; readonly echo?: boolean }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'reset before' }
  | { readonly kind: 'reset after' };

/** What happens to the next webhooks. */
export interface WebhookFaults {
  /** How many of the next are lost; Infinity for all. */
  drop: number;
  /** How many of the next are sent twice, with the same Idempotency-Key. */
  duplicate: number;
  /** While true they wait for `releaseWebhooks`. */
  hold: boolean;
}

/** What goes wrong on request. Every REST fault counts down; without a count it happens once. */
export interface Faults {
  /**
   * Answers with this status instead of doing anything. 429 has a plain text body, as in GitLab. `echo`: what it says
   * quotes the token of the request, as a proxy between here and there may.
   */
  readonly status: (
    match: FaultMatch,
    status: number,
    options?: { readonly count?: number; readonly retryAfterS?: number; readonly echo?: boolean },
  ) => void;
  /** Answers late. */
  readonly slow: (match: FaultMatch, ms: number, count?: number) => void;
  /** Cuts the connection before anything is done. */
  readonly resetBefore: (match: FaultMatch, count?: number) => void;
  /** Cuts the connection after GitLab has done what was asked. */
  readonly resetAfter: (match: FaultMatch, count?: number) => void;
  /** Every request is answered with 401. */
  readonly refuseToken: (refuse: boolean) => void;
  /** All of REST is away: 502, or connections are cut. */
  readonly outage: (kind: '502' | 'reset' | undefined) => void;
  /** Loses the next webhooks. */
  readonly dropWebhooks: (count: number | 'all') => void;
  /** Sends the next webhooks twice. */
  readonly duplicateWebhooks: (count: number | 'all') => void;
  /** Keeps webhooks back. */
  readonly holdWebhooks: () => void;
  /** Sends what was kept back. */
  readonly releaseWebhooks: (order?: 'in order' | 'reversed') => void;
  /** Everything goes well again; held webhooks are sent. */
  readonly clear: () => void;
}

interface Entry {
  readonly match: FaultMatch;
  readonly fault: RestFault;
  left: number;
}

/** The faults as they stand, for the parts that act on them. */
export interface FaultState {
  readonly entries: Entry[];
  readonly webhooks: WebhookFaults;
  isTokenRefused: boolean;
  outage: '502' | 'reset' | undefined;
}

/** No faults at all. */
export function createFaultState(): FaultState {
  return { entries: [], webhooks: { drop: 0, duplicate: 0, hold: false }, isTokenRefused: false, outage: undefined };
}

/** The methods over the state; `release` sends what was held. */
export function createFaults(state: FaultState, release: (order: 'in order' | 'reversed') => void): Faults {
  const add = (match: FaultMatch, fault: RestFault, count = 1): void => {
    state.entries.push({ match, fault, left: count });
  };
  const { webhooks } = state;
  return {
    status: (match, status, { count, retryAfterS, echo = false } = {}) =>
      add(match, { kind: 'status', status, echo, ...(retryAfterS === undefined ? {} : { retryAfterS }) }, count),
    slow: (match, ms, count) => add(match, { kind: 'slow', ms }, count),
    resetBefore: (match, count) => add(match, { kind: 'reset before' }, count),
    resetAfter: (match, count) => add(match, { kind: 'reset after' }, count),
    refuseToken: (refuse) => {
      state.isTokenRefused = refuse;
    },
    outage: (kind) => {
      state.outage = kind;
    },
    dropWebhooks: (count) => {
      webhooks.drop = count === 'all' ? Number.POSITIVE_INFINITY : count;
    },
    duplicateWebhooks: (count) => {
      webhooks.duplicate = count === 'all' ? Number.POSITIVE_INFINITY : count;
    },
    holdWebhooks: () => {
      webhooks.hold = true;
    },
    releaseWebhooks: (order = 'in order') => release(order),
    clear: () => {
      state.entries.splice(0);
      state.isTokenRefused = false;
      state.outage = undefined;
      webhooks.drop = 0;
      webhooks.duplicate = 0;
      release('in order');
    },
  };
}

/** The faults that meet this request, each counted down by one. */
export function takeFaults(state: FaultState, method: string, path: string): readonly RestFault[] {
  const met = state.entries.filter((entry) => entry.left > 0 && meets(entry.match, method, path));
  for (const entry of met) entry.left -= 1;
  return met.map((entry) => entry.fault);
}

/** Counts a webhook fault down; true when this one is hit. */
export function takeOne(faults: WebhookFaults, kind: 'drop' | 'duplicate'): boolean {
  if (faults[kind] <= 0) return false;
  faults[kind] -= 1;
  return true;
}

function meets(match: FaultMatch, method: string, path: string): boolean {
  if (match.method !== undefined && match.method.toUpperCase() !== method) return false;
  if (match.path === undefined) return true;
  return typeof match.path === 'string' ? path.includes(match.path) : match.path.test(path);
}
