import { createHash } from 'node:crypto';

/**
 * The id that a message carries in Slack's metadata. Made from what makes the row unique, so that the store needs no
 * randomness; keys alone would do for one database, the time tells a message from one of an earlier installation.
 */
export function outboxId(key: string, createdAt: Date): string {
  return createHash('sha256').update(`${createdAt.getTime()}\n${key}`).digest('hex').slice(0, 24);
}
