import { AsyncLocalStorage } from 'node:async_hooks';
import type { AcceptInput, Store, Tables } from '../app/store-ports.ts';
import type { RecordedEntry } from '../domain/audit.ts';
import { InvariantError } from '../domain/errors.ts';
import { createAcceptInput } from './accept-input.ts';
import { createLease, type LeaderLease, type LeaseOptions } from './lease.ts';
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
  /** Waits for what is under way, then closes. */
  close(): Promise<void>;
}

/** What a store is told to go by, and whom it tells. */
export interface OpenStoreOptions {
  readonly now: () => Date;
  /** Applied to every text that goes into the audit. */
  readonly maskSecrets?: ((text: string) => string) | undefined;
  /** Told of each audit entry once it is durable. */
  readonly recorded: (entry: RecordedEntry) => void;
}

/** The store over a connection whose schema is up to date. */
export function createOpenStore(db: Database, { now, recorded, maskSecrets }: OpenStoreOptions): OpenStore {
  // Followed across awaits: whoever asks the connection again from inside a transaction would wait for itself forever.
  const scope = new AsyncLocalStorage<{ open: boolean }>();
  const assertOutside = (): void => {
    if (scope.getStore()?.open !== true) return;
    throw new InvariantError('inside a transaction only the tables handed in may be used');
  };

  const transaction = async <T>(work: (tables: Tables) => Promise<T>): Promise<T> => {
    assertOutside();
    const state = { open: true };
    const entries: RecordedEntry[] = [];
    const result = await db
      .transaction()
      .execute((trx) =>
        scope.run(state, () => work(createTables(trx, { maskSecrets, recorded: (entry) => entries.push(entry) }))),
      )
      .finally(() => {
        state.open = false;
      });
    for (const entry of entries) recorded(entry);
    return result;
  };
  const acceptInput = createAcceptInput({ transaction });

  return {
    transaction,
    tables: guard(createTables(db, { maskSecrets, recorded }), assertOutside),
    acceptInput: async (row) => {
      assertOutside();
      return acceptInput(row);
    },
    lease: (options) => guardMethods(createLease(db, now, options), assertOutside),
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
