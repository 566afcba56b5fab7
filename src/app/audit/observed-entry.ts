import type { AuditEntry } from '../../domain/audit.ts';
import type { Deployment } from '../../domain/deployment.ts';
import { slackUserOf } from '../../domain/mention.ts';
import type { ProjectRef } from '../../domain/project.ts';

/** What the audit says of a deployment that was made in GitLab, without the bot: by whom, as far as both sides know them. */
export function observedEntry(about: {
  readonly project: Pick<ProjectRef, 'path' | 'url'>;
  readonly deployment: Pick<Deployment, 'environment' | 'ref' | 'sha' | 'pipelineId' | 'jobId' | 'user'>;
  /** Slack user id -> GitLab username. */
  readonly identityUsers: Readonly<Record<string, string>>;
  readonly now: Date;
}): Omit<AuditEntry, 'action' | 'outcome'> {
  const { project, deployment, identityUsers, now } = about;
  const { environment, ref, sha, pipelineId, jobId, user } = deployment;
  const slackUserId = user && slackUserOf(user.username, identityUsers);
  return {
    at: now,
    actor: slackUserId === undefined ? 'chatops' : { slackUserId, gitlab: user },
    reason: 'on_gitlab',
    observed: user,
    project: project.path,
    environment,
    version: ref,
    sha,
    pipelineId,
    jobId,
    url: jobId === undefined ? `${project.url}/-/environments` : `${project.url}/-/jobs/${jobId}`,
  };
}
