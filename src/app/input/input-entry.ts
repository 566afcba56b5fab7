import type { Actor } from '../../domain/actor.ts';
import type { AuditEntry } from '../../domain/audit.ts';
import type { SlackInput } from './slack-input.ts';

/**
 * What the audit says of an input that came to no use case, or was ended by a fault there: what it was, by whom, and
 * where from. Never the words themselves, which may hold the values of variables.
 */
export function inputEntry(
  input: SlackInput,
  about: { readonly actor: Actor; readonly at: Date; readonly commandPrefix: string },
): Pick<AuditEntry, 'at' | 'actor' | 'action' | 'channel' | 'threadTs'> {
  const { actor, at, commandPrefix } = about;
  return { at, actor, action: actionOf(input, commandPrefix), ...placeOf(input) };
}

function placeOf(input: SlackInput): Pick<AuditEntry, 'channel' | 'threadTs'> {
  if (input.kind === 'form_action' || input.kind === 'submission') {
    const { channel, threadTs } = input.form.place;
    return { channel, threadTs };
  }
  return { channel: input.channelId, threadTs: 'threadTs' in input ? input.threadTs : undefined };
}

function actionOf(input: SlackInput, commandPrefix: string): string {
  switch (input.kind) {
    case 'command': {
      const name = input.command.replace(/^\//, '').slice(0, 40);
      return name.startsWith(commandPrefix) ? name.slice(commandPrefix.length) : name;
    }
    case 'mention':
      return 'mention';
    case 'shortcut':
      return 'here';
    case 'form_action':
      return 'form.press';
    case 'submission':
      return 'form.submit';
    case 'action':
      // `plan_confirm:2` is the second of its kind on a card.
      return (input.actionId.split(':')[0] ?? '').slice(0, 40).replace('_', '.');
  }
}
