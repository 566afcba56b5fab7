import { describe, expect, it } from 'vitest';
import { fittingRules, type GitLabRule, withGitLab } from '../../src/domain/gitlab-approval.ts';
import { aGitLabApproval, anApproval, at, raj } from '../support/builders.ts';

const maintainers: GitLabRule = { name: 'Maintainers', required: 2, given: 0, accessLevel: 40 };
const security: GitLabRule = { name: 'security', required: 1, given: 0, groupId: 7 };
const rajAlone: GitLabRule = { name: 'Raj Patel', required: 1, given: 0, userId: 4 };

describe('fittingRules', () => {
  const who = { userId: 4, accessLevel: 40, groupIds: [7] };
  it.each([
    ['a role', [maintainers], who, ['Maintainers']],
    ['a role that is too high', [maintainers], { ...who, accessLevel: 30 }, []],
    ['a group', [security], who, ['security']],
    ['another group', [security], { ...who, groupIds: [8] }, []],
    ['a user', [rajAlone], who, ['Raj Patel']],
    ['another user', [rajAlone], { ...who, userId: 5 }, []],
    ['a rule that lacks nobody', [{ ...maintainers, given: 2 }], who, []],
    ['several', [maintainers, security, rajAlone], who, ['Maintainers', 'security', 'Raj Patel']],
  ])('fits %s', (_, rules, person, expected) => {
    expect(fittingRules(rules, person).map(({ name }) => name)).toEqual(expected);
  });
});

describe('withGitLab', () => {
  const approved = { person: raj.gitlab, answer: 'approve', words: '', at: at(30) } as const;
  const waiting = aGitLabApproval({ rules: [maintainers], approvals: [approved] });
  it.each([
    ['open', waiting],
    ['approved', { ...waiting, pending: 0 }],
    ['rejected', { ...waiting, approvals: [{ ...approved, answer: 'reject' as const }] }],
  ])('is %s as GitLab says', (state, approval) => {
    expect(withGitLab(anApproval(), approval, at(60))).toMatchObject({ state, gitlab: { deploymentId: 55 } });
  });

  it('keeps who pressed in Slack, and knows nobody there who decided on the page', () => {
    const pressed = { ...anApproval(), votes: [{ voter: raj, answer: 'approve', at: at(30) } as const] };

    expect(withGitLab(pressed, waiting, at(60)).votes[0]?.voter).toEqual(raj);
    expect(withGitLab(anApproval(), waiting, at(60)).votes[0]?.voter).toEqual({ slackUserId: '', gitlab: raj.gitlab });
  });
});
