import type { Operation } from '../../domain/operation.ts';
import { decisionFacts } from '../audit/decision-facts.ts';
import type { Settings } from '../ports.ts';
import type { Tables } from '../store-ports.ts';
import { operationEntry } from './record-operation.ts';

/** Records that the bot holds an operation for something that began since it was confirmed: once, with its message. */
export async function recordPause(
  tables: Pick<Tables, 'audit' | 'outbox'>,
  operation: Operation,
  about: {
    /** Of the message that tells of this very lock or freeze; looked for before it is put. */
    readonly key: string;
    readonly reason: 'locked' | 'frozen';
    readonly settings: Settings;
    readonly now: Date;
  },
): Promise<void> {
  const { key, reason, settings, now } = about;
  if (await tables.outbox.find(key)) return;
  const entry = operationEntry(operation, now);
  await tables.audit.append({
    ...entry,
    ...decisionFacts(entry, settings),
    actor: 'chatops',
    action: 'operation.pause',
    outcome: 'succeeded',
    reason,
  });
}
