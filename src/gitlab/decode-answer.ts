import type { GitRef } from '../app/gitlab-ports.ts';
import { type Deployment, decodeDeploymentStatus } from '../domain/deployment.ts';
import type { Environment } from '../domain/environment.ts';
import { decodeJobStatus, type Job } from '../domain/job.ts';
import type { CommitSummary } from '../domain/plan.ts';
import type { ProjectRef } from '../domain/project.ts';
import type {
  CommitPayload,
  DeploymentPayload,
  EnvironmentPayload,
  JobPayload,
  ProjectPayload,
  RefPayload,
} from './schema.ts';

/** A project as REST answers and hooks alike show it. */
export function decodeProject(project: ProjectPayload): ProjectRef {
  return {
    id: project.id,
    path: project.path_with_namespace,
    url: project.web_url,
    defaultBranch: project.default_branch,
  };
}

/** Undefined for a tag that points to something else than a commit: there is nothing to deploy. */
export function decodeRef(ref: RefPayload): GitRef | undefined {
  return ref.commit ? { name: ref.name, sha: ref.commit.id, commitTitle: ref.commit.title } : undefined;
}

/** An environment of the list; `url` is where the deployed thing is. */
export function decodeEnvironment(environment: EnvironmentPayload): Environment {
  const { id, name, tier, external_url: url } = environment;
  return { id, name, tier, url };
}

/** A REST job. It says neither its environment nor, once it was played, that it was manual. */
export function decodeJob(job: JobPayload): Job {
  const status = decodeJobStatus(job.status);
  return {
    id: job.id,
    name: job.name,
    stage: job.stage,
    status,
    allowFailure: job.allow_failure ?? false,
    manual: status === 'manual' ? true : undefined,
    failureReason: keepFailureReason(job.status, job.failure_reason),
    user: job.user,
    startedAt: job.started_at,
    finishedAt: job.finished_at,
    durationSeconds: job.duration,
    url: job.web_url,
  };
}

/** GitLab sends a reason (`unknown_failure`, or that of an earlier try) with jobs that did not fail at all. */
export function keepFailureReason(status: string, reason: string | undefined): string | undefined {
  return status === 'failed' ? reason : undefined;
}

/** Who deployed is who started the job; the deployment's own user is the one whose pipeline made it. */
export function decodeDeployment(deployment: DeploymentPayload): Deployment {
  const { environment, deployable } = deployment;
  return {
    id: deployment.id,
    environment: environment.name,
    tier: environment.tier,
    status: decodeDeploymentStatus(deployment.status),
    jobId: deployable?.id,
    jobStarted: deployable ? deployable.started_at !== undefined : undefined,
    pipelineId: deployable?.pipeline?.id,
    ref: deployment.ref,
    sha: deployment.sha,
    user: deployable?.user ?? deployment.user,
    externalUrl: environment.external_url,
    createdAt: deployment.created_at,
    changedAt: deployment.updated_at,
  };
}

/** A commit as a plan lists it; without a title it is named by its short sha. */
export function decodeCommit(commit: CommitPayload): CommitSummary {
  return { sha: commit.id, title: commit.title ?? commit.id.slice(0, 8), author: commit.author_name ?? '' };
}
