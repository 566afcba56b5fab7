import { createHash } from 'node:crypto';
import { renderAccountLinked } from '../../cards/account-linked.ts';
import { commandLine } from '../../domain/command-line.ts';
import { GitLabError, LinkError } from '../../domain/errors.ts';
import type { LinkedPerson } from '../../domain/link.ts';
import type { GitLabOfPerson } from '../gitlab-ports.ts';
import type { Clock, Log, Settings, Wake } from '../ports.ts';
import type { AnswerDraft, Store } from '../store-ports.ts';
import type { GitLabOAuth, LinkAttempt, PersonToken, Seal, TokenPair } from './link-ports.ts';
import { sealPair } from './person-token.ts';
import { revokeLater } from './revoke-tokens.ts';

export interface LinkAccountDeps {
  readonly store: Store;
  readonly seal: Seal;
  readonly oauth: GitLabOAuth;
  /** GitLab as asked with that token. */
  readonly connect: (token: PersonToken) => Pick<GitLabOfPerson, 'ownUser'>;
  /** A text that nobody can guess. */
  readonly newSecret: () => string;
  readonly settings: () => Pick<Settings, 'commandPrefix'>;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly log: Log;
}

/**
 * Why a page cannot go on. `unknown`: used, replaced by a newer one, or never ours; `denied`: the person said no in
 * GitLab; `not_agreed`: GitLab did.
 */
export type LinkProblem = 'unknown' | 'expired' | 'used' | 'other_browser' | 'denied' | 'not_agreed' | 'gitlab_away';

type Step<T> =
  | (T & { readonly kind: 'ok' })
  | { readonly kind: 'problem'; readonly problem: LinkProblem; readonly detail?: string | undefined };

/** Whom a page is about in Slack. */
export type SlackSide = Pick<LinkAttempt, 'slackUserId' | 'slackName'>;

/** The pages on which somebody links their GitLab account, in their order. `browser` is what their cookie holds. */
export interface LinkAccount {
  /** The address that `/chatops link` gave out was opened: whom it is for, where GitLab asks, and the cookie to be set. */
  start(secret: string): Promise<Step<SlackSide & { readonly authorizeUrl: string; readonly browser: string }>>;
  /** GitLab sent the person back: who they are in both, and what has to come with their yes. */
  answer(came: {
    readonly query: URLSearchParams;
    readonly browser: string;
  }): Promise<Step<SlackSide & { readonly gitlab: LinkedPerson; readonly confirmation: string }>>;
  /** They said yes: bound from now on. */
  confirm(came: {
    readonly confirmation: string;
    readonly browser: string;
  }): Promise<Step<SlackSide & { readonly gitlab: LinkedPerson }>>;
}

/** How long somebody has for the whole way. */
const attemptMs = 10 * 60_000;

function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** An attempt as it is when its address is given out, and the secret that the address holds. */
export function newAttempt(
  about: SlackSide & { readonly to: AnswerDraft['to']; readonly now: Date },
  newSecret: () => string,
): { readonly attempt: LinkAttempt; readonly secret: string } {
  const { now, ...rest } = about;
  const secret = newSecret();
  const expiresAt = new Date(now.getTime() + attemptMs);
  return { secret, attempt: { ...rest, id: hash(secret), expiresAt, stage: 'invited' } };
}

/**
 * Makes the pages' use case. Nothing is bound before the person has seen both names on one page and confirmed it: who
 * opens somebody else's address would otherwise give them their GitLab account. Each step's secret is good once, for
 * ten minutes, in one browser, and only its hash is stored.
 */
export function createLinkAccount(deps: LinkAccountDeps): LinkAccount {
  return {
    start: (secret) => start(secret, deps),
    answer: (came) => answer(came, deps),
    confirm: (came) => confirm(came, deps),
  };
}

const start = async (secret: string, deps: LinkAccountDeps): ReturnType<LinkAccount['start']> => {
  const attempts = deps.store.tables.linkAttempts;
  const attempt = await attempts.find(hash(secret));
  if (!attempt) return stop('unknown');
  if (isOver(attempt, deps)) return stop('expired');
  // Opened again, perhaps in another browser: the newest counts.
  if (attempt.stage !== 'invited' && attempt.stage !== 'asking') return stop('used');
  const [state, verifier, browser] = [deps.newSecret(), deps.newSecret(), deps.newSecret()];
  const sealed = deps.seal.seal(verifier, sealedFor(attempt));
  const asking: LinkAttempt = { ...attempt, stage: 'asking', nextKey: hash(state), browser: hash(browser), sealed };
  if (!(await attempts.move(asking, attempt))) return stop('used');
  const authorizeUrl = await deps.oauth.authorizeUrl({ state, verifier });
  return { kind: 'ok', ...slackSide(attempt), authorizeUrl, browser };
};

