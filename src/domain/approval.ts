import { type Actor, isSamePerson, type Person } from './actor.ts';
import type { ApprovalTerms } from './approval-terms.ts';
import { allow, type Decision } from './decision.ts';
import type { GitLabRule } from './gitlab-approval.ts';
import type { ProjectRef } from './project.ts';
import type { Release } from './release.ts';

/**
 * `open`: not decided, and so again when somebody takes an approval back. `used`: approved, and the job was started.
 * `closed`: nobody needs it any more.
 */
export type RequestState = 'open' | 'approved' | 'used' | 'rejected' | 'expired' | 'closed';

/** What a request came from. `observed`: a deployment that waits in GitLab, and nothing of ours waits for it. */
export type RequestOrigin =
  | {
      readonly kind: 'operation';
      readonly operationId: string;
      readonly planId: string;
      /** Of the operation's own message, to follow it. */
      readonly threadKey: string;
    }
  | { readonly kind: 'observed' };

/**
 * Why nobody needs an observed request any more: its job was started all the same, its pipeline was canceled, GitLab has
 * no such deployment or asks for no approval, another commit was deployed since, a deploy of ours asks for it now, or its
 * project is not configured any more.
 */
export type CloseReason = 'started' | 'canceled' | 'gone' | 'overtaken' | 'asked_anew' | 'not_configured';

/** A request for approval: of one environment, for one job of one commit. */
export interface ApprovalRequest {
  readonly id: string;
  readonly origin: RequestOrigin;
  readonly project: ProjectRef;
  readonly environment: string;
  readonly tier?: string | undefined;
  readonly release: Release;
  readonly fromVersion?: string | undefined;
  /** What ran there when it was asked, for who wrote what ships. */
  readonly fromSha?: string | undefined;
  readonly kind: 'deploy' | 'rollback';
  readonly pipelineId: number;
  readonly pipelineUrl: string;
  readonly job: string;
  /** Another instance of the job is another deed. Of a retry: the instance that is run again. */
  readonly jobId: number;
  readonly terms: ApprovalTerms;
  /** Where it is GitLab that asks, by the rules of its protected environment; undefined: we do. */
  readonly gitlab?: { readonly deploymentId: number; readonly rules: readonly GitLabRule[] } | undefined;
  /** Of an observed one who started it in GitLab, without a Slack user. */
  readonly requester: Actor;
  /** How many commits ship, and where to see them. */
  readonly ships?: { readonly total: number; readonly url: string } | undefined;
  readonly checks?: Checks | undefined;
  /** Slack users and groups who are called to it. */
  readonly mention: readonly string[];
  /** Where it is shown. `rootKey`: in that thread; undefined: as a message of its own. */
  readonly places: readonly ApprovalPlace[];
  readonly state: RequestState;
  /** Of an observed one that is closed. */
  readonly closed?: CloseReason | undefined;
  readonly votes: readonly Vote[];
  readonly createdAt: Date;
  /** Undefined: never, as GitLab waits without end. */
  readonly expiresAt?: Date | undefined;
  readonly remindedAt?: Date | undefined;
  readonly nudgedAt?: Date | undefined;
}

/** Where a request is shown. */
export interface ApprovalPlace {
  readonly channel: string;
  readonly rootKey: string | undefined;
  /** A reply that shows in the channel as well. */
  readonly broadcast: boolean;
}

/** How the jobs that check a release ended. */
export interface Checks {
  readonly passed: number;
  readonly failed: readonly string[];
  /** On their way. */
  readonly open: readonly string[];
}

/** One person's word on a request. At most one for each GitLab user, however many Slack accounts they have. */
export interface Vote {
  readonly voter: Actor;
  readonly answer: 'approve' | 'reject';
  /** A comment; of a rejection the reason. */
  readonly words?: string | undefined;
  readonly at: Date;
}

/** Why a word on a request does not count. */
export type VoteReason =
  | 'approval_decided'
  | 'approval_expired'
  | 'approval_own_deploy'
  | 'approval_own_commits'
  | 'approval_given'
  | 'approval_not_given'
  | 'approval_kept_by_gitlab';

/** Why a word on a request does not count. */
export interface VoteRefusal {
  readonly reason: VoteReason;
}

/** After a nudge so long nobody is pinged again. */
export const nudgeEveryMs = 15 * 60_000;

/**
 * Decides whether this person's word counts, who is one of the approvers. People are compared by their GitLab user:
 * somebody with two Slack accounts is one person. `authors`: who wrote what ships, as far as that is known.
 */
