import { heldChannels } from '../app/messages/held-channel.ts';
import type { Store } from '../app/store-ports.ts';
import type { Metrics } from '../http/metrics.ts';
import type { SlackIdentity } from '../slack/identity.ts';
import type { SocketKeeper } from '../slack/socket-keeper.ts';

/** What `/readyz` says beside its status. */
export async function reportReadiness(
  parts: {
    readonly store: Store;
    readonly identity: Pick<SlackIdentity, 'teamId'>;
    readonly metrics: Pick<Metrics, 'lastCalls'>;
    /** The workers, which only the process that leads has. */
    readonly loops: ReadonlyMap<string, unknown>;
  },
  socket: SocketKeeper | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const { tables } = parts.store;
  const [inbox, outbox, held] = await Promise.all([
    tables.inbox.state(),
    tables.outbox.state(),
    heldChannels(tables.meta),
  ]);
  const { slack: lastSlack, gitlab } = parts.metrics.lastCalls();
  const slack = parts.identity.teamId === undefined ? 'not reached yet' : lastSlack;
  return {
    leads: parts.loops.size > 0,
    slack,
    gitlab,
    ...(socket === undefined ? {} : { slack_socket: socket.state }),
    channels_held: held.size,
    inbox,
    outbox,
  };
}
