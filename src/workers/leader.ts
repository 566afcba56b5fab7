import type { Clock, Log } from '../app/ports.ts';
import { StoreError } from '../domain/errors.ts';

type LeaseAttempt =
  | { readonly held: true }
  | { readonly held: false; readonly holder: string; readonly holderId: string; readonly expiresAt: Date };

/** The lease as the leader loop uses it. */
export interface RenewableLease {
  tryAcquire(): Promise<LeaseAttempt>;
  evict(holderId: string): Promise<void>;
  release(): Promise<void>;
}

export interface LeaderDeps {
  readonly lease: RenewableLease;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether that holder has certainly ended: then nobody has to wait for its lease to lapse. */
  readonly isGone: (holderId: string) => boolean;
  /** Whether processes that do not lead are of use: then a start does not wait for the lead, and goes on without. */
  readonly isShared: boolean;
  /** Starts everything that only the leader may do. */
  readonly lead: () => Promise<{ stop(): Promise<void> }>;
}

export interface Leader {
  stop(): Promise<void>;
}

/** A lease lasts 9 s; renewed three times in that, it survives two renewals that fail. */
const renewEveryMs = 3_000;

/** How often one that does not lead looks whether it may. */
const lookEveryMs = 500;

/** How long a start waits for another process to end: its lease and one renewal more. */
const waitMs = 12_000;

/**
 * Takes the lease, leads, and renews it until stopped. While another process holds it this waits, or where the store is
 * shared, is ready to take over; the lead of a process that lost it is stopped at once.
 * @throws StoreError naming the holder when the lease is not free in time and the store is not shared.
 */
export async function startLeader(deps: LeaderDeps): Promise<Leader> {
  const first = deps.isShared ? await tryToLead(deps) : await takeLease(deps);
  if (!first.held) deps.log.info({ holder: first.holder }, 'another process leads, ready to take over');
  let work: { stop(): Promise<void> } | undefined;
  let starting: Promise<void> | undefined;

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
      const attempt = await tryToLead(deps);
      if (attempt.held && !work && !starting) {
        deps.log.info({}, 'took over the lead');
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
  const begun = first.held ? start() : undefined;
  const renewals = repeat(renew, () => (work || starting ? renewEveryMs : lookEveryMs));
  try {
    await begun;
  } catch (error) {
    await renewals.stop();
    throw error;
  }

  return {
    async stop() {
      await renewals.stop();
      // One that failed was logged where it was begun.
      await starting?.catch(() => undefined);
      await work?.stop();
      await deps.lease.release();
    },
  };
}

/** Does `work`, which never rejects, again and again with a pause before each; stops after the one under way. */
function repeat(work: () => Promise<void>, pauseMs: () => number): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout;
  let running = Promise.resolve();
  let isStopped = false;
  const run = async (): Promise<void> => {
    await work();
    next();
  };
  const next = (): void => {
    if (isStopped) return;
    timer = setTimeout(() => {
      running = run();
    }, pauseMs());
  };
  next();
  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

/** A holder that has certainly ended is no obstacle. */
async function tryToLead({ lease, isGone }: LeaderDeps): Promise<LeaseAttempt> {
  const attempt = await lease.tryAcquire();
  if (attempt.held || !isGone(attempt.holderId)) return attempt;
  await lease.evict(attempt.holderId);
  return lease.tryAcquire();
}

async function takeLease(deps: LeaderDeps): Promise<LeaseAttempt> {
  const startedAt = deps.clock.now().getTime();
  let told: string | undefined;
  for (;;) {
    const attempt = await tryToLead(deps);
    if (attempt.held) return attempt;
    if (deps.clock.now().getTime() - startedAt > waitMs) {
      throw new StoreError(`The database is in use by another process: ${attempt.holder}.`, {
        hint: 'Stop that process first, or give this one another DATABASE_URL.',
      });
    }
    const { holder } = attempt;
    if (holder === told) deps.log.debug({ holder }, 'still waiting for the lead');
    else deps.log.warn({ holder }, 'waiting for another process to give up the lead');
    told = holder;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}
