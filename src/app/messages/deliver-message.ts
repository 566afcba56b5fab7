import { SlackError } from '../../domain/errors.ts';
import type { Checkpoint, Clock, Lease, Log, Settings, SlackContent, SlackGateway } from '../ports.ts';
import { responseUrlLifeMs } from '../still-open.ts';
import type { OutboxRow, Store } from '../store-ports.ts';
import {
  findHeldChannel,
  forgetChannel,
  type HeldChannel,
  holdChannel,
  isOurChannel,
  reopenChannel,
} from './held-channel.ts';
import type { Pace } from './pace.ts';

export interface DeliverMessageDeps {
  readonly slack: Pick<SlackGateway, 'post' | 'update' | 'postEphemeral' | 'respond' | 'findPosted' | 'permalink'>;
  readonly settings: () => Pick<Settings, 'projects' | 'operationsChannel' | 'retention'>;
  readonly store: Store;
  readonly lease: Lease;
  readonly clock: Clock;
  readonly pace: Pace;
  readonly checkpoint: Checkpoint;
  readonly log: Log;
  /** Between 0 and 1; spreads retries. */
  readonly random: () => number;
}

/** No write to Slack may take longer; the lease must hold for as long. */
const writeLimitMs = 8_000;

/** After an unknown outcome Slack gets this long to show the message before we look for it. */
const lookAfterMs = 5_000;

/** A link to a message that is not posted yet holds its message back for at most this long. */
const linkWaitMs = 10_000;

/** A reply that is older when it can be sent at last stays in its thread. */
const broadcastLifeMs = 60 * 60_000;

/**
 * Sends one outbox row: posts a message, edits it, or gives an answer. The attempt is on disk before the request
 * leaves; after an unknown outcome we first look for the message by its id, so nothing is said twice and nothing is
 * lost.
 */
export async function deliverMessage(row: OutboxRow, deps: DeliverMessageDeps): Promise<void> {
  const now = deps.clock.now();
  if (row.answer && now.getTime() - row.createdAt.getTime() > responseUrlLifeMs)
    return bury(row, 'answer_too_late', deps);
  if (row.rootDead) return bury(row, 'root_dead', deps);
  const held = row.answer ? undefined : await findHeldChannel(deps.store.tables.meta, row.channel);
  if (held && (await isParked(row, held, deps))) return;
  let stage: Stage = 'before';
  try {
    const content = await prepare(row, deps);
    if (!content) return;
    stage = 'sending';
    await send(row, content, deps);
    // An edit is taken in some channels where nobody may post.
    if (held && row.ts === undefined) await reopenChannel(row.channel, held, deps);
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    await failed(row, { error, stage }, deps);
  }
}

/** Without asking Slack: the message waits for the channel's next trial, or has none to wait for. */
async function isParked(row: OutboxRow, held: HeldChannel, deps: DeliverMessageDeps): Promise<boolean> {
  const now = deps.clock.now();
  if (!isOurChannel(row.channel, deps)) {
    await forgetChannel(deps.store.tables.meta, row.channel);
    await bury(row, held.code, deps);
    return true;
  }
  const ageMs = now.getTime() - row.createdAt.getTime();
  if (row.ts === undefined && ageMs > deps.settings().retention.eventsMs) {
    await bury(row, held.code, deps);
    return true;
  }
  if (held.probeAt <= now) return false;
  const waiting = { notBefore: held.probeAt, error: held.code, outcome: 'unknown' } as const;
  await deps.store.tables.outbox.retryLater(row.id, waiting);
  return true;
}

/** What failed: a read that comes before the message, or the message itself. */
type Stage = 'before' | 'sending';

/** What is to be sent now. Undefined: not yet, or not any more, since an attempt with an unknown outcome did arrive. */
async function prepare(row: OutboxRow, deps: DeliverMessageDeps): Promise<SlackContent | undefined> {
  const { outbox } = deps.store.tables;
  const lookInMs = untilLookMs(row, deps.clock.now());
  if (lookInMs > 0) return wait(row, { ms: lookInMs, error: 'waits to be looked for' }, deps);
  const linked = await resolveLinks(row, deps);
  if (!linked) return wait(row, { ms: 300, error: 'waits for the message it links to' }, deps);
  await deps.lease.ensure(writeLimitMs);
  const found =
    row.ts === undefined && row.sendingSince && !row.answer ? await findPosted(row, row.sendingSince, deps) : undefined;
  if (found === undefined) return linked;
  // Which state of it was posted we cannot know: keeping `sentVersion` makes the next pass edit it once.
  await outbox.sent(row.id, { version: row.sentVersion, ts: found }, deps.clock.now());
  return undefined;
}

/** After a crash in the middle of a post, the start may come before Slack shows what was posted. */
function untilLookMs(row: OutboxRow, now: Date): number {
  if (row.ts !== undefined || row.answer || !row.sendingSince) return 0;
  const agoMs = now.getTime() - row.sendingSince.getTime();
  return agoMs < 0 ? 0 : Math.max(0, lookAfterMs - agoMs);
}

/** Puts the row back without forgetting an attempt whose outcome is unknown. */
async function wait(
  row: OutboxRow,
  { ms, error }: { readonly ms: number; readonly error: string },
  deps: DeliverMessageDeps,
): Promise<undefined> {
  await deps.store.tables.outbox.retryLater(row.id, { notBefore: after(deps, ms), error, outcome: 'unknown' });
}

