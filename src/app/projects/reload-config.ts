import { renderConfigRefused } from '../../cards/config-refused.ts';
import { ConfigError } from '../../domain/errors.ts';
import type { Clock, Log, Settings, Wake } from '../ports.ts';
import type { Store } from '../store-ports.ts';

/** `chatops.yml` on the disk. */
export interface ConfigSource<File> {
  /** Changes when the content does. */
  fingerprint(): string;
  /** @throws ConfigError with all problems. */
  read(): { readonly file: File; readonly hash: string };
}

export interface ReloadConfigDeps<File> {
  readonly source: ConfigSource<File>;
  /** The hash of what is in force since the start. */
  readonly hash: string;
  /** Puts a file without a problem in force. */
  readonly use: (file: File) => void;
  readonly settings: () => Settings;
  /** A token pasted into the wrong line must not be told in a channel. */
  readonly maskSecrets: (text: string) => string;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly log: Log;
}

/** What came of reading the file: it is in force, nothing in it has changed, or it is wrong and the one before stays. */
export type Reloaded =
  | { readonly kind: 'used'; readonly projects: number }
  | { readonly kind: 'same' }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

/** Keeps what is in force as it stands in `chatops.yml`. */
export interface ConfigReload {
  /** Reads the file when its content has changed, and stayed so until the next look: editors write in several steps. */
  look(): Promise<void>;
  /** Reads the file at once. */
  now(): Promise<Reloaded>;
}

/**
 * Makes the reload of `chatops.yml`. A file with any problem is refused whole and the one before stays in force; that
 * is logged, and told once in the operations channel.
 */
export function createConfigReload<File>(deps: ReloadConfigDeps<File>): ConfigReload {
  const state = { hash: deps.hash, seen: deps.hash, changing: undefined as string | undefined };
  let running: Promise<unknown> = Promise.resolve();

  const bringIn = async (fingerprint: string): Promise<Reloaded> => {
    const found = readOrRefuse(deps.source);
    if (found instanceof ConfigError) return refuse(found, fingerprint, deps);
    if (found.hash === state.hash) {
      deps.log.info({ hash: found.hash }, 'chatops.yml is as it was');
      return { kind: 'same' };
    }
    // Recorded first: rights that nobody can trace must not come into force.
    await recordConfig(deps.store, found.hash, deps.clock.now());
    deps.use(found.file);
    state.hash = found.hash;
    const projects = deps.settings().projects.length;
    deps.log.info({ hash: found.hash, projects }, 'chatops.yml is in force');
    return { kind: 'used', projects };
  };
  const read = async (fingerprint: string): Promise<Reloaded> => {
    const reloaded = await bringIn(fingerprint);
    state.seen = fingerprint;
    state.changing = undefined;
    return reloaded;
  };
  const look = async (): Promise<void> => {
    const fingerprint = deps.source.fingerprint();
    if (fingerprint === state.seen) state.changing = undefined;
    else if (fingerprint === state.changing) await read(fingerprint);
    else state.changing = fingerprint;
  };
  // One after the other: a signal may come while the timer reads.
  const inTurn =
    <T>(work: () => Promise<T>) =>
    (): Promise<T> => {
      const mine = running.then(work);
      running = mine.catch(() => undefined);
      return mine;
    };
  return { look: inTurn(look), now: inTurn(() => read(deps.source.fingerprint())) };
}

/** Records that another file is in force than before, if there was one. Of several processes the first one does. */
export async function recordConfig(store: Store, hash: string, now: Date): Promise<void> {
  await store.transaction(async ({ meta, audit }) => {
    const before = await meta.get('config_hash');
    if (before === hash) return;
    await meta.set('config_hash', hash);
    // The first start changes nobody's rights.
    if (before === undefined) return;
    await audit.append({
      at: now,
      actor: 'chatops',
      action: 'config.reload',
      outcome: 'succeeded',
      configBefore: before,
      configAfter: hash,
    });
  });
}

function readOrRefuse<File>(source: ConfigSource<File>): ReturnType<ConfigSource<File>['read']> | ConfigError {
  try {
    return source.read();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

async function refuse<File>(error: ConfigError, fingerprint: string, deps: ReloadConfigDeps<File>): Promise<Reloaded> {
  const problems = error.message.split('\n').map(deps.maskSecrets);
  deps.log.error({ reason: 'config_refused', problems }, 'chatops.yml is refused, the one before stays in force');
  const channel = deps.settings().operationsChannel;
  if (channel === undefined) return { kind: 'refused', problems };
  await deps.store.tables.outbox.put(
    {
      // By content: the same mistake is told once, however often it is read.
      key: `${channel}/config:${fingerprint}`,
      channel,
      rootKey: undefined,
      lane: 'failure',
      ...renderConfigRefused({ problems }),
    },
    deps.clock.now(),
  );
  deps.wake('outbox');
  return { kind: 'refused', problems };
}