export function decideVote(
  request: ApprovalRequest,
  vote: { readonly voter: Actor; readonly answer: Vote['answer']; readonly authors: readonly Author[] },
  now: Date,
): Decision<VoteRefusal> {
  const { terms, state, requester } = request;
  const { voter, answer, authors } = vote;
  if (state === 'expired' || (isUndecided(request) && isOverdue(request, now))) return refuse('approval_expired');
  // Who approved may still say no, as long as nothing was started.
  if (!(state === 'open' || (state === 'approved' && answer === 'reject'))) return refuse('approval_decided');
  if (answer === 'reject') return allow;
  if (!terms.self && isSamePerson(requester, voter)) return refuse('approval_own_deploy');
  if (!terms.authors && voter.gitlab && isAuthor(voter.gitlab, authors)) return refuse('approval_own_commits');
  if (voteOf(request, voter)) return refuse('approval_given');
  return allow;
}

/** Decides whether this person can take an approval back: it is theirs, and nothing was started. */
export function decideWithdrawal(request: ApprovalRequest, voter: Actor): Decision<VoteRefusal> {
  if (request.gitlab) return refuse('approval_kept_by_gitlab');
  if (!isUndecided(request)) return refuse('approval_decided');
  return voteOf(request, voter)?.answer === 'approve' ? allow : refuse('approval_not_given');
}

/** What somebody has said already. */
export function voteOf({ votes }: Pick<ApprovalRequest, 'votes'>, voter: Actor): Vote | undefined {
  return votes.find((vote) => isSamePerson(vote.voter, voter));
}

/** The request with one more word; a rejection ends it, and so does the last approval that was missing. */
export function withVote(request: ApprovalRequest, vote: Vote): ApprovalRequest {
  const votes = [...request.votes.filter(({ voter }) => !isSamePerson(voter, vote.voter)), vote];
  return tallied({ ...request, votes });
}

/** The request without this person's approval. */
export function withoutVote(request: ApprovalRequest, voter: Actor): ApprovalRequest {
  return tallied({ ...request, votes: request.votes.filter((vote) => !isSamePerson(vote.voter, voter)) });
}

/** The approvals given so far. */
export function approvals({ votes }: Pick<ApprovalRequest, 'votes'>): readonly Vote[] {
  return votes.filter(({ answer }) => answer === 'approve');
}

/** Whether it waits for people, or for its job to be started. */
export function isUndecided({ state }: ApprovalRequest): boolean {
  return state === 'open' || state === 'approved';
}

/** Whether a request is for this very job: any other instance, commit or pipeline was never asked about. */
export function isBoundTo(
  request: ApprovalRequest,
  deed: { readonly pipelineId: number; readonly sha: string; readonly jobId: number | undefined },
): boolean {
  return request.pipelineId === deed.pipelineId && request.release.sha === deed.sha && request.jobId === deed.jobId;
}

/** Whether the time to decide is over. */
export function isOverdue({ expiresAt }: Pick<ApprovalRequest, 'expiresAt'>, now: Date): boolean {
  return expiresAt !== undefined && now >= expiresAt;
}

/** When the approvers are reminded, once. Undefined: they were, or nobody is waited for. */
export function reminderAt({ state, remindedAt, createdAt, terms }: ApprovalRequest): Date | undefined {
  if (state !== 'open' || remindedAt) return undefined;
  return new Date(createdAt.getTime() + terms.expiresMs / 2);
}

/** The operation and the plan that a request is for; neither where a deployment was only observed. */
export function operationOf({ origin }: Pick<ApprovalRequest, 'origin'>): {
  readonly operationId?: string;
  readonly planId?: string;
} {
  return origin.kind === 'operation' ? { operationId: origin.operationId, planId: origin.planId } : {};
}

/** From when on the approvers may be pinged again by hand. */
export function nudgeAgainAt({ nudgedAt, createdAt }: ApprovalRequest): Date {
  return nudgedAt ? new Date(nudgedAt.getTime() + nudgeEveryMs) : createdAt;
}

/** Who wrote something that ships: GitLab names the author of a merge request, a commit only says a name. */
export type Author = Person | { readonly name: string };

/**
 * Anybody may put any name into a commit, so a name can bar too many people, never too few of those who keep to theirs.
 */
function isAuthor(person: Person, authors: readonly Author[]): boolean {
  return authors.some((author) =>
    'username' in author
      ? same(author.username, person.username)
      : same(author.name, person.name) || same(author.name, person.username),
  );
}

function same(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

function tallied(request: ApprovalRequest): ApprovalRequest {
  if (request.votes.some(({ answer }) => answer === 'reject')) return { ...request, state: 'rejected' };
  return { ...request, state: approvals(request).length >= request.terms.required ? 'approved' : 'open' };
}

function refuse(reason: VoteReason): Decision<VoteRefusal> {
  return { kind: 'refuse', reason };
}
