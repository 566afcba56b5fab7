import { GitLabError, LinkError } from '../../domain/errors.ts';
import type { Clock, Log } from '../ports.ts';
import type { Store } from '../store-ports.ts';
import type { GitLabOAuth, PersonToken, Seal, StoredLink, TokenPair } from './link-ports.ts';

export interface PersonTokenDeps {
  readonly store: Store;
  readonly seal: Seal;
  readonly oauth: Pick<GitLabOAuth, 'renew'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A token that ends sooner is renewed first: it has to last for what it is about to be used for. */
const renewBeforeMs = 2 * 60_000;

/** How long a process that began a renewal keeps others from another one; a request ends long before. */
const renewalMs = 20_000;

/** What a person's tokens are sealed for. */
function sealedFor(slackUserId: string): string {
  return `link/${slackUserId}`;
}

/**
 * Hands out people's tokens, renewed when due. GitLab ends both old tokens at each renewal, so there is one at a time
 * for each person (in this process by one promise, among several by the stored version), and the new ones are on disk
 * before they are used. What GitLab renews no more is marked broken.
 */
export function createPersonTokens(deps: PersonTokenDeps): (slackUserId: string) => PersonToken {
  const underWay = new Map<string, Promise<string>>();
  const renew = (slackUserId: string, refused?: string): Promise<string> => {
    const running = underWay.get(slackUserId);
    if (running) return running;
    const renewal = renewStored(slackUserId, refused, deps).finally(() => underWay.delete(slackUserId));
    underWay.set(slackUserId, renewal);
    return renewal;
  };
  return (slackUserId) => ({
    async current() {
      const link = await findGood(slackUserId, deps);
      const isDue = link.expiresAt.getTime() - deps.clock.now().getTime() < renewBeforeMs;
      return isDue ? renew(slackUserId) : openPair(link, deps).access;
    },
    renew: (refused) => renew(slackUserId, refused),
  });
}

async function findGood(slackUserId: string, { store }: PersonTokenDeps): Promise<StoredLink> {
  const link = await store.tables.links.find(slackUserId);
  if (!link) throw new LinkError('Your GitLab account is not linked any more', { retryable: false });
  if (link.state === 'broken') throw broken();
  return link;
}

type Tokens = Pick<TokenPair, 'access' | 'refresh'>;

/** The tokens of a link; undefined: none of our keys opens them. */
export function openTokens(
  { slackUserId, sealedTokens }: Pick<StoredLink, 'slackUserId' | 'sealedTokens'>,
  seal: Seal,
): Tokens | undefined {
  const text = seal.open(sealedTokens, sealedFor(slackUserId));
  return text === undefined ? undefined : (JSON.parse(text) as Tokens);
}

function openPair(link: StoredLink, deps: PersonTokenDeps): Tokens {
  const tokens = openTokens(link, deps.seal);
  if (!tokens) {
    deps.log.error({ actor: link.slackUserId }, 'tokens of a linked account do not open with ENCRYPTION_KEY');
    throw new LinkError('Your linked GitLab account cannot be used: the key that closed its tokens is gone', {
      retryable: false,
    });
  }
  return tokens;
}

async function renewStored(slackUserId: string, refused: string | undefined, deps: PersonTokenDeps): Promise<string> {
  const { links } = deps.store.tables;
  const now = deps.clock.now();
  const link = await findGood(slackUserId, deps);
  const pair = openPair(link, deps);
  if (refused !== undefined && pair.access !== refused) return pair.access;
  const isTaken = link.renewingUntil !== undefined && link.renewingUntil > now;
  const claimed = isTaken
    ? undefined
    : await links.save({ ...link, renewingUntil: new Date(now.getTime() + renewalMs) });
  if (!claimed) throw new LinkError('Your GitLab token is being renewed', { retryable: true });
  const renewed = await askForNext(claimed, pair.refresh, deps);
  if (renewed === 'refused') {
    await links.save({ ...claimed, renewingUntil: undefined, state: 'broken' });
    deps.log.warn({ actor: slackUserId }, 'linked account is broken: gitlab renews its token no more');
    throw broken();
  }
  const stored = await links.save({ ...claimed, renewingUntil: undefined, ...sealPair(slackUserId, renewed, deps) });
  if (!stored) throw new LinkError('Your GitLab account was linked anew this moment', { retryable: true });
  return renewed.access;
}

/** A renewal that failed leaves the way free for the next. */
async function askForNext(
  claimed: StoredLink,
  refresh: string,
  { oauth, store }: PersonTokenDeps,
): Promise<TokenPair | 'refused'> {
  try {
    return await oauth.renew(refresh);
  } catch (error) {
    if (error instanceof GitLabError) await store.tables.links.save({ ...claimed, renewingUntil: undefined });
    throw error;
  }
}

/** The parts of a stored link that hold its tokens. */
export function sealPair(
  slackUserId: string,
  { access, refresh, expiresAt }: TokenPair,
  { seal }: Pick<PersonTokenDeps, 'seal'>,
): Pick<StoredLink, 'sealedTokens' | 'expiresAt'> {
  const sealedTokens = seal.seal(JSON.stringify({ access, refresh }), sealedFor(slackUserId));
  return { sealedTokens, expiresAt };
}

/**
 * Seals with the first key what an older one sealed. What changes meanwhile is sealed by that anyway, and what no key
 * opens is left as it is: the key may come back.
 */
export async function resealTokens(deps: Pick<PersonTokenDeps, 'store' | 'seal' | 'log'>): Promise<void> {
  const { store, seal, log } = deps;
  const { links } = store.tables;
  const old = (await links.all()).filter(({ sealedTokens }) => !seal.isCurrent(sealedTokens));
  let resealed = 0;
  for (const link of old) {
    const tokens = openTokens(link, seal);
    if (!tokens) continue;
    const pair = { ...tokens, expiresAt: link.expiresAt };
    if (await links.save({ ...link, ...sealPair(link.slackUserId, pair, deps) })) resealed += 1;
  }
  if (old.length > 0) log.info({ resealed, unopened: old.length - resealed }, 'tokens sealed with the first key');
}

function broken(): LinkError {
  return new LinkError('GitLab does not take the token of your linked account any more', { retryable: false });
}
