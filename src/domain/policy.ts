import { type Actor, accessLevels, type Role, roleName } from './actor.ts';
import { allow, type Decision } from './decision.ts';

/** What a person wants to do. */
export type Action =
  | 'read'
  | 'watch'
  | 'reload'
  | 'audit'
  | 'deploy'
  | 'rollback'
  | 'approve'
  | 'reject'
  | 'task'
  | 'nudge'
  | 'lock'
  | 'break_lock'
  | 'override'
  | 'review'
  | 'cancel_operation';

/** Why somebody may not. Codes are shown, logged and recorded as they are. */
export type PolicyReason =
  | 'actor_not_linked'
  | 'link_required'
  | 'link_broken'
  | 'environment_protected'
  | 'not_a_member'
  | 'role_too_low'
  | 'not_a_deployer'
  | 'guest';

/** Why somebody may not, and what it would take. */
export interface PolicyRefusal {
  readonly reason: PolicyReason;
  /** The roles or names that would do, as written in settings. */
  readonly needs: readonly string[];
  readonly has: string;
}

/** What the decision rests on. `accessLevel` is GitLab's for that project, inherited included; 0: not a member. */
export interface PolicyFacts {
  readonly action: Action;
  readonly actor: Actor;
  readonly accessLevel: number;
  readonly tier?: string | undefined;
  /**
   * Who may, as configured, for `approve` and `reject` the approvers; undefined: developers, to deploy to tier
   * production maintainers.
   */
  readonly deployers?: readonly string[] | undefined;
  /** Slack user groups that the person is in, of those that `deployers` names. */
  readonly groups?: readonly string[] | undefined;
  /** `link: required`: only with the person's own GitLab token. */
  readonly linkRequired?: boolean | undefined;
  /** GitLab protects the environment, and none of its rules lets this person deploy there. */
  readonly keptOut?: boolean | undefined;
  /** Slack single- or multi-channel guest, bot or deactivated user. */
  readonly restricted: boolean;
}

/** Decides whether a person may do this here. Pure: every fact is read before. */
export function decidePolicy(facts: PolicyFacts): Decision<PolicyRefusal> {
  if (facts.restricted && facts.action !== 'read') return refuse('guest', ['a full member of this workspace'], 'guest');
  if (!facts.actor.gitlab) return refuse('actor_not_linked', [], 'no GitLab account known');
  if (facts.action === 'read' || facts.action === 'watch') return atLeast(facts, 'reporter');
  if (facts.action === 'lock' || facts.action === 'task' || facts.action === 'nudge')
    return atLeast(facts, 'developer');
  if (facts.action === 'break_lock' || facts.action === 'override' || facts.action === 'review')
    return atLeast(facts, 'maintainer');
  if (facts.action === 'cancel_operation' || facts.action === 'reload' || facts.action === 'audit')
    return atLeast(facts, 'maintainer');

  const decision = decideByName(facts, facts.actor.gitlab.username);
  return decision.kind === 'allow' ? decideToken(facts) : decision;
}

/** By role, by GitLab or Slack user, or by Slack user group: one of them is enough for a reporter. */
function decideByName(facts: PolicyFacts, username: string): Decision<PolicyRefusal> {
  const { actor, groups = [], accessLevel } = facts;
  const has = roleName(accessLevel);
  const byTier = facts.tier === 'production' && facts.action === 'deploy' ? 'maintainer' : 'developer';
  const deployers = facts.deployers ?? [byTier];
  // GitLab takes user names without regard to case, and gives each to one user only.
  const names = deployers.map((entry) => (entry.startsWith('@') ? entry.toLowerCase() : entry));
  const own = [`@${username.toLowerCase()}`, actor.slackUserId, ...groups];
  const byName = own.some((name) => names.includes(name));
  const byRole = deployers.some((entry) => entry in accessLevels && accessLevel >= accessLevels[entry as Role]);
  if (byName || byRole) return accessLevel >= accessLevels.reporter ? allow : refuse('not_a_member', ['reporter'], has);
  if (accessLevel < accessLevels.guest) return refuse('not_a_member', deployers, has);
  return refuse(deployers.some((entry) => entry in accessLevels) ? 'role_too_low' : 'not_a_deployer', deployers, has);
}

/**
 * With whose token it would be done. With the person's own, GitLab decides the rest; with the bot's, we have to keep to
 * what GitLab would say of the person.
 */
function decideToken({ actor, linkRequired, keptOut, accessLevel }: PolicyFacts): Decision<PolicyRefusal> {
  const has = roleName(accessLevel);
  if (actor.knownBy === 'link') return allow;
  if (actor.knownBy === 'broken_link') return refuse('link_broken', [], has);
  if (linkRequired) return refuse('link_required', [], has);
  return keptOut ? refuse('environment_protected', [], has) : allow;
}

/** What would come of an input: something to look at, or something that is another way afterwards. */
export type Effect = 'look' | 'change';

/**
 * Decides whether this may be done from this place. A place that people of other workspaces read as well is for looking
 * only, also for those who may do it elsewhere.
 */
export function decidePlace(facts: {
  readonly effect: Effect;
  /** With another workspace or company (Slack Connect). */
  readonly shared: boolean;
}): Decision<{ readonly reason: 'shared_channel' }> {
  return facts.shared && facts.effect === 'change' ? { kind: 'refuse', reason: 'shared_channel' } : allow;
}

function atLeast(facts: PolicyFacts, role: Role): Decision<PolicyRefusal> {
  if (facts.accessLevel >= accessLevels[role]) return allow;
  const reason = facts.accessLevel < accessLevels.guest ? 'not_a_member' : 'role_too_low';
  return refuse(reason, [role], roleName(facts.accessLevel));
}

function refuse(reason: PolicyReason, needs: readonly string[], has: string): Decision<PolicyRefusal> {
  return { kind: 'refuse', reason, needs, has };
}
