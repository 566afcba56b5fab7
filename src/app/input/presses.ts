import type { Effect } from '../../domain/policy.ts';
import type { SlackInput } from './slack-input.ts';

/**
 * What each button of ours does by itself. One that stands for a command line only looks here: what its command would
 * change is decided when the command has said so.
 */
const presses = {
  plan_confirm: 'change',
  plan_cancel: 'look',
  operation_promote: 'change',
  operation_stop: 'change',
  operation_cancel: 'change',
  override_reviewed: 'change',
  job_log: 'look',
  job_retry: 'look',
  run_command: 'look',
  wait_gitlab: 'look',
  waited_plan: 'look',
  approval_approve: 'change',
  approval_withdraw: 'change',
  approval_reject: 'change',
  what_ships: 'look',
} as const satisfies Record<string, Effect>;

/** A button of ours that wants an answer. */
export type PressName = keyof typeof presses;

/** Which button an action id stands for: `plan_confirm:2` is the second of its kind on a card. Undefined: a link. */
export function pressName(actionId: string): PressName | undefined {
  const [name = ''] = actionId.split(':');
  return Object.hasOwn(presses, name) ? (name as PressName) : undefined;
}

/** What comes of an input before any command is run for it: a typed line says only then what it would change. */
export function effectOf(input: SlackInput): Effect {
  if (input.kind === 'submission') return 'change';
  const name = input.kind === 'action' ? pressName(input.actionId) : undefined;
  return name === undefined ? 'look' : presses[name];
}
