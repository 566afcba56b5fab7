import { z } from 'zod';
import type { GitLabReads } from '../../app/gitlab-ports.ts';
import { decodeJob } from '../decode-answer.ts';
import { JobPayload, readAs } from '../schema.ts';
import type { ReadContext } from './context.ts';

const maxPages = 20;

/** A job as far as it tells which runners may take it. */
const TaggedJob = z.object({ tag_list: z.array(z.string()).nullish().catch(undefined) });

/** Reads of jobs: always asked anew, since what is done next depends on them. */
export function createJobReads({ api }: ReadContext): Pick<GitLabReads, 'jobs' | 'job' | 'jobTags' | 'jobLog'> {
  return {
    async jobs(projectId, pipelineId) {
      const answer = await api.Jobs.all(projectId, { pipelineId, perPage: 100, maxPages });
      return readAs(z.array(JobPayload), answer, `the jobs of pipeline ${pipelineId}`).map(decodeJob);
    },

    async job(projectId, jobId) {
      return decodeJob(readAs(JobPayload, await api.Jobs.show(projectId, jobId), `job ${jobId}`));
    },

    async jobTags(projectId, jobId) {
      return readAs(TaggedJob, await api.Jobs.show(projectId, jobId), `job ${jobId}`).tag_list ?? [];
    },

    async jobLog(projectId, jobId) {
      return readAs(z.string(), await api.Jobs.showLog(projectId, jobId), `the log of job ${jobId}`);
    },
  };
}
