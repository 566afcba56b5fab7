import { decodeDeploymentStatus } from '../../domain/deployment.ts';
import type { ApprovalNews, DeploymentChanged } from '../../domain/event.ts';
import { decodeProject } from '../decode-answer.ts';
import type { DeploymentHook } from '../schema.ts';

/**
 * A deployment hook as an event; undefined for `approved` and `rejected`, which GitLab 19 sends with the same kind:
 * there `status` is the approval's, and the deployment itself did not move.
 * @see https://docs.gitlab.com/user/project/integrations/webhook_events/#deployment-events
 */
export function decodeDeploymentHook(hook: DeploymentHook): DeploymentChanged | undefined {
  if (hook.status === 'approved' || hook.status === 'rejected') return undefined;
  return {
    kind: 'deployment',
    project: decodeProject(hook.project),
    deployment: {
      id: hook.deployment_id,
      environment: hook.environment,
      tier: hook.environment_tier,
      status: decodeDeploymentStatus(hook.status),
      jobId: hook.deployable_id ?? undefined,
      ref: hook.ref,
      sha: readSha(hook),
      user: hook.user,
      externalUrl: hook.environment_external_url,
      changedAt: hook.status_changed_at,
    },
  };
}

/** That somebody approved or rejected; the job tells which request it is about. */
export function decodeApprovalHook(hook: DeploymentHook): ApprovalNews {
  return { kind: 'approval', project: decodeProject(hook.project), jobId: hook.deployable_id ?? undefined };
}

/** The hook names only a short sha; the commit's address ends in the whole one. */
function readSha(hook: DeploymentHook): string | undefined {
  const sha = /\/commit\/([0-9a-f]{40,64})$/.exec(hook.commit_url ?? '')?.[1];
  return sha !== undefined && sha.startsWith(hook.short_sha ?? '') ? sha : undefined;
}
