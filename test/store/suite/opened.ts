import type { OpenStore } from '../../../src/store/open-store.ts';

/** A store on a database of its own, for one test. */
export interface Opened {
  readonly store: OpenStore;
  /** Opens the same database again as another process would, the first one being left as it is. */
  again(): Promise<OpenStore>;
  /** Runs statements past the store, as an operator with a database shell could. */
  readonly run: (sql: string) => void;
  /** Reads past the store. */
  readonly read: (sql: string) => readonly Record<string, unknown>[];
  /** Closes everything and deletes the database. */
  dispose(): Promise<void>;
}

/** Opens an empty database; `now` is the clock of the store. */
export interface OpenDatabase {
  (now?: () => Date): Promise<Opened>;
}
