import { Gitlab } from '@gitbeaker/rest';
import type { GitLabReads, GitLabReports, GitLabWrites } from '../app/gitlab-ports.ts';
import { GitLabError, PayloadError } from '../domain/errors.ts';
import type { Job } from '../domain/job.ts';
import { createRequester, type RequesterOptions, readBudgetMs } from './client.ts';
import { decodeJob } from './decode-answer.ts';
import { decodeApprovalRefusal } from './decode-approval.ts';
import { describeGarbled } from './failure.ts';
import { createPipelineWrites } from './pipeline-writes.ts';
import { createApprovalReads } from './reads/approvals.ts';
import { createChangeReads } from './reads/changes.ts';
import { createDeploymentReads } from './reads/deployments.ts';
import { createJobReads } from './reads/jobs.ts';
import { createMemberReads } from './reads/members.ts';
import { createPipelineReads } from './reads/pipelines.ts';
import { createProjectReads } from './reads/projects.ts';
import { createProtectionReads } from './reads/protections.ts';
import { createReleaseReads } from './reads/releases.ts';
import { createReportReads } from './reads/reports.ts';
import { createRepositoryReads } from './reads/repository.ts';
import { JobPayload, readAs } from './schema.ts';

/**
 * GitLab as the app sees it, asked with one token. Statuses are always fresh; roles are kept for a minute and the job
 * graph of a commit for good. Lists end after a few pages, newest first. Of a job log over 16 MiB only the end comes.
 * @throws ConfigError when the token cannot be sent.
 */
export function createGitLabGateway(options: RequesterOptions): GitLabReads & GitLabReports & GitLabWrites {
  // The token is left to the requester, so that gitbeaker's objects hold none.
  const api = new Gitlab({ host: options.url, requesterFn: createRequester(options), queryTimeout: readBudgetMs });
  const context = { api, now: options.now };
  const repository = createRepositoryReads(context);
  return {
    ...createProjectReads(context),
    ...createProtectionReads(context, repository),
    ...repository,
    ...createChangeReads(context),
    ...createPipelineReads(context, repository),
    ...createJobReads(context),
    ...createDeploymentReads(context),
    ...createApprovalReads(context),
    ...createMemberReads(context),
    ...createReleaseReads(context),
    ...createReportReads(context),
    ...createWrites(api),
  };
}

function createWrites(api: InstanceType<typeof Gitlab<false>>): GitLabWrites {
  return {
    /**
     * Of a finished manual job GitLab starts a new instance and answers with the old one, so look at the status first.
     * @see https://docs.gitlab.com/api/jobs/#run-a-job
     */
    async playJob(projectId, jobId, variables = {}) {
      const jobVariablesAttributes = Object.entries(variables).map(([key, value]) => ({ key, value }));
      const answer: unknown = await (jobVariablesAttributes.length > 0
        ? api.Jobs.play(projectId, jobId, { jobVariablesAttributes })
        : api.Jobs.play(projectId, jobId));
      return readJob(answer, { projectId, jobId, deed: 'play' });
    },
    /** @see https://docs.gitlab.com/api/jobs/#retry-a-job */
    async retryJob(projectId, jobId) {
      return readJob(await api.Jobs.retry(projectId, jobId), { projectId, jobId, deed: 'retry' });
    },
    /** @see https://docs.gitlab.com/api/jobs/#cancel-a-job */
    async cancelJob(projectId, jobId) {
      return readJob(await api.Jobs.cancel(projectId, jobId), { projectId, jobId, deed: 'cancel' });
    },
    ...createPipelineWrites(api),
    /** @see https://docs.gitlab.com/api/deployments/#approve-or-reject-a-blocked-deployment */
    async answerDeployment(projectId, deploymentId, { answer, words, as }) {
      const status = answer === 'approve' ? 'approved' : 'rejected';
      const more = {
        ...(words === undefined ? {} : { comment: words }),
        ...(as === undefined ? {} : { representedAs: as }),
      };
      try {
        await api.Deployments.setApproval(projectId, deploymentId, status, more);
        return undefined;
      } catch (error) {
        if (error instanceof GitLabError && error.status === 400) return decodeApprovalRefusal(error.message);
        throw error;
      }
    },
  };
}

/** The deed was accepted, so an answer that cannot be read leaves its outcome open. */
function readJob(
  answer: unknown,
  about: { readonly projectId: number; readonly jobId: number; readonly deed: string },
): Job {
  const { projectId, jobId, deed } = about;
  try {
    return decodeJob(readAs(JobPayload, answer, `job ${jobId}`));
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    const path = `/projects/${projectId}/jobs/${jobId}/${deed}`;
    throw describeGarbled({ method: 'POST', path }, { status: 200, headers: {} });
  }
}
