import type { CommandContext } from '../command.ts';
import type { Member, Protection } from '../gitlab-ports.ts';
import { unlessGitLabFails } from '../unless-gitlab-fails.ts';

/**
 * The people who GitLab would let approve by their role, or as members of a group that its rules name. Neither the
 * bot nor who asks. Empty where GitLab does not show them, so that the rules alone are named.
 */
export async function whoMayApprove(
  projectId: number,
  protections: readonly Protection[],
  { gitlab, actor }: Pick<CommandContext, 'gitlab' | 'actor'>,
): Promise<readonly Member[]> {
  const asked = protections.flatMap(({ group, approvals }) =>
    approvals.map(async ({ groupId, accessLevel }): Promise<readonly Member[]> => {
      const place = groupId ?? group;
      if (groupId === undefined && accessLevel === undefined) return [];
      const members = await (place === undefined ? gitlab.projectMembers(projectId) : gitlab.groupMembers(place));
      return members.filter((member) => member.accessLevel >= (accessLevel ?? 0));
    }),
  );
  if (asked.length === 0) return [];
  const [own, found] = await Promise.all([
    unlessGitLabFails(gitlab.ownUser(), undefined),
    unlessGitLabFails(Promise.all(asked), []),
  ]);
  const people = new Map(found.flat().map((member) => [member.id, member]));
  return [...people.values()].filter(({ id }) => id !== own?.id && id !== actor.gitlab?.id);
}
