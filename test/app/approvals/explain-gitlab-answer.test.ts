import { describe, expect, it } from 'vitest';
import { explainGitLabAnswer } from '../../../src/app/approvals/explain-gitlab-answer.ts';
import { plainText } from '../../../src/domain/phrase.ts';
import { anApproval } from '../../support/builders.ts';

const rules = [
  { name: 'Maintainers', required: 2, given: 1 },
  { name: 'Security', required: 1, given: 1 },
];
const request = anApproval({}, { gitlab: { deploymentId: 55, rules } });

describe('explainGitLabAnswer', () => {
  it.each([
    ['gitlab_own_deployment', 'GitLab counts this deployment as yours, and bars its owner from approving it.'],
    ['gitlab_no_permission', "GitLab's rules for production do not name you: Maintainers."],
    ['gitlab_not_waiting', 'The deployment waits for no approval in GitLab any more.'],
    ['gitlab_not_protected', 'production is not protected in GitLab any more.'],
    ['gitlab_not_configured', 'production has no approval rules in GitLab any more.'],
    ['gitlab_unknown_rule', 'GitLab does not know that rule any more.'],
    ['gitlab_not_taken', 'GitLab did not take it, and I do not know its reason.'],
  ] as const)('says %s in a sentence, with what to do', (reason, fact) => {
    const refusal = explainGitLabAnswer(reason, { request, answer: 'approve' });

    expect(refusal.code).toBe(reason);
    expect(plainText(refusal.notDone)).toBe('You have not approved v1.4.0 to production.');
    expect(plainText(refusal.fact)).toBe(fact);
    expect(refusal.todo).toHaveLength(1);
  });
});
