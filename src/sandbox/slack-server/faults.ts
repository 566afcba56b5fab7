/** What goes wrong with one call. */
export type FaultEffect =
  | { readonly kind: 'rate_limited'; readonly retryAfter?: number }
  | { readonly kind: 'http'; readonly status: number }
  /** The deed is done at once and the answer comes late: the hard case for a caller with a time limit. */
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'reset_before' }
  /** The deed is done, the connection is cut: the caller cannot know. */
  | { readonly kind: 'reset_after' }
  | { readonly kind: 'error'; readonly error: string };

export interface Fault {
  /** A Web API method, `response_url`, or left out for all calls. */
  readonly method?: string;
  /** How many calls it hits; left out: until it is removed. */
  readonly count?: number;
  /** How many matching calls pass unharmed first. */
  readonly skip?: number;
  readonly effect: FaultEffect;
}

export type DeliveryKind = 'command' | 'event' | 'interaction';

export interface Faults {
  /** Adds a fault; earlier ones come first. The answer removes it. */
  add(fault: Fault): () => void;
  /** Cuts every connection while it is on, and nothing is done. */
  outage(on: boolean): void;
  /** The next `count` deliveries of that kind reach the app twice, with the same trigger_id or event_id. */
  deliverTwice(kind: DeliveryKind, count?: number): void;
  /** The next `count` deliveries of that kind never reach the app; the user sees Slack's error. */
  lose(kind: DeliveryKind, count?: number): void;
  clear(): void;
}

export interface FaultState extends Faults {
  /** The effect for this call, counted down. */
  take(method: string): FaultEffect | undefined;
  takeTwice(kind: DeliveryKind): boolean;
  takeLost(kind: DeliveryKind): boolean;
}

interface Entry {
  readonly fault: Fault;
  skip: number;
  left: number;
}

/** Holds the faults that were asked for, in the order they were asked for. */
export function createFaults(): FaultState {
  let entries: Entry[] = [];
  let isOut = false;
  const twice = new Map<DeliveryKind, number>();
  const lost = new Map<DeliveryKind, number>();
  return {
    add(fault) {
      const entry: Entry = { fault, skip: fault.skip ?? 0, left: fault.count ?? Number.POSITIVE_INFINITY };
      entries.push(entry);
      return () => {
        entries = entries.filter((one) => one !== entry);
      };
    },
    outage(on) {
      isOut = on;
    },
    deliverTwice: (kind, count = 1) => void twice.set(kind, (twice.get(kind) ?? 0) + count),
    lose: (kind, count = 1) => void lost.set(kind, (lost.get(kind) ?? 0) + count),
    clear() {
      entries = [];
      isOut = false;
      twice.clear();
      lost.clear();
    },
    take(method) {
      if (isOut) return { kind: 'reset_before' };
      const entry = entries.find((one) => matches(one, method));
      if (entry === undefined) return undefined;
      entry.left -= 1;
      entries = entries.filter((one) => one.left > 0);
      return entry.fault.effect;
    },
    takeTwice: (kind) => countDown(twice, kind),
    takeLost: (kind) => countDown(lost, kind),
  };
}

function matches(entry: Entry, method: string): boolean {
  if (entry.fault.method !== undefined && entry.fault.method !== method) return false;
  if (entry.skip === 0) return true;
  entry.skip -= 1;
  return false;
}

function countDown(counts: Map<DeliveryKind, number>, kind: DeliveryKind): boolean {
  const left = counts.get(kind) ?? 0;
  if (left > 0) counts.set(kind, left - 1);
  return left > 0;
}
