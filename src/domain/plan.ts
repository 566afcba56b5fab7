import type { Actor } from './actor.ts';
import type { ProjectRef } from './project.ts';
import type { Release, RouteStep } from './release.ts';

/** One commit that a plan would ship. */
export interface CommitSummary {
  readonly sha: string;
  readonly title: string;
  readonly author: string;
}

/** What would ship: the newest commits between what is live and the release, and how many there are in all. */
export interface Shipment {
  readonly commits: readonly CommitSummary[];
  readonly total: number;
  readonly url: string;
}

/** What a confirmed plan would do, frozen when it was shown. */
export interface DeployPlan {
  readonly kind: 'deploy';
  readonly project: ProjectRef;
  readonly environment: string;
  readonly tier?: string | undefined;
  readonly release: Release;
  readonly pipelineId: number;
  readonly pipelineUrl: string;
  readonly steps: readonly RouteStep[];
  /** What is live now; undefined: nothing was ever deployed there. */
  readonly live?: { readonly version: string; readonly sha: string; readonly since?: Date | undefined } | undefined;
  /** Undefined when GitLab could not compare. */
  readonly shipment?: Shipment | undefined;
  /** Where the deed is told. */
  readonly channel: string;
}

/** `open` can be claimed once; everything else is an end. */
export type PlanState = 'open' | 'claimed' | 'canceled' | 'replaced' | 'lapsed' | 'void';

/** A deed shown to a person and waiting for their press. */
export interface Plan {
  readonly id: string;
  readonly state: PlanState;
  readonly requester: Actor;
  readonly deed: DeployPlan;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** Why a press on a plan does nothing. */
export type PlanRefusal = 'not_owner' | 'already_used' | 'lapsed' | 'replaced' | 'not_found';

/** Decides whether this person may press this plan now. */
export function decidePress(plan: Plan | undefined, slackUserId: string, now: Date): PlanRefusal | undefined {
  if (!plan) return 'not_found';
  if (plan.requester.slackUserId !== slackUserId) return 'not_owner';
  if (plan.state === 'replaced') return 'replaced';
  if (plan.state === 'lapsed' || (plan.state === 'open' && now >= plan.expiresAt)) return 'lapsed';
  return plan.state === 'open' ? undefined : 'already_used';
}