async function send(row: OutboxRow, content: SlackContent, deps: DeliverMessageDeps): Promise<void> {
  const { outbox } = deps.store.tables;
  await outbox.sending(row.id, deps.clock.now());
  deps.pace.sent(row, deps.clock.now());
  await deps.checkpoint('message_sending');
  const ts = await call(row, content, deps);
  await deps.checkpoint('message_sent');
  await outbox.sent(row.id, { version: row.version, ts }, deps.clock.now());
  await deps.checkpoint('message_recorded');
}

async function call(
  row: OutboxRow,
  { text, blocks }: SlackContent,
  deps: DeliverMessageDeps,
): Promise<string | undefined> {
  const { slack } = deps;
  const { answer } = row;
  if (answer?.kind === 'response_url') {
    await slack.respond(answer.url, { text, blocks, replaceOriginal: answer.replaceOriginal });
    return undefined;
  }
  if (answer) {
    await slack.postEphemeral({ text, blocks, channel: answer.channel, user: answer.user, threadTs: answer.threadTs });
    return undefined;
  }
  if (row.ts !== undefined) {
    await slack.update({ text, blocks, channel: row.channel, ts: row.ts });
    return row.ts;
  }
  const posted = await slack.post({
    text,
    blocks,
    channel: row.channel,
    threadTs: row.rootTs,
    broadcast: row.broadcast && deps.clock.now().getTime() - row.createdAt.getTime() < broadcastLifeMs,
    outboxId: row.id,
  });
  return posted.ts;
}

function findPosted(row: OutboxRow, since: Date, deps: DeliverMessageDeps): Promise<string | undefined> {
  return deps.slack.findPosted({ channel: row.channel, threadTs: row.rootTs, outboxId: row.id, since });
}

async function failed(
  row: OutboxRow,
  { error, stage }: { readonly error: SlackError; readonly stage: Stage },
  deps: DeliverMessageDeps,
): Promise<void> {
  const { outbox } = deps.store.tables;
  const fields = { channel: row.channel, attempt: row.attempts + 1, err: error };
  if (error.outcome === 'unknown') {
    deps.log.warn(fields, 'message may have been sent, will look');
    return outbox.retryLater(row.id, {
      notBefore: after(deps, lookAfterMs),
      error: error.slackCode,
      outcome: 'unknown',
    });
  }
  // A look that failed says nothing about the attempt that it was to look for.
  const outcome = stage === 'before' ? 'unknown' : 'none';
  if (error.closesChannel && !row.answer && isOurChannel(row.channel, deps)) {
    const notBefore = await holdChannel(row.channel, error, deps);
    return outbox.retryLater(row.id, { notBefore, error: error.slackCode, outcome });
  }
  if (!error.retryable) {
    deps.log.error(fields, 'message refused by slack');
    return outbox.dead(row.id, error.slackCode, deps.clock.now());
  }
  const notBefore = after(deps, error.retryAfterMs ?? backOffMs(row.attempts, deps.random()));
  if (error.retryAfterMs !== undefined) deps.pace.rest(row, notBefore);
  deps.log.warn(fields, 'message not sent, will try again');
  return outbox.retryLater(row.id, { notBefore, error: error.slackCode, outcome });
}

/** 1 s, 2 s, 4 s … 5 min, spread by half so that many rows do not come back at once. */
function backOffMs(attempts: number, random: number): number {
  const full = Math.min(300_000, 1_000 * 2 ** Math.min(attempts, 9));
  return full / 2 + (full / 2) * random;
}

async function bury(row: OutboxRow, reason: string, deps: DeliverMessageDeps): Promise<void> {
  deps.log.error({ channel: row.channel, reason }, 'message given up');
  await deps.store.tables.outbox.dead(row.id, reason, deps.clock.now());
}

/** Puts Slack's addresses in place of `message://` links; undefined while one of them is not posted yet. */
async function resolveLinks(row: OutboxRow, deps: DeliverMessageDeps): Promise<SlackContent | undefined> {
  const json = JSON.stringify(row.blocks);
  // Whole addresses only: what people wrote may look like one of ours and stays as it is.
  const keys = new Set([...json.matchAll(/"url":"message:\/\/([^"\\]+)"/g)].map((match) => match[1] ?? ''));
  if (keys.size === 0) return row;
  let resolved = json;
  for (const key of keys) {
    const target = await deps.store.tables.outbox.find(readKey(key));
    const waiting = target?.ts === undefined && deps.clock.now().getTime() - row.createdAt.getTime() < linkWaitMs;
    if (waiting) return undefined;
    const url =
      target?.ts === undefined
        ? channelUrl(target?.channel ?? row.channel)
        : await findUrl(target.channel, target.ts, deps);
    resolved = resolved.replaceAll(`"url":"message://${key}"`, () => `"url":${JSON.stringify(url)}`);
  }
  return { text: row.text, blocks: JSON.parse(resolved) as readonly unknown[] };
}

/** Slack opens the channel for this address; better than no link when the thread is held up. */
function channelUrl(channel: string): string {
  return `https://slack.com/app_redirect?channel=${encodeURIComponent(channel)}`;
}

/** Slack's address of a message; one that somebody deleted has none, and its channel has to do. */
async function findUrl(channel: string, ts: string, deps: DeliverMessageDeps): Promise<string> {
  try {
    return await deps.slack.permalink(channel, ts);
  } catch (error) {
    if (error instanceof SlackError && !error.retryable) return channelUrl(channel);
    throw error;
  }
}

/** An address of somebody else's may begin like ours and not be encoded: then it names no message of ours. */
function readKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    // Not encoded by us.
    return key;
  }
}

function after(deps: DeliverMessageDeps, ms: number): Date {
  return new Date(deps.clock.now().getTime() + ms);
}
