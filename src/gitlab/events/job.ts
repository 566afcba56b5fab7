import type { JobChanged } from '../../domain/event.ts';
import { decodeJobStatus } from '../../domain/job.ts';
import type { ProjectRef } from '../../domain/project.ts';
import { decodeProject, keepFailureReason } from '../decode-answer.ts';
import type { JobHook } from '../schema.ts';
import { decodeJobEnvironment, decodeUpstream, firstLine } from './parts.ts';

/**
 * A job hook as an event; undefined when it does not say which project it is of. It carries no address of the job,
 * so that is built.
 * @see https://docs.gitlab.com/user/project/integrations/webhook_events/#job-events
 */
export function decodeJobHook(hook: JobHook): JobChanged | undefined {
  const project = hook.project ? decodeProject(hook.project) : decodeRepository(hook);
  if (!project) return undefined;
  const status = decodeJobStatus(hook.build_status);
  return {
    kind: 'job',
    project,
    pipelineId: hook.pipeline_id,
    ref: hook.ref,
    tag: hook.tag ?? false,
    sha: hook.sha,
    upstream: decodeUpstream(hook.source_pipeline),
    commitTitle: firstLine(hook.commit?.message),
    commitAuthor: hook.commit?.author_name,
    job: {
      id: hook.build_id,
      name: hook.build_name,
      stage: hook.build_stage,
      status,
      allowFailure: hook.build_allow_failure ?? false,
      manual: status === 'manual' ? true : undefined,
      failureReason: keepFailureReason(hook.build_status, hook.build_failure_reason),
      user: hook.user,
      startedAt: hook.build_started_at,
      finishedAt: hook.build_finished_at,
      durationSeconds: hook.build_duration,
      environment: decodeJobEnvironment(hook.environment),
      url: `${project.url}/-/jobs/${hook.build_id}`,
    },
  };
}

/**
 * Older GitLabs send no `project` with a job, only the names of its repository. The path is taken from the clone
 * address of SSH: those of HTTP may begin with a path that belongs to the installation.
 */
function decodeRepository(hook: JobHook): ProjectRef | undefined {
  const { homepage, git_ssh_url: clone } = hook.repository ?? {};
  const path = /^(?:ssh:\/\/[^/]+\/|[^/:]+:)(.+?)(?:\.git)?$/.exec(clone ?? '')?.[1];
  return homepage !== undefined && path !== undefined ? { id: hook.project_id, path, url: homepage } : undefined;
}
