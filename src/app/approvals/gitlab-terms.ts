import type { ApprovalTerms } from '../../domain/approval-terms.ts';
import type { GitLabApproval } from '../../domain/gitlab-approval.ts';
import { environmentRule, type ProjectRules } from '../../domain/project.ts';

const hourMs = 3_600_000;

/** GitLab says who and how many; where the request goes, and how long an operation waits, our settings do. */
export function gitlabTerms(
  { rules }: Pick<GitLabApproval, 'rules'>,
  settings: ProjectRules | undefined,
  environment: string,
): ApprovalTerms {
  const said = settings && environmentRule(settings, environment)?.approvals;
  return {
    required: Math.max(
      1,
      rules.reduce((sum, { required }) => sum + required, 0),
    ),
    approvers: rules.map(({ name }) => name),
    ask: said?.ask ?? [],
    // Both are GitLab's to judge.
    self: true,
    authors: true,
    expiresMs: said?.expires ?? 4 * hourMs,
  };
}
