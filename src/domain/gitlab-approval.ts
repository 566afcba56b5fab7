import type { Person } from './actor.ts';
import type { ApprovalRequest, Vote } from './approval.ts';
import type { Deployment } from './deployment.ts';

/** One of GitLab's approval rules of an environment: so many people of a role, a group, or one user. */
export interface GitLabRule {
  /** As GitLab calls whom it means, e.g. `Maintainers`. */
  readonly name: string;
  readonly required: number;
  readonly given: number;
  readonly userId?: number | undefined;
  readonly groupId?: number | undefined;
  readonly accessLevel?: number | undefined;
}

/** What GitLab says of a deployment's approvals. */
export interface GitLabApproval {
  readonly deployment: Deployment;
  /** Whether its job was started. */
  readonly begun: boolean;
  /** Whether it, or its pipeline, was canceled or skipped. */
  readonly canceled: boolean;
  /** Whether another commit was deployed there since, so that GitLab takes this one for outdated. */
  readonly overtaken: boolean;
  /** How many are missing; 0 also where the deployment has not come to its gate yet. */
  readonly pending: number;
  readonly rules: readonly GitLabRule[];
  readonly approvals: readonly {
    readonly person: Person;
    readonly answer: Vote['answer'];
    readonly words?: string | undefined;
    readonly at: Date | undefined;
  }[];
}

/** Why GitLab does not take an approval; the last: in words that we do not know. */
export type GitLabApprovalReason =
  | 'gitlab_not_protected'
  | 'gitlab_own_deployment'
  | 'gitlab_not_configured'
  | 'gitlab_not_waiting'
  | 'gitlab_no_permission'
  | 'gitlab_unknown_rule'
  | 'gitlab_not_taken';

/** How many approvals a rule still lacks. */
export function missingOf({ required, given }: GitLabRule): number {
  return Math.max(0, required - given);
}

/** The rules that a person may fill, as far as roles tell: GitLab itself has the last word. */
export function fittingRules(
  rules: readonly GitLabRule[],
  who: { readonly userId: number | undefined; readonly accessLevel: number; readonly groupIds: readonly number[] },
): readonly GitLabRule[] {
  return rules.filter((rule) => {
    if (missingOf(rule) === 0) return false;
    if (rule.userId !== undefined) return rule.userId === who.userId;
    if (rule.groupId !== undefined) return who.groupIds.includes(rule.groupId);
    return rule.accessLevel !== undefined && who.accessLevel >= rule.accessLevel;
  });
}

/** The request as GitLab has it now. Somebody who pressed here keeps their Slack name. */
export function withGitLab(request: ApprovalRequest, approval: GitLabApproval, now: Date): ApprovalRequest {
  const votes = approval.approvals.map(({ person, answer, words, at }): Vote => {
    const known = request.votes.find(({ voter }) => isPerson(voter.gitlab, person));
    const voter = { slackUserId: known?.voter.slackUserId ?? '', gitlab: person };
    return { voter, answer, words: words === '' ? undefined : words, at: at ?? known?.at ?? now };
  });
  const state = votes.some(({ answer }) => answer === 'reject')
    ? 'rejected'
    : approval.pending === 0
      ? 'approved'
      : 'open';
  return { ...request, state, votes, gitlab: { deploymentId: approval.deployment.id, rules: approval.rules } };
}

function isPerson(known: Person | undefined, person: Person): boolean {
  return known?.username.toLowerCase() === person.username.toLowerCase();
}
