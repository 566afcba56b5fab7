import { AsyncLocalStorage } from 'node:async_hooks';
import type { Wake } from '../app/ports.ts';
import type { AcceptInput, Store, Tables } from '../app/store-ports.ts';
import type { RecordedEntry } from '../domain/audit.ts';
import { InvariantError } from '../domain/errors.ts';
import { createAcceptInput } from './accept-input.ts';
import { assertHolder, createLease, type LeaderLease, type LeaseClocks, type LeaseOptions } from './lease.ts';
import type { Database } from './schema.ts';
import { createApprovalsTable } from './tables/approvals.ts';
import { type AuditOptions, createAuditTable } from './tables/audit.ts';
import { createEnvironmentsTable } from './tables/environments.ts';
import { createGitLabWaitsTable } from './tables/gitlab-waits.ts';
import { createInboxTable } from './tables/inbox.ts';
import { createLinkAttemptsTable } from './tables/link-attempts.ts';
import { createLinksTable } from './tables/links.ts';
import { createLocksTable } from './tables/locks.ts';
import { createMetaTable } from './tables/meta.ts';
import { createOperationsTable } from './tables/operations.ts';
import { createOutboxTable } from './tables/outbox.ts';
import { createPipelinesTable } from './tables/pipelines.ts';
import { createPlansTable } from './tables/plans.ts';
import { createReviewsTable } from './tables/reviews.ts';
import { createThreadsTable } from './tables/threads.ts';
import { createWaitsTable } from './tables/waits.ts';
import { createWatchesTable } from './tables/watches.ts';

/** A store that is open and up to date, whatever database is behind it. */
export interface OpenStore extends Store {
  readonly acceptInput: AcceptInput;
  lease(options: LeaseOptions): LeaderLease;
  /** The same store for the leader's work: once another process leads, its transactions fail. */
  ledBy(holder: string): Store;
  /** How the processes that share it reach each other; undefined where only one may use it. */
  readonly sharing: Sharing | undefined;
  /** Waits for what is under way, then closes. */
  close(): Promise<void>;
}

/** Between the processes of one store. A word that is lost is made up for by the workers' own looks. */
export interface Sharing {
  /** Wakes the leader's workers of a kind, wherever it runs. */
  readonly wakeLeader: Wake;
  /** Hands over what others wake, until stopped. */
  listen(heard: Wake): { stop(): Promise<void> };
}

/** What a store is told to go by, and whom it tells. */
export interface OpenStoreOptions extends LeaseClocks {
  readonly sharing?: Sharing | undefined;
  /** Applied to every text that goes into the audit. */
  readonly maskSecrets?: ((text: string) => string) | undefined;
  /** Told of each audit entry once it is durable. */
  readonly recorded: (entry: RecordedEntry) => void;
}

/** The store over a connection whose schema is up to date. */
export function createOpenStore(db: Database, options: OpenStoreOptions): OpenStore {
  const { recorded, maskSecrets, sharing } = options;
  // Followed across awaits: whoever asks the connection again from inside a transaction would wait for itself forever.
  const scope = new AsyncLocalStorage<{ open: boolean }>();
  const assertOutside = (): void => {
    if (scope.getStore()?.open !== true) return;
    throw new InvariantError('inside a transaction only the tables handed in may be used');
  };

  const run = async <T>(work: (tables: Tables) => Promise<T>, holder?: string): Promise<T> => {
    assertOutside();
    const state = { open: true };
    const entries: RecordedEntry[] = [];
    const result = await db
      .transaction()
      .execute((trx) =>
        scope.run(state, async () => {
          if (holder !== undefined) await assertHolder(trx, holder);
          return work(createTables(trx, { maskSecrets, recorded: (entry) => entries.push(entry) }));
        }),
      )
      .finally(() => {
        state.open = false;
      });
    for (const entry of entries) recorded(entry);
    return result;
  };
  const transaction: Store['transaction'] = (work) => run(work);
  const acceptInput = createAcceptInput({ transaction });
  const tables = guard(createTables(db, { maskSecrets, recorded }), assertOutside);

  return {
    transaction,
    tables,
    ledBy: (holder) => ({ tables, transaction: (work) => run(work, holder) }),
    sharing,
    acceptInput: async (row) => {
      assertOutside();
      return acceptInput(row);
    },
    lease: (about) => guardMethods(createLease(db, options, about), assertOutside),
    close: () => db.destroy(),
  };
}

function createTables(db: Database, audit: AuditOptions): Tables {
  return {
    inbox: createInboxTable(db),
    outbox: createOutboxTable(db),
    pipelines: createPipelinesTable(db),
    threads: createThreadsTable(db),
    plans: createPlansTable(db),
    operations: createOperationsTable(db),
    audit: createAuditTable(db, audit),
    watches: createWatchesTable(db),
    environments: createEnvironmentsTable(db),
    locks: createLocksTable(db),
    waits: createWaitsTable(db),
    gitlabWaits: createGitLabWaitsTable(db),
    reviews: createReviewsTable(db),
    links: createLinksTable(db),
    approvals: createApprovalsTable(db),
    linkAttempts: createLinkAttemptsTable(db),
    meta: createMetaTable(db),
  };
}

function guard(tables: Tables, assert: () => void): Tables {
  return {
    inbox: guardMethods(tables.inbox, assert),
    outbox: guardMethods(tables.outbox, assert),
    pipelines: guardMethods(tables.pipelines, assert),
    threads: guardMethods(tables.threads, assert),
    plans: guardMethods(tables.plans, assert),
    operations: guardMethods(tables.operations, assert),
    audit: guardMethods(tables.audit, assert),
    watches: guardMethods(tables.watches, assert),
    environments: guardMethods(tables.environments, assert),
    locks: guardMethods(tables.locks, assert),
    waits: guardMethods(tables.waits, assert),
    gitlabWaits: guardMethods(tables.gitlabWaits, assert),
    reviews: guardMethods(tables.reviews, assert),
    links: guardMethods(tables.links, assert),
    approvals: guardMethods(tables.approvals, assert),
    linkAttempts: guardMethods(tables.linkAttempts, assert),
    meta: guardMethods(tables.meta, assert),
  };
}

function guardMethods<T extends object>(methods: T, assert: () => void): T {
  return new Proxy(methods, {
    get(target, name, receiver): unknown {
      assert();
      return Reflect.get(target, name, receiver);
    },
  });
}
