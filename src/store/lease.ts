import type { Lease } from '../app/ports.ts';
import { StoreError } from '../domain/errors.ts';
import type { Database } from './schema.ts';
import { inTransaction } from './tables/in-transaction.ts';

/** What came of trying to become, or stay, the leader. */
export type LeaseAttempt =
  | { readonly held: true }
  | { readonly held: false; readonly holder: string; readonly holderId: string; readonly expiresAt: Date };

/** The leader's lease as the one who may hold it sees it. */
export interface LeaderLease extends Lease {
  /** Takes the lease if it is free, lapsed or ours; holding it, this is how it is renewed. */
  tryAcquire(): Promise<LeaseAttempt>;
  /** Takes it from a holder that is known to have ended without giving it back, e.g. after a crash on this machine. */
  evict(holderId: string): Promise<void>;
  /** Gives it back, so that another need not wait for it to lapse. Does nothing when it is not ours. */
  release(): Promise<void>;
}

export interface LeaseOptions {
  /** Unique per process start. */
  readonly holder: string;
  /** What people are shown: host and process id. */
  readonly holderLabel: string;
  /** How long it lasts without being renewed. 9 s by default: renewed every 3 s, and a write may take 8 s. */
  readonly ttlMs?: number | undefined;
}

/** By whose clock a lease lapses. */
export interface LeaseClocks {
  /** The clock of this process. */
  readonly now: () => Date;
  /** The one clock that all who may hold it have in common, epoch ms; default: `now`, as they are on one machine. */
  readonly sharedMs?: ((db: Database) => Promise<number>) | undefined;
}

const leaderLease = 'leader';

/** A lease kept in the database. */
export function createLease(db: Database, { now, sharedMs }: LeaseClocks, options: LeaseOptions): LeaderLease {
  const { holder, holderLabel, ttlMs = 9_000 } = options;
  let heldUntil: number | undefined;

  const tryAcquire = async (): Promise<LeaseAttempt> => {
    // From before the request: the lease must never be shorter in the database than we believe.
    const at = now().getTime();
    const attempt = await inTransaction(db, async (trx) => {
      const takenAt = sharedMs ? await sharedMs(trx) : at;
      return take(trx, { holder, holderLabel, at: takenAt, until: takenAt + ttlMs });
    });
    heldUntil = attempt.held ? at + ttlMs : undefined;
    return attempt;
  };

  return {
    tryAcquire,
    async ensure(forMs) {
      if (heldUntil === undefined) throw lost('this process is not the leader');
      if (heldUntil - now().getTime() >= forMs) return;
      const attempt = await tryAcquire();
      if (!attempt.held) throw lost(`${attempt.holder} took over the lead`);
      if (ttlMs < forMs) throw lost(`the lease of ${ttlMs} ms is too short for a write of ${forMs} ms`);
    },
    async evict(holderId) {
      await db.deleteFrom('lease').where('name', '=', leaderLease).where('holder', '=', holderId).execute();
    },
    async release() {
      heldUntil = undefined;
      await db.deleteFrom('lease').where('name', '=', leaderLease).where('holder', '=', holder).execute();
    },
  };
}

/**
 * Throws `StoreError` when another process has taken over. Inside a transaction it stays true until the end: taking the
 * lease is one as well, and they run one after the other.
 */
export async function assertHolder(db: Database, holder: string): Promise<void> {
  const row = await db
    .selectFrom('lease')
    .select(['holder', 'holder_label'])
    .where('name', '=', leaderLease)
    .executeTakeFirst();
  if (row && row.holder !== holder) throw lost(`${row.holder_label} took over the lead`);
}

interface Claim {
  readonly holder: string;
  readonly holderLabel: string;
  readonly at: number;
  readonly until: number;
}

async function take(db: Database, claim: Claim): Promise<LeaseAttempt> {
  const row = await db.selectFrom('lease').selectAll().where('name', '=', leaderLease).executeTakeFirst();
  if (row && row.holder !== claim.holder && row.expires_at > claim.at) {
    return { held: false, holder: row.holder_label, holderId: row.holder, expiresAt: new Date(row.expires_at) };
  }
  const facts = { holder: claim.holder, holder_label: claim.holderLabel, expires_at: claim.until };
  await db
    .insertInto('lease')
    .values({ name: leaderLease, ...facts })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(facts))
    .execute();
  return { held: true };
}

function lost(problem: string): StoreError {
  return new StoreError(problem, {
    hint: 'Nothing was changed. The leader goes on with the work; no action is needed.',
  });
}
