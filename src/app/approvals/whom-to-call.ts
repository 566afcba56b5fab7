import type { GitLabRule } from '../../domain/gitlab-approval.ts';
import { findSlackUser } from '../notices/whom-to-mention.ts';
import type { Settings } from '../ports.ts';
import type { Tables } from '../store-ports.ts';

/**
 * The Slack users and groups who are called to a request: those that the settings name, also by their GitLab user, and
 * single users of GitLab's rules. A role, or a group of GitLab's, is nobody that Slack could call.
 */
export async function whomToCall(
  { approvers, rules = [] }: { readonly approvers: readonly string[]; readonly rules?: readonly GitLabRule[] },
  deps: {
    readonly tables: { readonly links: Pick<Tables['links'], 'all'> };
    readonly settings: Pick<Settings, 'identityUsers'>;
  },
): Promise<readonly string[]> {
  const { tables, settings } = deps;
  const slackNames = approvers.filter((name) => /^[UWS][A-Z0-9]+$/.test(name));
  const people = [
    ...approvers.filter((name) => name.startsWith('@')).map((name) => ({ username: name.slice(1) })),
    ...rules.flatMap(({ userId }) => (userId === undefined ? [] : [{ id: userId }])),
  ];
  const known = await Promise.all(people.map((person) => findSlackUser(tables, person, settings.identityUsers)));
  return [...new Set([...slackNames, ...known.flatMap((slackUserId) => slackUserId ?? [])])];
}
