import { type ByItself, renderByItself } from '../../cards/by-itself.ts';
import type { Operation } from '../../domain/operation.ts';
import { messageUrl } from '../notices/open-thread.ts';
import { mailUnlessShownRow } from '../outside/mail-row.ts';
import type { Tables } from '../store-ports.ts';

/** Tells at top level what was done about a bad version without anybody being asked, and calls who is on call. */
export async function tellByItself(
  tables: Pick<Tables, 'inbox' | 'outbox'>,
  about: {
    /** The deploy of the bad version. */
    readonly operation: Operation;
    readonly what: ByItself;
    readonly oncall: string | undefined;
    /** Outbox key of the message under which it goes on. */
    readonly rootKey: string;
  },
  now: Date,
): Promise<void> {
  const { operation, what, oncall, rootKey } = about;
  const { channel, id, project, environment } = operation;
  // An edit calls nobody: what went well changes the first message, what did not is one of its own.
  const message = what.kind === 'not_done' ? 'by-itself-failed' : 'by-itself';
  const card = renderByItself({ operation, what, oncall, threadUrl: messageUrl(rootKey) });
  const key = `${channel}/operation:${id}/${message}`;
  await tables.outbox.put({ key, channel, rootKey: undefined, lane: 'failure', ...card }, now);
  const meaning = `operation:${id}/${message}`;
  await tables.inbox.add(mailUnlessShownRow({ project, environment, key: meaning, messageKeys: [key] }, now));
}

/** What came of a rollback that nobody asked for, told where it was begun. */
export async function tellOwnRollbackEnd(tables: Tables, operation: Operation, now: Date): Promise<void> {
  const { byItself, lockAfter, release, rootKey, state } = operation;
  const failed = byItself && (await tables.operations.find(byItself.because));
  if (!failed) return;
  const kind = state === 'succeeded' ? 'done' : 'not_done';
  const what = { kind, to: release.version, locks: lockAfter === true } as const;
  await tellByItself(tables, { operation: failed, what, oncall: byItself.oncall, rootKey }, now);
}
