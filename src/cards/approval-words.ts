import { type ApprovalRequest, approvals } from '../domain/approval.ts';
import type { GitLabRule } from '../domain/gitlab-approval.ts';
import { bold, group, join, type Phrase, type Segment, say, time, user } from '../domain/phrase.ts';
import { literal } from './literal.ts';
import { actorName } from './step-words.ts';

/** What is asked for: `v1.4.0 to production`, `the rollback of production to v1.3.0`. */
export function approvalName({ kind, release, environment }: ApprovalRequest): Phrase {
  return kind === 'rollback'
    ? say`the rollback of ${bold(environment)} to ${bold(release.version)}`
    : say`${bold(release.version)} to ${bold(environment)}`;
}

/** Who brought it about: `Ann asked for it`, `Ann started it in GitLab`. */
export function broughtAbout({ origin, requester }: ApprovalRequest): Phrase {
  if (origin.kind === 'operation') return say`${actorName(requester)} asked for it`;
  return requester.gitlab ? say`${actorName(requester)} started it in GitLab` : say`it was started in GitLab`;
}

/** When its time is over, after what stands before it: `, until 14:11`. Empty where it waits without end. */
export function until({ expiresAt }: ApprovalRequest): Phrase {
  return expiresAt ? say`, until ${time(expiresAt)}` : [];
}

/** Calls the approvers, as far as Slack knows them. Empty where only roles are named. */
export function approverMentions({ mention }: Pick<ApprovalRequest, 'mention'>): readonly Segment[] {
  const told = mention.slice(0, 5).map((id) => (id.startsWith('S') ? group(id) : user(id)));
  return told.length === 0 ? [] : [...join(told, ' '), ' '];
}

/** `To wake: @raj, Olu Ade and 2 more.`: Slack users first, who are not called by being named. */
export function toWake(mention: readonly string[], others: readonly string[]): Phrase {
  const all: readonly Segment[] = [
    ...mention.map((id) => (id.startsWith('S') ? group(id) : user(id))),
    ...others.map((name) => literal(name, 60)),
  ];
  const named = join(all.slice(0, 5), ', ');
  return all.length > 5 ? say`To wake: ${named} and ${all.length - 5} more.` : say`To wake: ${named}.`;
}

/** Who may approve, as the settings name them: roles and GitLab users as words, Slack's as they are called there. */
export function approverNames(approvers: readonly string[]): Phrase {
  const named = approvers.slice(0, 6).map((name): Segment => {
    if (/^[UW][A-Z0-9]+$/.test(name)) return user(name);
    return /^S[A-Z0-9]+$/.test(name) ? group(name) : literal(name, 40);
  });
  return join(named, ', ');
}

/** How far it has come and by whom: `1 of 2 approvals, by maintainer. Not by who asks.` */
export function standingOf(request: ApprovalRequest): Phrase {
  const { terms, gitlab } = request;
  if (gitlab) return gitlabStanding(gitlab.rules);
  const who = approverNames(terms.approvers);
  const barred = [...(terms.self ? [] : ['who asks']), ...(terms.authors ? [] : ['authors of what ships'])];
  const not = barred.length === 0 ? [] : say` Not by ${barred.join(' or ')}.`;
  return say`${bold(`${approvals(request).length} of ${terms.required}`)} approvals, by ${who}.${not}`;
}

/** GitLab's rules and what each still lacks: `Maintainers: 1 of 2`. */
function gitlabStanding(rules: readonly GitLabRule[]): Phrase {
  const told = rules
    .slice(0, 6)
    .map(
      (rule): Phrase =>
        say`${literal(rule.name, 60)}: ${bold(`${Math.min(rule.given, rule.required)} of ${rule.required}`)}`,
    );
  return say`By GitLab's rules. ${join(told, ' · ')}.`;
}

/** Who approved so far, with what they said. */
export function approvedBy(request: ApprovalRequest): Phrase {
  const given = approvals(request).map(({ voter, words }): Phrase => {
    const said = words === undefined ? [] : say` (${literal(words, 100)})`;
    return say`${actorName(voter)}${said}`;
  });
  return join(given, ', ');
}
