import { maskStrings } from '../../domain/mask-strings.ts';

/**
 * What Slack and our own code go by, and nobody reads: masked, a button would stand for something else, and a link lead
 * nowhere. No address of ours is made of what somebody typed.
 */
const unread: ReadonlySet<string> = new Set(['type', 'value', 'action_id', 'block_id', 'url']);

/** What a message or form is to show, with everything masked that looks like a secret, whoever let it slip. */
export function maskContent<T>(content: T, maskSecrets: (text: string) => string): T {
  return maskStrings(content, maskSecrets, unread);
}
