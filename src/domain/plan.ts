import type { Actor } from './actor.ts';
import type { GateName } from './gates.ts';
import type { ProjectRef } from './project.ts';
import type { Release, RouteStep } from './release.ts';
import type { Task } from './task.ts';

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

/** What every kind of deed says of itself. */
interface DeedBase {
  readonly project: ProjectRef;
  /** Where the deed is told. */
  readonly channel: string;
  /**
   * The command that leads to this deed, every name resolved: `/deploy acme/app:production v1.4.0 --job deploy-prod`.
   * It is run again when the plan is confirmed, so that every rule is asked once more.
   */
  readonly line: string;
}

/** What a deed says that takes a version to an environment. */
interface OperationDeed extends DeedBase {
  readonly environment: string;
  readonly tier?: string | undefined;
  readonly release: Release;
  readonly pipelineId: number;
  readonly pipelineUrl: string;
  readonly steps: readonly RouteStep[];
  /** What is live now; undefined: nothing was ever deployed there. */
  readonly live?:
    | {
        readonly version: string;
        readonly sha: string;
        readonly since?: Date | undefined;
        /** When a rollback job left it, so that it is not known what runs. */
        readonly takenBackAt?: Date | undefined;
      }
    | undefined;
}

/** A version to be taken to an environment, frozen when it was shown. */
export interface DeployPlan extends OperationDeed {
  readonly kind: 'deploy';
  /** Undefined when GitLab could not compare. */
  readonly shipment?: Shipment | undefined;
  /** Variables for the deploy job, by name. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly override?: Override | undefined;
  /** Locks of the bot's own, after a rollback, that are released with the press. */
  readonly unlocks?: readonly string[] | undefined;
}

/** An emergency: gates of ours that a deploy goes past, and why. */
export interface Override {
  readonly reason: string;
  readonly passes: readonly GateName[];
}

/** An environment to be taken back to an earlier version: `release` is that one, `live` the one to be left. */
export interface RollbackPlan extends OperationDeed {
  readonly kind: 'rollback';
  /** How the deploy of the version to be left ended, where not well: it may be there in part only. */
  readonly leftEnded?: 'failed' | 'canceled' | undefined;
  /** `redeploy`: the target's own deploy job is run again; `job`: the pipeline's rollback job is played. */
  readonly by: 'redeploy' | 'job';
  readonly reason?: string | undefined;
  /** The commits that would be undone; undefined when GitLab could not compare. */
  readonly undone?: Shipment | undefined;
  /** The environment is locked after it. */
  readonly lock: boolean;
  /** A deploy under way that is ended first. */
  readonly aborts?: { readonly operationId: string | undefined; readonly version: string } | undefined;
}

/** Something that takes no version to an environment. */
export interface TaskPlan extends DeedBase {
  readonly kind: 'task';
  readonly task: Task;
}

/** What a plan would do that becomes an operation. */
export type OperationPlan = DeployPlan | RollbackPlan;

/** What a plan would do. */
export type Deed = OperationPlan | TaskPlan;

/** `open` can be claimed once; everything else is an end. */
export type PlanState = 'open' | 'claimed' | 'canceled' | 'replaced' | 'lapsed' | 'void';

/** A deed shown to a person and waiting for their press. */
export interface Plan<D extends Deed = Deed> {
  readonly id: string;
  readonly state: PlanState;
  readonly requester: Actor;
  readonly deed: D;
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
