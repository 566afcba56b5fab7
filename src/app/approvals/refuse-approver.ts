import type { Actor } from '../../domain/actor.ts';
import type { ApprovalRequest } from '../../domain/approval.ts';
import { approvalTerms } from '../../domain/approval-terms.ts';
import { say } from '../../domain/phrase.ts';
import { decidePolicy } from '../../domain/policy.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { type RightsDeps, readRights } from '../input/read-rights.ts';
import { refusePolicy } from '../input/refuse-policy.ts';
import type { Settings } from '../ports.ts';
import { notAnswered } from './explain-vote.ts';

/**
 * Why this person is none of a request's approvers; undefined: they are. Whoever was taken out of the settings since it
 * was asked is none any more.
 * @throws GitLabError
 */
export async function refuseApprover(
  request: ApprovalRequest,
  about: { readonly actor: Actor; readonly restricted: boolean; readonly answer: 'approve' | 'reject' },
  deps: RightsDeps & { readonly settings: () => Settings },
): Promise<Refusal | undefined> {
  const { actor, restricted, answer } = about;
  const { project, environment, kind, terms } = request;
  const notDone = notAnswered(request, answer);
  const rules = deps.settings().rulesFor(project.path);
  if (!rules)
    return {
      code: 'project_gone',
      notDone,
      fact: say`${project.path} is not configured any more.`,
      todo: [{ kind: 'say', phrase: say`Ask whoever runs this bot to put it back into chatops.yml.` }],
    };
  const approvers = approvalTerms(rules, environment, kind)?.approvers ?? terms.approvers;
  const asked = { actor, project, rules, environment, who: approvers };
  // An approval of ours writes nothing in GitLab, whose protection is about who deploys.
  const rights = { ...(await readRights(asked, deps)), keptOut: false };
  const decision = decidePolicy({ action: answer, actor, restricted, ...rights });
  if (decision.kind === 'allow') return undefined;
  return refusePolicy(decision, { notDone, actor, project: { ref: project }, environment, settings: deps.settings() });
}
