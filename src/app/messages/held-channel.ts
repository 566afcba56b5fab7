import { z } from 'zod';
import { renderChannelClosed } from '../../cards/channel-closed.ts';
import { renderChannelReopened } from '../../cards/channel-reopened.ts';
import type { SlackError } from '../../domain/errors.ts';
import type { Clock, Log, Settings } from '../ports.ts';
import type { MetaTable, Store, Tables } from '../store-ports.ts';

/** A channel that Slack lets us post in no more, and when we ask again. */
export interface HeldChannel {
  /** Slack's error code. */
  readonly code: string;
  readonly since: Date;
  readonly probeAt: Date;
}

export interface HeldChannelDeps {
  readonly settings: () => Pick<Settings, 'projects' | 'operationsChannel'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

/** How often one message is tried in a channel that took none. */
const probeEveryMs = 10 * 60_000;

const prefix = 'channel_held/';

const Held = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(z.object({ code: z.string(), since: z.number(), probeAt: z.number() }))
  .transform(({ code, since, probeAt }) => ({ code, since: new Date(since), probeAt: new Date(probeAt) }));

/** Undefined for a channel that can be posted in, as far as we know. */
export async function findHeldChannel(meta: MetaTable, channel: string): Promise<HeldChannel | undefined> {
  const text = await meta.get(prefix + channel);
  return text === undefined || text === '' ? undefined : Held.parse(text);
}

/** All channels that are held, by id. */
export async function heldChannels(meta: MetaTable): Promise<ReadonlyMap<string, HeldChannel>> {
  const rows = [...(await meta.list(prefix))].filter(([, text]) => text !== '');
  return new Map(rows.map(([name, text]) => [name.slice(prefix.length), Held.parse(text)]));
}

/** Whether `chatops.yml` names the channel, or somebody has it watch a project. */
export function isOurChannel(channel: string, { settings }: Pick<HeldChannelDeps, 'settings'>): boolean {
  const { projects, operationsChannel } = settings();
  return channel === operationsChannel || projects.some(({ channels }) => channels.some(({ id }) => id === channel));
}

/**
 * Stops sending to a channel that Slack refuses us. Told once, in the operations channel, with what mends it; where
 * that is the one refused, the log has to do. Returns when the channel is to be tried again.
 */
export async function holdChannel(channel: string, error: SlackError, deps: HeldChannelDeps): Promise<Date> {
  const now = deps.clock.now();
  const probeAt = new Date(now.getTime() + probeEveryMs);
  const { operationsChannel } = deps.settings();
  const isNew = await deps.store.transaction(async (tables) => {
    const held = await findHeldChannel(tables.meta, channel);
    const since = held?.since ?? now;
    await save(tables, channel, { code: error.slackCode, since, probeAt });
    if (held) return false;
    if (operationsChannel === undefined || operationsChannel === channel) return true;
    await tables.outbox.put(
      {
        key: toldKey(operationsChannel, channel, since),
        channel: operationsChannel,
        rootKey: undefined,
        lane: 'failure',
        ...renderChannelClosed({ channel, code: error.slackCode, mend: error.hint }),
      },
      now,
    );
    return true;
  });
  const fields = { channel, reason: error.slackCode, hint: error.hint };
  if (isNew) deps.log.error(fields, 'channel takes no messages, they wait');
  else deps.log.warn(fields, 'channel still takes no messages');
  return probeAt;
}

/** Goes on sending to a channel that took a message again, and says so there and where its closing was told. */
export async function reopenChannel(channel: string, held: HeldChannel, deps: HeldChannelDeps): Promise<void> {
  const now = deps.clock.now();
  const { operationsChannel } = deps.settings();
  const card = renderChannelReopened({ channel, code: held.code, since: held.since });
  await deps.store.transaction(async (tables) => {
    await tables.meta.set(prefix + channel, '');
    const key = `${channel}/reopened@${held.since.getTime()}`;
    await tables.outbox.put({ key, channel, rootKey: undefined, lane: 'answer', ...card }, now);
    if (operationsChannel === undefined) return;
    const rootKey = toldKey(operationsChannel, channel, held.since);
    if (!(await tables.outbox.find(rootKey))) return;
    const reply = { key: `${rootKey}/reopened`, channel: operationsChannel, rootKey, lane: 'failure' } as const;
    await tables.outbox.put({ ...reply, ...card }, now);
  });
  deps.log.info({ channel, reason: held.code }, 'channel takes messages again');
}

/** A channel that is none of ours any more has nothing to wait for. */
export async function forgetChannel(meta: MetaTable, channel: string): Promise<void> {
  await meta.set(prefix + channel, '');
}

async function save(tables: Tables, channel: string, { code, since, probeAt }: HeldChannel): Promise<void> {
  const text = JSON.stringify({ code, since: since.getTime(), probeAt: probeAt.getTime() });
  await tables.meta.set(prefix + channel, text);
}

function toldKey(operationsChannel: string, channel: string, since: Date): string {
  return `${operationsChannel}/channel:${channel}@${since.getTime()}`;
}
