import { z } from 'zod';
import type { PlannedJobs } from '../../app/gitlab-ports.ts';
import { readAs } from '../schema.ts';
import type { ReadContext } from './context.ts';

const DryRun = z.object({
  errors: z.array(z.string()).nullish().catch(undefined),
  jobs: z
    .array(
      z.object({
        name: z.string(),
        when: z.string().nullish().catch(undefined),
        allow_failure: z.boolean().nullish().catch(undefined),
      }),
    )
    .nullish()
    .catch(undefined),
});

/**
 * The jobs that a new pipeline would have: GitLab makes it as a push would, and keeps nothing.
 * @see https://docs.gitlab.com/api/lint/#validate-a-projects-cicd-configuration
 */
export async function readPlannedJobs(
  api: ReadContext['api'],
  projectId: number,
  ref: string,
): Promise<PlannedJobs | undefined> {
  // Older GitLabs know `ref` for `dry_run_ref`.
  const query: Parameters<typeof api.Lint.check>[1] & { contentRef: string; dryRunRef: string } = {
    contentRef: ref,
    dryRunRef: ref,
    ref,
    dryRun: true,
    includeJobs: true,
  };
  const { errors, jobs } = readAs(DryRun, await api.Lint.check(projectId, query), `the pipeline of ${ref}`);
  const problems = errors ?? [];
  if (!jobs && problems.length === 0) return undefined;
  return {
    errors: problems,
    jobs: (jobs ?? []).map(({ name, when, allow_failure: allowFailure }) => ({
      name,
      manual: when === 'manual',
      allowFailure: allowFailure ?? false,
    })),
  };
}
