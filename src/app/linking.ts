import type { Link } from '../domain/link.ts';
import type { GitLabAs, GitLabOfPerson } from './gitlab-ports.ts';
import type { PersonToken } from './link-ports.ts';
import { createPersonTokens, type PersonTokenDeps } from './person-token.ts';

/** The accounts that people linked, as the rest of the program uses them. */
export interface Linking {
  readonly gitlabAs: GitLabAs;
  findLink(slackUserId: string): Promise<Link | undefined>;
}

/** Where linking is switched off nobody is linked, whatever was stored while it was on. */
export const noLinking: Linking = {
  gitlabAs: () => Promise.resolve(undefined),
  findLink: () => Promise.resolve(undefined),
};

/** Makes it from what the outside offers; `connect` gives GitLab as asked with that token. */
export function createLinking(
  deps: PersonTokenDeps & { readonly connect: (token: PersonToken) => GitLabOfPerson },
): Linking {
  const tokenOf = createPersonTokens(deps);
  const { links } = deps.store.tables;
  return {
    findLink: (slackUserId) => links.find(slackUserId),
    async gitlabAs(slackUserId) {
      if (!(await links.find(slackUserId))) return undefined;
      const token = tokenOf(slackUserId);
      await token.current();
      return deps.connect(token);
    },
  };
}
