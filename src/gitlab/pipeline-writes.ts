import type { Gitlab } from '@gitbeaker/rest';
import { z } from 'zod';
import type { GitLabWrites } from '../app/gitlab-ports.ts';
import { PayloadError } from '../domain/errors.ts';
import { describeGarbled } from './failure.ts';
import { readAs } from './schema.ts';

const CreatedPipeline = z.object({ id: z.number().int() });

/** What we do to whole pipelines and environments. Each asks once. */
export function createPipelineWrites(
  api: InstanceType<typeof Gitlab<false>>,
): Pick<GitLabWrites, 'createPipeline' | 'retryPipeline' | 'cancelPipeline' | 'stopEnvironment'> {
  return {
    /** @see https://docs.gitlab.com/api/pipelines/#create-a-new-pipeline */
    async createPipeline(projectId, { ref, variables }) {
      const given = Object.entries(variables).map(([key, value]) => ({
        key,
        value,
        variable_type: 'env_var' as const,
      }));
      const answer: unknown = await api.Pipelines.create(
        projectId,
        ref,
        given.length > 0 ? { variables: given } : undefined,
      );
      try {
        return readAs(CreatedPipeline, answer, 'the new pipeline');
      } catch (error) {
        if (!(error instanceof PayloadError)) throw error;
        // It was made, and we cannot tell which one it is.
        throw describeGarbled(
          { method: 'POST', path: `/projects/${projectId}/pipeline` },
          { status: 201, headers: {} },
        );
      }
    },
    /** @see https://docs.gitlab.com/api/pipelines/#retry-jobs-in-a-pipeline */
    async retryPipeline(projectId, pipelineId) {
      await api.Pipelines.retry(projectId, pipelineId);
    },
    /** @see https://docs.gitlab.com/api/pipelines/#cancel-a-pipelines-jobs */
    async cancelPipeline(projectId, pipelineId) {
      await api.Pipelines.cancel(projectId, pipelineId);
    },
    /** @see https://docs.gitlab.com/api/environments/#stop-an-environment */
    async stopEnvironment(projectId, environmentId) {
      await api.Environments.stop(projectId, environmentId);
    },
  };
}