const answer = async (
  { query, browser }: Parameters<LinkAccount['answer']>[0],
  deps: LinkAccountDeps,
): ReturnType<LinkAccount['answer']> => {
  const attempts = deps.store.tables.linkAttempts;
  const state = query.get('state') ?? '';
  const found = await attempts.findByKey(hash(state));
  if (!found || found.stage !== 'asking') return stop('unknown');
  if (isOver(found, deps)) return stop('expired');
  if (found.browser !== hash(browser)) return stop('other_browser');
  // Used from here on, whatever comes of it: a second answer finds nothing.
  const ended: LinkAttempt = { ...found, stage: 'ended', nextKey: undefined, sealed: undefined };
  if (!(await attempts.move(ended, found))) return stop('used');
  const error = query.get('error');
  if (error !== null) return error === 'access_denied' ? stop('denied') : stop('not_agreed', error.slice(0, 60));
  const who = await askGitLab({ query, state, verifier: deps.seal.open(found.sealed ?? '', sealedFor(found)) }, deps);
  if (who.kind === 'problem') return who;
  const confirmation = deps.newSecret();
  const { sealedTokens, expiresAt: tokensExpireAt } = sealPair(found.slackUserId, who.pair, deps);
  const agreed: LinkAttempt = {
    ...ended,
    stage: 'agreed',
    nextKey: hash(confirmation),
    sealed: sealedTokens,
    gitlab: who.gitlab,
    tokensExpireAt,
  };
  if (!(await attempts.move(agreed, ended))) return stop('used');
  return { kind: 'ok', ...slackSide(found), gitlab: who.gitlab, confirmation };
};

async function askGitLab(
  asked: { readonly query: URLSearchParams; readonly state: string; readonly verifier: string | undefined },
  deps: LinkAccountDeps,
): Promise<Step<{ readonly pair: TokenPair; readonly gitlab: LinkedPerson }>> {
  const { query, state, verifier } = asked;
  if (verifier === undefined) return stop('unknown');
  try {
    const pair = await deps.oauth.exchange({ query, state, verifier });
    if (pair === 'refused') return stop('not_agreed', 'invalid_grant');
    const token = { current: async () => pair.access, renew: async () => pair.access };
    return { kind: 'ok', pair, gitlab: await deps.connect(token).ownUser() };
  } catch (error) {
    if (!(error instanceof GitLabError || error instanceof LinkError)) throw error;
    deps.log.warn({ err: error }, 'gitlab did not say who links an account');
    return stop('gitlab_away');
  }
}

const confirm = async (
  { confirmation, browser }: Parameters<LinkAccount['confirm']>[0],
  deps: LinkAccountDeps,
): ReturnType<LinkAccount['confirm']> => {
  const found = await deps.store.tables.linkAttempts.findByKey(hash(confirmation));
  if (!found) return stop('unknown');
  if (found.browser !== hash(browser)) return stop('other_browser');
  const { slackUserId, gitlab, to, sealed, tokensExpireAt } = found;
  if (found.stage !== 'agreed' || !gitlab || !sealed || !tokensExpireAt) return stop('used');
  if (isOver(found, deps)) return stop('expired');
  const now = deps.clock.now();
  const unlink = commandLine(deps.settings().commandPrefix, '/chatops', ['unlink']);
  const card = renderAccountLinked({ gitlab, unlink });
  const link = { slackUserId, gitlab, state: 'good', linkedAt: now, sealedTokens: sealed } as const;
  const isBound = await deps.store.transaction(async (tables) => {
    // The key stays, so that a second press is told that the first one did it.
    if (!(await tables.linkAttempts.move({ ...found, stage: 'bound', sealed: undefined }, found))) return false;
    const before = await tables.links.find(slackUserId);
    if (before) await revokeLater(tables, before, now);
    await tables.links.put({ ...link, expiresAt: tokensExpireAt });
    const actor = { slackUserId, gitlab };
    await tables.audit.append({ at: now, actor, action: 'link.confirm', outcome: 'succeeded' });
    await tables.outbox.answer({ key: `linked/${found.id}`, to, ...card }, now);
    return true;
  });
  if (!isBound) return stop('used');
  deps.wake('outbox');
  deps.log.info({ actor: slackUserId, gitlab_user: gitlab.username }, 'account linked');
  return { kind: 'ok', ...slackSide(found), gitlab };
};

function stop(
  problem: LinkProblem,
  detail?: string,
): { readonly kind: 'problem'; readonly problem: LinkProblem; readonly detail?: string | undefined } {
  return { kind: 'problem', problem, detail };
}

function isOver({ expiresAt }: LinkAttempt, { clock }: LinkAccountDeps): boolean {
  return expiresAt <= clock.now();
}

function slackSide({ slackUserId, slackName }: LinkAttempt): SlackSide {
  return { slackUserId, slackName };
}

function sealedFor({ id }: LinkAttempt): string {
  return `attempt/${id}`;
}
