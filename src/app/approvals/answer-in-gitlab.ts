import type { Actor } from '../../domain/actor.ts';
import { type ApprovalRequest, decideVote } from '../../domain/approval.ts';
import { GitLabError, NotFoundError } from '../../domain/errors.ts';
import { fittingRules, type GitLabRule } from '../../domain/gitlab-approval.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { GitLabAs, GitLabReads } from '../gitlab-ports.ts';
import type { Clock, Log, Settings, Wake } from '../ports.ts';
import type { Store } from '../store-ports.ts';
import type { ApprovalPress } from './answer-approval.ts';
import { askForRule, explainGitLabAnswer, explainUnlinked } from './explain-gitlab-answer.ts';
import { explainVote } from './explain-vote.ts';
import { lookAtGitLab } from './follow-gitlab-approvals.ts';

export interface AnswerInGitLabDeps {
  readonly gitlab: Pick<GitLabReads, 'approvalOf' | 'accessLevel' | 'groupAccessLevel'>;
  readonly gitlabAs: GitLabAs;
  readonly settings: () => Settings;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly log: Log;
}

/** What came of a word that was given to GitLab. `unknown`: it may have arrived, and is looked for. */
export type GitLabAnswered =
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly request: ApprovalRequest }
  | { readonly kind: 'done'; readonly request: ApprovalRequest };

/**
 * Gives somebody's word to GitLab, with their own token and under their own name, and reads from GitLab what it made
 * of it: our record follows GitLab's, never the other way round.
 * @throws GitLabError, LinkError when GitLab does not answer or takes the token no more: nothing is recorded then.
 */
export async function answerInGitLab(
  press: ApprovalPress & { readonly answer: 'approve' | 'reject' },
  about: { readonly request: ApprovalRequest; readonly actor: Actor },
  deps: AnswerInGitLabDeps,
): Promise<GitLabAnswered> {
  const { actor } = about;
  const { answer, words, as } = press;
  const own = await deps.gitlabAs(press.slackUserId);
  if (!own) return refused(explainUnlinked(about.request, answer), about.request);
  const request = await lookAtGitLab(about.request, deps);
  const decision = decideVote(request, { voter: actor, answer, authors: [] }, deps.clock.now());
  if (decision.kind === 'refuse') return refused(explainVote(decision, { request, answer }), request);
  const deploymentId = request.gitlab?.deploymentId ?? 0;
  const fitting = answer === 'approve' && as === undefined ? await rulesFor(request, actor, deps) : [];
  if (fitting.length > 1) return refused(askForRule(fitting, { request, words }), request);
  try {
    const reason = await own.answerDeployment(request.project.id, deploymentId, { answer, words, as });
    if (reason) return refused(explainGitLabAnswer(reason, { request, answer }), await lookAtGitLab(request, deps));
  } catch (error) {
    if (error instanceof NotFoundError)
      return refused(explainGitLabAnswer('gitlab_not_configured', { request, answer }), request);
    // It may have arrived: what GitLab has now tells, and GitLab takes the same word twice without harm.
    if (!(error instanceof GitLabError && error.outcome === 'unknown')) throw error;
    const now = await lookAtGitLab(request, deps, actor);
    if (!now.votes.some(({ voter }) => voter.gitlab?.username === actor.gitlab?.username)) throw error;
    return { kind: 'done', request: now };
  }
  return { kind: 'done', request: await noteWho(await lookAtGitLab(request, deps, actor), actor, deps) };
}

function refused(refusal: Refusal, request: ApprovalRequest): GitLabAnswered {
  return { kind: 'refused', refusal, request };
}

async function rulesFor(
  { gitlab, project }: ApprovalRequest,
  { gitlab: person }: Actor,
  deps: AnswerInGitLabDeps,
): Promise<readonly GitLabRule[]> {
  const rules = gitlab?.rules ?? [];
  const userId = person?.id;
  if (userId === undefined) return [];
  const groups = [...new Set(rules.flatMap(({ groupId }) => groupId ?? []))];
  const [accessLevel, ...levels] = await Promise.all([
    deps.gitlab.accessLevel(project.id, userId),
    ...groups.map((groupId) => deps.gitlab.groupAccessLevel(groupId, userId)),
  ]);
  const groupIds = groups.filter((_, index) => (levels[index] ?? 0) > 0);
  return fittingRules(rules, { userId, accessLevel, groupIds });
}

/** GitLab knows the GitLab user; who pressed in Slack is for us to remember. */
async function noteWho(
  request: ApprovalRequest,
  actor: Actor,
  { store }: AnswerInGitLabDeps,
): Promise<ApprovalRequest> {
  const own = request.votes.find(({ voter }) => voter.gitlab?.username === actor.gitlab?.username);
  if (!own) return request;
  await store.transaction((tables) => tables.approvals.vote(request.id, { ...own, voter: actor }));
  return request;
}
