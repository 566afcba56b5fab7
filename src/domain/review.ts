import { type Actor, isSamePerson } from './actor.ts';
import { allow, type Decision } from './decision.ts';
import type { Override } from './plan.ts';
import type { ProjectRef } from './project.ts';

/** How soon an override is to be looked at by somebody else. */
export const reviewWithinMs = 24 * 3_600_000;

/** An override that somebody else is to look at afterwards. */
export interface Review {
  /** The operation's. */
  readonly id: string;
  readonly project: ProjectRef;
  readonly environment: string;
  readonly version: string;
  readonly override: Override;
  readonly by: Actor;
  readonly at: Date;
  readonly dueAt: Date;
  /** Where it was announced, the deploy's own channel first. */
  readonly channels: readonly string[];
  /** The outbox key of the root message under which the deploy is told. */
  readonly rootKey: string;
  readonly remindedAt?: Date | undefined;
  readonly reviewed?: { readonly by: Actor; readonly at: Date } | undefined;
}

/** Why a press on Reviewed does not count. */
export type ReviewReason = 'review_own' | 'review_done';

/** Why a press on Reviewed does not count, and what it was about. */
export interface ReviewRefusal {
  readonly reason: ReviewReason;
  readonly review: Review;
}

/** Decides whether this person, who may review, reviews this one: the first who is not the one who overrode. */
export function decideReview(review: Review, actor: Actor): Decision<ReviewRefusal> {
  if (review.reviewed) return { kind: 'refuse', reason: 'review_done', review };
  return isSamePerson(review.by, actor) ? { kind: 'refuse', reason: 'review_own', review } : allow;
}
