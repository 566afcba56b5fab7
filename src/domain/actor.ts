/** GitLab's access levels, as numbers of the members API. */
export const accessLevels = {
  none: 0,
  minimal: 5,
  guest: 10,
  planner: 15,
  reporter: 20,
  developer: 30,
  maintainer: 40,
  owner: 50,
} as const satisfies Record<string, number>;

/** A GitLab role as written in settings. */
export type Role = 'guest' | 'reporter' | 'developer' | 'maintainer' | 'owner';

/** A GitLab user as GitLab names them in payloads. */
export interface Person {
  readonly id?: number | undefined;
  readonly username: string;
  readonly name: string;
}

/**
 * How a Slack user's GitLab user is known: they linked the account (`broken_link`: and GitLab takes its token no more),
 * or `identity.users` or `identity.email` of `chatops.yml` say so.
 */
export type KnownBy = 'link' | 'broken_link' | 'users' | 'email';

/** Who acts: a Slack user, and the GitLab user they are known to be (undefined: not known). */
export interface Actor {
  readonly slackUserId: string;
  readonly gitlab: Person | undefined;
  readonly knownBy?: KnownBy | undefined;
}

/**
 * Whether two actors are one person: by their GitLab user, since one person can have several Slack accounts; where one
 * of them is not known in GitLab, by Slack user.
 */
export function isSamePerson(a: Actor, b: Actor): boolean {
  if (!a.gitlab || !b.gitlab) return a.slackUserId === b.slackUserId;
  if (a.gitlab.id !== undefined && b.gitlab.id !== undefined) return a.gitlab.id === b.gitlab.id;
  return a.gitlab.username.toLowerCase() === b.gitlab.username.toLowerCase();
}

/** The word for an access level: the highest role that it reaches. */
export function roleName(accessLevel: number): Role | 'none' {
  if (accessLevel >= accessLevels.owner) return 'owner';
  if (accessLevel >= accessLevels.maintainer) return 'maintainer';
  if (accessLevel >= accessLevels.developer) return 'developer';
  if (accessLevel >= accessLevels.reporter) return 'reporter';
  if (accessLevel >= accessLevels.guest) return 'guest';
  return 'none';
}
