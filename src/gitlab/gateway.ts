import { Gitlab } from '@gitbeaker/rest';
import type { GitLabReads, GitLabWrites } from '../app/ports.ts';
import { PayloadError } from '../domain/errors.ts';
import { createRequester, type RequesterOptions, readBudgetMs } from './client.ts';
import { decodeJob } from './decode-answer.ts';
import { describeGarbled } from './failure.ts';
import { createDeploymentReads } from './reads/deployments.ts';
import { createJobReads } from './reads/jobs.ts';
import { createMemberReads } from './reads/members.ts';
import { createPipelineReads } from './reads/pipelines.ts';
import { createProjectReads } from './reads/projects.ts';
import { createRepositoryReads } from './reads/repository.ts';
import { JobPayload, readAs } from './schema.ts';

/**
 * GitLab as the app sees it, asked with one token. Statuses are always fresh; roles are kept for a minute and the job
 * graph of a commit for good. Lists end after a few pages, newest first. Of a job log over 16 MiB only the end comes.
 * @throws ConfigError when the token cannot be sent.
 */
export function createGitLabGateway(options: RequesterOptions): GitLabReads & GitLabWrites {
  // The token is left to the requester, so that gitbeaker's objects hold none.
  const api = new Gitlab({ host: options.url, requesterFn: createRequester(options), queryTimeout: readBudgetMs });
  const context = { api, now: options.now };
  const repository = createRepositoryReads(context);
  return {
    ...createProjectReads(context),
    ...repository,
    ...createPipelineReads(context, repository),
    ...createJobReads(context),
    ...createDeploymentReads(context),
    ...createMemberReads(context),
    ...createWrites(api),
  };
}

function createWrites(api: InstanceType<typeof Gitlab<false>>): GitLabWrites {
  return {
    /**
     * Of a finished manual job GitLab starts a new instance and answers with the old one, so look at the status first.
     * @see https://docs.gitlab.com/api/jobs/#run-a-job
     */
    async playJob(projectId, jobId) {
      const answer: unknown = await api.Jobs.play(projectId, jobId);
      try {
        return decodeJob(readAs(JobPayload, answer, `job ${jobId}`));
      } catch (error) {
        if (!(error instanceof PayloadError)) throw error;
        throw describeGarbled(
          { method: 'POST', path: `/projects/${projectId}/jobs/${jobId}/play` },
          { status: 200, headers: {} },
        );
      }
    },
  };
}
