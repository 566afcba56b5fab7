import { createHash } from 'node:crypto';
import type { Log, Wake } from '../app/ports.ts';
import type { AcceptInput } from '../app/store-ports.ts';
import { StoreError } from '../domain/errors.ts';

/** Slack gives up after 3 s; what is left is for the way back. */
const STORE_TIMEOUT_MS = 2_500;

export type SlackBody = Readonly<Record<string, unknown>>;

/** `stored`: on disk. `failed`: certainly not. `late`: not known in time; it may still become durable. */
export type Intake = 'stored' | 'failed' | 'late';

export interface IntakeDeps {
  readonly acceptInput: AcceptInput;
  readonly wake: Wake;
  readonly now: () => Date;
  readonly log: Log;
  readonly storeTimeoutMs?: number | undefined;
}

/**
 * Makes a payload durable before it is acknowledged. `spentMs` of Slack's patience are used up already. Never throws:
 * the caller still has to answer Slack.
 */
export function createIntake(deps: IntakeDeps): (body: SlackBody, spentMs?: number) => Promise<Intake> {
  return async (body, spentMs = 0) => {
    const key = inboxKey(body);
    const storing = store(deps, key, body);
    const intake = await inTime(storing, Math.max(0, (deps.storeTimeoutMs ?? STORE_TIMEOUT_MS) - spentMs));
    if (intake === 'late') {
      deps.log.error({ delivery_id: key, reason: 'store_slow' }, 'slack input not stored in time');
      void storing.then((result) => result === 'stored' && deps.wake('inbox'));
    }
    return intake;
  };
}

async function store(deps: IntakeDeps, key: string, body: SlackBody): Promise<Intake> {
  try {
    await deps.acceptInput({ key, source: 'slack', body: storableBody(body), receivedAt: deps.now() });
    return 'stored';
  } catch (error) {
    deps.log.error({ err: error, delivery_id: key }, 'slack input not stored');
    return 'failed';
  }
}

async function inTime(storing: Promise<Intake>, ms: number): Promise<Intake> {
  const { promise: late, resolve } = Promise.withResolvers<Intake>();
  const timer = setTimeout(() => resolve('late'), ms);
  try {
    return await Promise.race([storing, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What the person reads when the payload could not be stored. */
export function describeIntakeFailure(intake: Exclude<Intake, 'stored'>): string {
  return intake === 'failed'
    ? 'This was not taken: the bot cannot store anything at the moment. Try again in a minute. Nothing was changed. `store_unavailable`'
    : "This may be late: the bot's storage is slow. If no answer comes within a minute, try again. Nothing was changed so far. `store_slow`";
}

/** The same as an error, for payloads that are answered with a status. */
export function intakeError(intake: Exclude<Intake, 'stored'>): StoreError {
  return new StoreError(describeIntakeFailure(intake), { hint: 'Look at the store: disk, database, connection.' });
}

/**
 * What makes a repeated delivery one row: Slack repeats events by `event_id`, and a signed request can be sent again
 * within five minutes with the same `trigger_id`.
 */
export function inboxKey(body: SlackBody): string {
  const { event_id: eventId, trigger_id: triggerId } = body;
  if (typeof eventId === 'string' && eventId !== '') return `slack:event:${eventId}`;
  if (typeof triggerId === 'string' && triggerId !== '') return `slack:trigger:${triggerId}`;
  return `slack:payload:${createHash('sha256').update(JSON.stringify(body)).digest('hex')}`;
}

/** Without Slack's old verification token, which is the same for every payload and would lie in the database. */
function storableBody({ token: _token, ...body }: SlackBody): string {
  return JSON.stringify(body);
}
