import { code, type Phrase, say } from '../domain/phrase.ts';

const sentences: Readonly<Record<string, string>> = {
  script_failure: 'A command in its script failed.',
  api_failure: 'GitLab or its runner had an API error.',
  stuck_or_timeout_failure: 'No runner picked it up in time, or it stopped answering.',
  runner_system_failure: 'The runner itself broke down.',
  runner_unsupported: 'The runner is too old for this job.',
  runner_provisioning_timeout: 'No runner could be started in time.',
  no_matching_runner: 'No runner has the tags that this job asks for.',
  missing_dependency_failure: 'Artifacts of an earlier job are missing or expired.',
  stale_schedule: 'Its start time had passed before it could begin.',
  job_execution_timeout: 'It ran longer than its time limit.',
  archived_failure: 'The job is too old and was archived, so it cannot run.',
  unmet_prerequisites: 'Something it needs, such as the environment or the cluster, could not be prepared.',
  scheduler_failure: 'GitLab could not assign it to a runner.',
  data_integrity_failure: 'GitLab found its data to be damaged.',
  forward_deployment_failure: 'A newer deployment was there first, so GitLab stopped this one.',
  failed_outdated_deployment_job: 'A newer deployment was there first, so GitLab stopped this one.',
  user_blocked: 'The person who started it is blocked in GitLab.',
  project_deleted: 'The project was deleted.',
  ci_quota_exceeded: 'The compute minutes are used up.',
  trace_size_exceeded: 'Its log grew past the size limit.',
  builds_disabled: 'CI/CD is switched off in the project.',
  environment_creation_failure: 'The environment could not be created: its name or URL may be wrong.',
  deployment_rejected: 'Its deployment was rejected in GitLab.',
  protected_environment_failure: 'The person who started it may not deploy to this protected environment.',
  secrets_provider_not_found: 'The secrets provider is not configured.',
  ip_restriction_failure: 'The runner’s address is not allowed by the group.',
  job_token_expired: 'The job’s token had expired.',
};

/** Why a job failed, as a sentence for people; a reason we do not know is shown as GitLab's code. */
export function failureReason(reason: string | undefined): Phrase {
  if (reason === undefined || reason === '' || reason === 'unknown_failure') return say`GitLab does not say why.`;
  const sentence = Object.hasOwn(sentences, reason) ? sentences[reason] : undefined;
  return sentence === undefined ? say`GitLab says: ${code(reason)}.` : [sentence];
}
