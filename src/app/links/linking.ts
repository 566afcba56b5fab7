import { GitLabError } from '../../domain/errors.ts';
import type { Link } from '../../domain/link.ts';
import type { GitLabAs, GitLabOfPerson } from '../gitlab-ports.ts';
import type { AnswerDraft } from '../store-ports.ts';
import {
  createLinkAccount,
  type LinkAccount,
  type LinkAccountDeps,
  newAttempt,
  type SlackSide,
} from './link-account.ts';
import type { LinkAttempt, PersonToken, StoredLink } from './link-ports.ts';
import { createPersonTokens, openTokens, resealTokens } from './person-token.ts';

/** The accounts that people linked, as the rest of the program uses them. */
export interface Linking {
  readonly gitlabAs: GitLabAs;
  findLink(slackUserId: string): Promise<Link | undefined>;
  /** An attempt to be stored, and the address that begins it. Undefined: linking is switched off. */
  readonly invite: Invite | undefined;
  /** The pages. Undefined: linking is switched off. */
  readonly linkAccount: LinkAccount | undefined;
  /** Seals with the first key what an older one sealed, so that the older can be taken away. */
  reseal(): Promise<void>;
  /** Ends a pair of tokens in GitLab. @throws GitLabError */
  revoke(link: Pick<StoredLink, 'slackUserId' | 'sealedTokens'>): Promise<void>;
}

/** Makes the address that somebody opens to link their account. */
export interface Invite {
  (
    about: SlackSide & { readonly to: AnswerDraft['to']; readonly now: Date },
  ): {
    readonly attempt: LinkAttempt;
    readonly url: string;
  };
}

/** Where linking is switched off nobody is linked, whatever was stored while it was on. */
export const noLinking: Linking = {
  gitlabAs: () => Promise.resolve(undefined),
  findLink: () => Promise.resolve(undefined),
  invite: undefined,
  linkAccount: undefined,
  reseal: () => Promise.resolve(),
  revoke: () => Promise.resolve(),
};

export interface LinkingDeps extends LinkAccountDeps {
  readonly connect: (token: PersonToken) => GitLabOfPerson;
  readonly publicUrl: string;
}

/** Makes it from what the outside offers. */
export function createLinking(deps: LinkingDeps): Linking {
  const tokenOf = createPersonTokens(deps);
  const find = (slackUserId: string): Promise<StoredLink | undefined> => deps.store.tables.links.find(slackUserId);
  return {
    findLink: find,
    async gitlabAs(slackUserId) {
      if (!(await find(slackUserId))) return undefined;
      const token = tokenOf(slackUserId);
      await token.current();
      return deps.connect(token);
    },
    invite(about) {
      const { attempt, secret } = newAttempt(about, deps.newSecret);
      return { attempt, url: `${deps.publicUrl}/oauth/gitlab/start?for=${secret}` };
    },
    linkAccount: createLinkAccount(deps),
    reseal: () => resealTokens(deps),
    async revoke(link) {
      const tokens = openTokens(link, deps.seal);
      // Sealed by a key that is gone: nobody can use them either.
      if (!tokens) return;
      try {
        await deps.oauth.revoke(tokens.refresh);
      } catch (error) {
        if (!(error instanceof GitLabError) || error.retryable) throw error;
        deps.log.warn({ actor: link.slackUserId, err: error }, 'gitlab would not end the tokens of a link');
      }
    },
  };
}
