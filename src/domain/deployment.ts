import type { Person } from './actor.ts';

const statuses = ['created', 'running', 'success', 'failed', 'canceled', 'blocked', 'skipped'] as const;

/** A deployment's status. `blocked` may mean "needs approval" or merely "its job is manual". */
export type DeploymentStatus = (typeof statuses)[number] | 'unknown';

/** GitLab's record that a job started an environment. */
export interface Deployment {
  readonly id: number;
  readonly environment: string;
  readonly tier?: string | undefined;
  readonly status: DeploymentStatus;
  /** The job that made it; absent for deployments made through the API. */
  readonly jobId?: number | undefined;
  /** Whether that job ever ran; a pipeline that was canceled leaves records of jobs that never did. From REST only. */
  readonly jobStarted?: boolean | undefined;
  readonly pipelineId?: number | undefined;
  readonly ref?: string | undefined;
  readonly sha?: string | undefined;
  readonly user?: Person | undefined;
  readonly externalUrl?: string | undefined;
  readonly createdAt?: Date | undefined;
  readonly changedAt?: Date | undefined;
}

/** The status in GitLab's word; `unknown` for one that we do not know. */
export function decodeDeploymentStatus(text: string): DeploymentStatus {
  return statuses.find((status) => status === text) ?? 'unknown';
}

/** How far it has come; like a job's, it never falls. */
export function deploymentProgress(status: DeploymentStatus): number {
  switch (status) {
    case 'unknown':
    case 'created':
    case 'blocked':
      return 0;
    case 'running':
      return 1;
    case 'success':
    case 'failed':
    case 'canceled':
    case 'skipped':
      return 2;
  }
}
