import type { PipelineObserved } from '../../domain/event.ts';
import { decodeJobStatus, type Job } from '../../domain/job.ts';
import { decodePipelineStatus } from '../../domain/pipeline.ts';
import { decodeProject, keepFailureReason } from '../decode-answer.ts';
import type { PipelineHook } from '../schema.ts';
import { decodeJobEnvironment, decodeUpstream, firstLine } from './parts.ts';

/**
 * A pipeline hook as an event. It is built from the pipeline's state when GitLab gets to send it, and holds the
 * latest instance of each job without bridges. The `ref` of a merge request pipeline is its source branch.
 * @see https://docs.gitlab.com/user/project/integrations/webhook_events/#pipeline-events
 */
export function decodePipelineHook(hook: PipelineHook): PipelineObserved {
  const { object_attributes: facts, merge_request: mergeRequest, commit } = hook;
  const project = decodeProject(hook.project);
  return {
    kind: 'pipeline',
    pipeline: {
      project,
      id: facts.id,
      ref: facts.ref,
      tag: facts.tag ?? false,
      sha: facts.sha,
      status: decodePipelineStatus(facts.status),
      source: facts.source,
      upstream: decodeUpstream(hook.source_pipeline),
      url: facts.url ?? `${project.url}/-/pipelines/${facts.id}`,
      stages: facts.stages ?? [],
      createdAt: facts.created_at,
      finishedAt: facts.finished_at,
      durationSeconds: facts.duration,
      user: hook.user,
      commitTitle: commit?.title ?? firstLine(commit?.message),
      commitAuthor: commit?.author?.name,
      mergeRequest: mergeRequest
        ? { iid: mergeRequest.iid, title: mergeRequest.title, url: mergeRequest.url }
        : undefined,
    },
    jobs: (hook.builds ?? []).map((build) => decodeBuild(build, project.url)),
  };
}

function decodeBuild(build: NonNullable<PipelineHook['builds']>[number], projectUrl: string): Job {
  return {
    id: build.id,
    name: build.name,
    stage: build.stage,
    status: decodeJobStatus(build.status),
    allowFailure: build.allow_failure ?? false,
    manual: build.manual,
    failureReason: keepFailureReason(build.status, build.failure_reason),
    user: build.user,
    startedAt: build.started_at,
    finishedAt: build.finished_at,
    durationSeconds: build.duration,
    environment: decodeJobEnvironment(build.environment),
    url: `${projectUrl}/-/jobs/${build.id}`,
  };
}
