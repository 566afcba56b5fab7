import type { Link, LinkedPerson } from '../../domain/link.ts';
import type { AnswerDraft } from '../store-ports.ts';

/** What GitLab gives for a person who agreed. The access token ends after two hours, and a renewal changes both. */
export interface TokenPair {
  readonly access: string;
  readonly refresh: string;
  readonly expiresAt: Date;
}

/** The token of a person who linked their account. It ends every two hours, and whenever they want. */
export interface PersonToken {
  /** @throws LinkError, GitLabError */
  current(): Promise<string>;
  /** The one after `refused`, which GitLab took no more. @throws LinkError, GitLabError */
  renew(refused: string): Promise<string>;
}

/** The side of GitLab that people agree on. Each throws `GitLabError` when it does not answer or refuses the bot. */
export interface GitLabOAuth {
  /** The page on which GitLab asks the person. */
  authorizeUrl(asked: { readonly state: string; readonly verifier: string }): Promise<string>;
  /** `query` is what GitLab's redirect brought. `refused`: its code is over, used, or for another request. */
  exchange(answer: {
    readonly query: URLSearchParams;
    readonly state: string;
    readonly verifier: string;
  }): Promise<TokenPair | 'refused'>;
  /** `refused`: the person took it back, or it is over. */
  renew(refresh: string): Promise<TokenPair | 'refused'>;
  /** Ends a token, and the one that it came with. */
  revoke(token: string): Promise<void>;
}

/** Closes texts with the first of our keys, and opens what any of them closed. */
export interface Seal {
  /** `about` is part of it: what was sealed for one purpose does not open for another. */
  seal(text: string, about: string): string;
  /** Undefined: by no key that we have, or for another purpose. */
  open(sealed: string, about: string): string | undefined;
  /** Whether it was closed with the key that closes now. */
  isCurrent(sealed: string): boolean;
}

/** A link as it is kept. */
export interface StoredLink extends Link {
  /** A `TokenPair` as JSON, sealed. */
  readonly sealedTokens: string;
  /** When the access token ends. */
  readonly expiresAt: Date;
  /** Until then one process renews the tokens, and nobody else may: a renewal ends the tokens before it. */
  readonly renewingUntil?: Date | undefined;
  /** Counts changes. */
  readonly version: number;
}

/** The accounts that people linked: one for each Slack user; a GitLab user may have several. */
export interface LinksTable {
  find(slackUserId: string): Promise<StoredLink | undefined>;
  all(): Promise<readonly StoredLink[]>;
  /** Binds, in place of what that Slack user had linked before. */
  put(link: Omit<StoredLink, 'version'>): Promise<void>;
  /** What was stored, or undefined: somebody changed it since `link.version`. */
  save(link: StoredLink): Promise<StoredLink | undefined>;
  /** False when there was none. */
  remove(slackUserId: string): Promise<boolean>;
}

/**
 * Somebody on the way through the pages that link an account. `invited`: the address was given out; `asking`: the
 * browser was sent to GitLab; `agreed`: GitLab said who they are, and they have to confirm it; `bound`: done; `ended`:
 * they or GitLab refused.
 */
export interface LinkAttempt {
  /** A hash of what stands in the address that was given out. */
  readonly id: string;
  readonly slackUserId: string;
  /** As Slack shows them. */
  readonly slackName: string;
  /** Where they are told what came of it. */
  readonly to: AnswerDraft['to'];
  readonly expiresAt: Date;
  readonly stage: 'invited' | 'asking' | 'agreed' | 'bound' | 'ended';
  /** A hash of what the next step has to bring; each is good once. */
  readonly nextKey?: string | undefined;
  /** A hash of the cookie: the whole way is gone in one browser. */
  readonly browser?: string | undefined;
  /** The verifier of PKCE while `asking`, a `TokenPair` once `agreed`. */
  readonly sealed?: string | undefined;
  readonly gitlab?: LinkedPerson | undefined;
  readonly tokensExpireAt?: Date | undefined;
}

/** The attempts of the last minutes; at most one for each Slack user. */
export interface LinkAttemptsTable {
  find(id: string): Promise<LinkAttempt | undefined>;
  findByKey(nextKey: string): Promise<LinkAttempt | undefined>;
  /** In place of that person's earlier one. */
  add(attempt: LinkAttempt): Promise<void>;
  /** True for exactly one caller: stores it if it stands where `from` says. */
  move(attempt: LinkAttempt, from: Pick<LinkAttempt, 'stage' | 'nextKey'>): Promise<boolean>;
  /** Deletes those whose time is over and hands them out. */
  takeExpired(now: Date): Promise<readonly LinkAttempt[]>;
}
