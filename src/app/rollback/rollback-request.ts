import type { Deployment } from '../../domain/deployment.ts';
import type { Environment } from '../../domain/environment.ts';
import type { Job } from '../../domain/job.ts';
import type { Operation } from '../../domain/operation.ts';
import type { RouteStep } from '../../domain/release.ts';
import type { ProjectContext } from '../command.ts';

/** Which environment is to be rolled back, and to what. */
export interface RollbackRequest {
  readonly project: ProjectContext;
  readonly environment: { readonly name: string; readonly known: Environment | undefined };
  /** Undefined: the version before. */
  readonly version: string | undefined;
  readonly reason: string | undefined;
  /** End the deploy that is under way first. */
  readonly abort: boolean;
  /** Of a button: the commit that it was made for. */
  readonly from: string | undefined;
}

/** A deploy that is under way in the environment, ours or GitLab's own. */
export interface UnderWay {
  readonly operation: Operation | undefined;
  /** Those that GitLab says are on their way. */
  readonly deployments: readonly Deployment[];
}

/** The step that goes back, and the pipeline in which it runs. */
export type Way =
  | { readonly kind: 'way'; readonly pipelineId: number; readonly step: RouteStep }
  | {
      readonly kind: 'none';
      readonly why: 'job_gone' | 'job_busy' | 'no_rollback_job';
      readonly job?: Job | undefined;
    };

/** How people call what was deployed. */
export function nameOf({ ref, sha }: Deployment): string {
  return ref ?? sha?.slice(0, 8) ?? 'an unknown version';
}

/** The version that is on its way. */
export function otherVersion({ operation, deployments: [deployment] }: UnderWay): string {
  return operation?.release.version ?? (deployment ? nameOf(deployment) : 'another version');
}
