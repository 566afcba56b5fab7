import type { ApprovalRequest } from '../../domain/approval.ts';
import { type GitLabApprovalReason, type GitLabRule, missingOf } from '../../domain/gitlab-approval.ts';
import { bold, code, join, type Phrase, say } from '../../domain/phrase.ts';
import type { Refusal, Todo } from '../../domain/refusal.ts';
import { type ApprovalAnswer, notAnswered } from './explain-vote.ts';

/** Why GitLab does not take somebody's word on a deployment, and what to do. */
export function explainGitLabAnswer(
  reason: GitLabApprovalReason,
  { request, answer }: { readonly request: ApprovalRequest; readonly answer: ApprovalAnswer },
): Refusal {
  const notDone = notAnswered(request, answer);
  const { environment, project } = request;
  const page: Todo = { kind: 'open', label: 'See the environment', url: `${project.url}/-/environments` };
  switch (reason) {
    case 'gitlab_own_deployment':
      return {
        code: reason,
        notDone,
        fact: say`GitLab counts this deployment as yours, and bars its owner from approving it.`,
        todo: ask(say`Ask somebody else, or have the protected environment's settings allow it.`),
      };
    case 'gitlab_no_permission':
      return {
        code: reason,
        notDone,
        fact: say`GitLab's rules for ${bold(environment)} do not name you: ${rulesOf(request)}.`,
        todo: ask(say`Ask one of those that they name.`),
      };
    case 'gitlab_not_waiting':
      return {
        code: reason,
        notDone,
        fact: say`The deployment waits for no approval in GitLab any more.`,
        todo: [page],
      };
    case 'gitlab_not_protected':
      return {
        code: reason,
        notDone,
        fact: say`${bold(environment)} is not protected in GitLab any more.`,
        todo: [page],
      };
    case 'gitlab_not_configured':
      return {
        code: reason,
        notDone,
        fact: say`${bold(environment)} has no approval rules in GitLab any more.`,
        todo: [page],
      };
    case 'gitlab_unknown_rule':
      return {
        code: reason,
        notDone,
        fact: say`GitLab does not know that rule any more.`,
        todo: ask(say`Press the button again.`),
      };
    case 'gitlab_not_taken':
      return { code: reason, notDone, fact: say`GitLab did not take it, and I do not know its reason.`, todo: [page] };
  }
}

function ask(phrase: Phrase): readonly Todo[] {
  return [{ kind: 'say', phrase }];
}

/** GitLab asks under the name of a linked account only, so that its own record is exact. */
export function explainUnlinked(request: ApprovalRequest, answer: ApprovalAnswer): Refusal {
  return {
    code: 'approval_not_linked',
    notDone: notAnswered(request, answer),
    fact: say`GitLab's own rules ask here, so it has to be you who answers there: link your GitLab account first.`,
    todo: [{ kind: 'press', label: 'Link your GitLab account', actionId: 'run_command:link', value: '/chatops link' }],
  };
}

/** Several rules fit the person: each counts for itself, so they say for which they answer. */
export function askForRule(
  rules: readonly GitLabRule[],
  about: { readonly request: ApprovalRequest; readonly words: string | undefined },
): Refusal {
  const { request, words } = about;
  return {
    code: 'approval_which_rule',
    notDone: notAnswered(request, 'approve'),
    fact: say`Several of GitLab's rules fit you. For which one do you approve?`,
    todo: rules.slice(0, 5).map((rule, index) => ({
      kind: 'press',
      label: `For ${rule.name}`,
      actionId: `approval_approve:rule${index + 1}`,
      value: JSON.stringify({ id: request.id, as: rule.name, words }),
    })),
  };
}

function rulesOf({ gitlab }: ApprovalRequest): Phrase {
  const open = (gitlab?.rules ?? []).filter((rule) => missingOf(rule) > 0);
  return join(
    open.map(({ name }) => code(name)),
    ', ',
  );
}
