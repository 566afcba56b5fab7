import type { Clock, Log } from '../app/ports.ts';
import { StoreError } from '../domain/errors.ts';

/** The lease as the leader loop uses it. */
export interface RenewableLease {
  tryAcquire(): Promise<
    | { readonly held: true }
    | { readonly held: false; readonly holder: string; readonly holderId: string; readonly expiresAt: Date }
  >;
  evict(holderId: string): Promise<void>;
  release(): Promise<void>;
}

export interface LeaderDeps {
  readonly lease: RenewableLease;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether that holder has certainly ended: then nobody has to wait for its lease to lapse. */
  readonly isGone: (holderId: string) => boolean;
  /** Starts everything that only the leader may do. */
  readonly lead: () => Promise<{ stop(): Promise<void> }>;
}

export interface Leader {
  stop(): Promise<void>;
}

/** A lease lasts 9 s; renewed three times in that, it survives two renewals that fail. */
const renewEveryMs = 3_000;

/** How long a start waits for another process to end: its lease and one renewal more. */
const waitMs = 12_000;

/**
 * Takes the lease, leads, and renews it until stopped. While another process holds it this waits; the lead of a
 * process that lost it is stopped at once.
 * @throws StoreError naming the holder when the lease is not free in time.
 */
export async function startLeader(deps: LeaderDeps): Promise<Leader> {
  await takeLease(deps);
  let work: { stop(): Promise<void> } | undefined;
  let starting: Promise<void> | undefined;
  let renewing = Promise.resolve();

  // Beside the renewals and not between them: what it reads first may take longer than the lease lasts.
  const takeUp = async (): Promise<void> => {
    work = await deps.lead();
  };
  const start = (): Promise<void> => {
    starting = takeUp().finally(() => {
      starting = undefined;
    });
    return starting;
  };

  const renew = async (): Promise<void> => {
    try {
      const attempt = await deps.lease.tryAcquire();
      if (attempt.held && !work && !starting) {
        start().catch((error: unknown) => deps.log.error({ err: error }, 'lead not taken up, will try again'));
      }
      if (!attempt.held && work) {
        deps.log.error({ holder: attempt.holder }, 'lost the lead to another process');
        const lost = work;
        work = undefined;
        await lost.stop();
      }
    } catch (error) {
      deps.log.error({ err: error }, 'lease not renewed');
    }
  };
  const timer = setInterval(() => {
    renewing = renewing.then(renew);
  }, renewEveryMs);
  try {
    await start();
  } catch (error) {
    clearInterval(timer);
    await renewing;
    throw error;
  }

  return {
    async stop() {
      clearInterval(timer);
      await renewing;
      // One that failed was logged where it was begun.
      await starting?.catch(() => undefined);
      await work?.stop();
      await deps.lease.release();
    },
  };
}

async function takeLease(deps: LeaderDeps): Promise<void> {
  const startedAt = deps.clock.now().getTime();
  let told: string | undefined;
  for (;;) {
    const attempt = await deps.lease.tryAcquire();
    if (attempt.held) return;
    if (deps.isGone(attempt.holderId)) {
      await deps.lease.evict(attempt.holderId);
      continue;
    }
    if (deps.clock.now().getTime() - startedAt > waitMs) {
      throw new StoreError(`The database is in use by another process: ${attempt.holder}.`, {
        hint: 'Stop that process first, or give this one another DATABASE_URL.',
      });
    }
    const { holder } = attempt;
    if (holder === told) deps.log.debug({ holder }, 'still waiting for the lead');
    else deps.log.warn({ holder }, 'waiting for another process to give up the lead');
    told = holder;
    await new Promise((resolve) => setTimeout(resolve, Math.min(renewEveryMs, 500)));
  }
}
