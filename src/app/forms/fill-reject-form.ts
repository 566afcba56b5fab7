import { renderRefusal } from '../../cards/refusal.ts';
import { renderRejectForm } from '../../cards/reject-form.ts';
import { renderNote } from '../../cards/view.ts';
import type { ApprovalRequest } from '../../domain/approval.ts';
import { decideVote } from '../../domain/approval.ts';
import { say } from '../../domain/phrase.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { explainUnlinked } from '../approvals/explain-gitlab-answer.ts';
import { explainVote } from '../approvals/explain-vote.ts';
import { refuseApprover } from '../approvals/refuse-approver.ts';
import type { CommandContext } from '../command.ts';
import type { FormPlace } from '../input/slack-input.ts';
import type { Filled } from './fill-deploy-form.ts';

/** Fills the form that asks why, or says in it why this person cannot reject. @throws GitLabError */
export async function fillRejectForm(
  { request, place }: { readonly request: ApprovalRequest | undefined; readonly place: FormPlace },
  context: CommandContext,
): Promise<Filled> {
  const { actor, now } = context;
  if (!request) {
    const refusal = {
      code: 'approval_unknown',
      notDone: say`Nothing was done.`,
      fact: say`I do not know this request any more.`,
      todo: [{ kind: 'say', phrase: say`Ask for the deploy again, if it is still wanted.` }],
    } as const;
    return { view: renderNote({ title: 'Reject', card: renderRefusal(refusal) }), place, refused: refusal };
  }
  const decision = decideVote(request, { voter: actor, answer: 'reject', authors: [] }, now);
  const refusal =
    (await refuseRejecter(request, context)) ??
    (decision.kind === 'refuse' ? explainVote(decision, { request, answer: 'reject' }) : undefined);
  if (!refusal) return { view: renderRejectForm(request), place: { ...place, requestId: request.id } };
  const refused = { code: refusal.code, project: request.project.path };
  return { view: renderNote({ title: 'Reject', card: renderRefusal(refusal) }), place, refused };
}

/** By GitLab's own rules it is GitLab that judges, for whoever it knows. */
async function refuseRejecter(request: ApprovalRequest, context: CommandContext): Promise<Refusal | undefined> {
  const { actor, restricted, settings } = context;
  if (request.gitlab && !restricted) return actor.knownBy === 'link' ? undefined : explainUnlinked(request, 'reject');
  return refuseApprover(request, { ...context, answer: 'reject' }, { ...context, settings: () => settings });
}
