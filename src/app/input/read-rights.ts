import { type Actor, accessLevels } from '../../domain/actor.ts';
import type { PolicyFacts } from '../../domain/policy.ts';
import { environmentRule, type ProjectRef, type ProjectRules } from '../../domain/project.ts';
import type { GitLabReads, Protection } from '../gitlab-ports.ts';
import type { SlackGateway } from '../ports.ts';

/** GitLab and Slack, as far as rights are read from them. */
export interface RightsDeps {
  readonly gitlab: Pick<GitLabReads, 'accessLevel' | 'groupAccessLevel' | 'protections'>;
  readonly slack: Pick<SlackGateway, 'groupMembers'>;
}

/**
 * What a decision about an environment rests on, beside the action and the person. `who`: the list of those who may.
 * Only for people without a linked account it is asked how GitLab protects the environment: for the others GitLab
 * decides that itself.
 * @throws GitLabError, SlackError
 */
export async function readRights(
  about: {
    readonly actor: Actor;
    readonly project: Pick<ProjectRef, 'id' | 'path'>;
    readonly rules: ProjectRules | undefined;
    readonly environment: string;
    readonly who: readonly string[] | undefined;
  },
  deps: RightsDeps,
): Promise<Pick<PolicyFacts, 'accessLevel' | 'deployers' | 'groups' | 'linkRequired' | 'keptOut'>> {
  const { actor, project, rules, environment, who } = about;
  const userId = actor.gitlab?.id;
  const [accessLevel, groups, protections] = await Promise.all([
    userId === undefined ? accessLevels.none : deps.gitlab.accessLevel(project.id, userId),
    readGroups(who ?? [], actor.slackUserId, deps),
    userId === undefined || actor.knownBy === 'link' ? [] : deps.gitlab.protections(project, environment),
  ]);
  const linkRequired = rules && environmentRule(rules, environment)?.link === 'required';
  const person = { userId: userId ?? 0, accessLevel };
  const letIn = await Promise.all(protections.map((protection) => letsIn(protection, person, deps.gitlab)));
  return { accessLevel, deployers: who, groups, linkRequired, keptOut: letIn.includes(false) };
}

/** The Slack user groups of a list that somebody is in. @throws SlackError */
export async function readGroups(
  names: readonly string[],
  slackUserId: string,
  { slack }: Pick<RightsDeps, 'slack'>,
): Promise<readonly string[]> {
  const groups = names.filter((name) => /^S[A-Z0-9]+$/.test(name));
  const members = await Promise.all(groups.map((group) => slack.groupMembers(group)));
  return groups.filter((_, at) => members[at]?.includes(slackUserId));
}

async function letsIn(
  { group, access }: Protection,
  person: { readonly userId: number; readonly accessLevel: number },
  gitlab: Pick<GitLabReads, 'groupAccessLevel'>,
): Promise<boolean> {
  const { userId } = person;
  if (access.some((rule) => rule.userId === userId)) return true;
  const accessLevel = group === undefined ? person.accessLevel : await gitlab.groupAccessLevel(group, userId);
  if (access.some((rule) => rule.accessLevel !== undefined && accessLevel >= rule.accessLevel)) return true;
  const groups = access.flatMap((rule) => rule.groupId ?? []);
  const levels = await Promise.all(groups.map((groupId) => gitlab.groupAccessLevel(groupId, userId)));
  return levels.some((level) => level >= accessLevels.guest);
}
