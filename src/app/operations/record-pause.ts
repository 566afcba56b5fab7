import { renderPauseOver } from '../../cards/pause-over.ts';
import { type Operation, type Pause, withStep } from '../../domain/operation.ts';
import { decisionFacts } from '../audit/decision-facts.ts';
import type { Settings } from '../ports.ts';
import type { Tables } from '../store-ports.ts';
import { operationEntry } from './record-operation.ts';

/** The operation with its step waiting for a lock or a freeze. */
export function withPause(operation: Operation, pause: Pause): Operation {
  const paused = operation.paused ?? [];
  const isKnown = paused.some(({ key }) => key === pause.key);
  return { ...withStep(operation, pause.index, { state: 'waiting' }), paused: isKnown ? paused : [...paused, pause] };
}

/** Records that the bot holds an operation for something that began since it was confirmed: once, with its message. */
export async function recordPause(
  tables: Pick<Tables, 'audit' | 'outbox'>,
  operation: Operation,
  about: Pick<Pause, 'key' | 'reason'> & { readonly settings: Settings; readonly now: Date },
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

/** What told that it waits becomes one line without buttons, once it does not any more. */
export async function closePauses(tables: Pick<Tables, 'outbox'>, operation: Operation, now: Date): Promise<void> {
  const { channel, rootKey, state, endedAt } = operation;
  for (const { key, index, reason } of operation.paused ?? []) {
    const { calledAt, startedAt } = operation.steps[index] ?? {};
    const wentOnAt = calledAt ?? startedAt;
    if (state === 'active' && !wentOnAt) continue;
    const card = renderPauseOver({ operation, reason, went: wentOnAt ? 'on' : 'out', at: wentOnAt ?? endedAt ?? now });
    await tables.outbox.put({ key, channel, rootKey, lane: 'answer', ...card }, now);
  }
}
