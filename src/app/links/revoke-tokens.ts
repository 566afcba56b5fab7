import { z } from 'zod';
import type { Clock } from '../ports.ts';
import type { InboxRow, Store, Tables } from '../store-ports.ts';
import type { LinkAttempt, StoredLink } from './link-ports.ts';
import type { Linking } from './linking.ts';

const Work = z.object({ slackUserId: z.string(), sealedTokens: z.string() });

/** Has GitLab end the tokens of a link that is erased: tried until GitLab answers. They stay sealed until then. */
export async function revokeLater(
  tables: Pick<Tables, 'inbox'>,
  { slackUserId, sealedTokens }: Pick<StoredLink, 'slackUserId' | 'sealedTokens'>,
  now: Date,
): Promise<void> {
  const body = JSON.stringify({ kind: 'revoke_tokens', slackUserId, sealedTokens });
  // Every sealing differs, so its end tells this pair from the person's others.
  await tables.inbox.add({
    key: `revoke/${slackUserId}/${sealedTokens.slice(-22)}`,
    source: 'internal',
    body,
    receivedAt: now,
  });
}

/** Of somebody who went away before they confirmed: GitLab gave tokens, and nobody will use them. */
export async function revokeExpired(store: Store, now: Date): Promise<number> {
  return store.transaction(async (tables) => {
    const expired = await tables.linkAttempts.takeExpired(now);
    for (const attempt of expired.filter(hasTokens)) {
      await revokeLater(tables, { slackUserId: attempt.slackUserId, sealedTokens: attempt.sealed }, now);
    }
    return expired.length;
  });
}

function hasTokens(attempt: LinkAttempt): attempt is LinkAttempt & { readonly sealed: string } {
  return attempt.stage === 'agreed' && attempt.sealed !== undefined;
}

export interface RevokeTokensDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly revoke: Linking['revoke'];
}

/** Ends them now. @throws GitLabError when GitLab does not answer. */
export async function revokeTokens(row: InboxRow, { store, clock, revoke }: RevokeTokensDeps): Promise<void> {
  await revoke(Work.parse(JSON.parse(row.body)));
  await store.tables.inbox.done(row.id, 'tokens_revoked', clock.now());
}
