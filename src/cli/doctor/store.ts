import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import type { QueueState } from '../../app/store-ports.ts';
import type { Database } from '../../config/schema.ts';
import { inspectStore, type StoreReport } from '../../store/inspect.ts';
import { databaseName } from '../../store/look-into.ts';
import { count } from '../count.ts';
import { seenFrom } from '../database-address.ts';
import { type Checkup, type Finding, failed, ok, problem, skipped, warning } from './finding.ts';

/** Whatever has waited longer waits for something that does not come by itself. */
const STALE_MS = 10 * 60_000;

/** Looks at the database and its queues, without changing them; `isWritable` asks the system about a file or folder. */
export async function* checkStore(
  { now, cwd, progress }: Checkup,
  database: Database | undefined,
  isWritable: (file: string) => boolean = maySystemWrite,
): AsyncGenerator<Finding> {
  if (database === undefined) {
    yield skipped('store', 'DATABASE_URL');
    return;
  }
  const address = seenFrom(cwd, database);
  if (address === undefined) {
    yield warning(
      'store_in_memory',
      'The store is in memory: everything is forgotten when the bot stops.',
      'Set DATABASE_URL to a file, e.g. sqlite:/data/chatops.db.',
    );
    return;
  }
  progress(databaseName(address));
  let report: StoreReport | undefined;
  try {
    report = await inspectStore(address, now());
  } catch (error) {
    yield failed('store', 'The store cannot be used', error);
    return;
  }
  if (report === undefined) {
    yield checkPlace(address, isWritable);
    return;
  }
  yield checkAddress(address, report, isWritable);
  yield checkQueue('inbox', report.inbox, now());
  yield checkQueue('outbox', report.outbox, now());
  yield checkDead(report);
  yield* checkHeld(report);
}

function checkPlace(address: Database, isWritable: (file: string) => boolean): Finding {
  if (address.kind === 'postgres') {
    return ok('store', `There is nothing in the ${databaseName(address)} yet: the first start makes its tables.`);
  }
  return isWritable(path.dirname(address.path))
    ? ok('store', `There is no ${address.path} yet: the first start makes it.`)
    : problem(
        'store',
        `There is no ${address.path}, and it cannot be made there.`,
        'Make the folder of DATABASE_URL exist and writable for the user of the bot.',
      );
}

function checkAddress(address: Database, report: StoreReport, isWritable: (file: string) => boolean): Finding {
  const leader = report.leader === undefined ? 'no bot works on it now' : `${report.leader} works on it`;
  if (address.kind === 'postgres') return ok('store', `The ${databaseName(address)} can be used; ${leader}.`);
  if (report.integrity !== 'ok') {
    const mend = 'Stop the bot, keep a copy of the file, and restore the last backup.';
    return problem('store', `${address.path} is damaged: ${report.integrity}.`, mend);
  }
  // The write-ahead log lies beside the file.
  if (!isWritable(address.path) || !isWritable(path.dirname(address.path))) {
    const mend = 'Make the file of DATABASE_URL and its folder writable for the user of the bot.';
    return problem('store', `${address.path} cannot be written.`, mend);
  }
  return ok('store', `${address.path} can be used; ${leader}.`);
}

function maySystemWrite(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    // Whatever the reason, the bot would not get further.
    return false;
  }
}

function checkQueue(queue: 'inbox' | 'outbox', state: QueueState, now: Date): Finding {
  const oldestMs = state.oldestAt === undefined ? 0 : now.getTime() - state.oldestAt.getTime();
  const seen = `${count(state.waiting, 'row')} waiting in the ${queue}`;
  if (oldestMs <= STALE_MS) return ok(queue, `${seen}.`);
  const minutes = Math.round(oldestMs / 60_000);
  return warning(
    queue,
    `${seen}, the oldest for ${minutes} minutes.`,
    queue === 'inbox'
      ? 'Start the bot; if it runs, its log says what it cannot work on.'
      : 'Start the bot; if it runs, its log says why Slack takes no messages.',
  );
}

function checkDead({ inbox, outbox, lastFailure }: StoreReport): Finding {
  const dead = inbox.dead + outbox.dead;
  if (dead === 0) return ok('dead_letters', 'Nothing was given up.');
  const parts = [count(inbox.dead, 'thing'), count(outbox.dead, 'message')];
  const why = lastFailure === undefined ? '' : ` The last one: ${lastFailure.split('\n', 1)[0]?.slice(0, 200)}`;
  return warning(
    'dead_letters',
    `${parts[0]} that came in and ${parts[1]} to be sent were given up.${why}`,
    'Mend the cause; what was given up is not tried again, and is forgotten after retention.events.',
  );
}

function* checkHeld({ held }: StoreReport): Generator<Finding> {
  for (const [channel, { code, since }] of held) {
    yield warning(
      'channel_held',
      `Messages for ${channel} wait since ${since.toISOString()}: Slack says ${code}.`,
      'Invite the bot there, unarchive it, or name another channel in chatops.yml; it is tried again every ten minutes.',
    );
  }
}
