import type { PipelineObserved } from '../../domain/event.ts';
import type { Job } from '../../domain/job.ts';
import type { ProjectRef } from '../../domain/project.ts';
import type { CiGraph } from '../../domain/release.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import type { Clock } from '../ports.ts';
import { unlessGitLabFails } from '../unless-gitlab-fails.ts';

/**
 * Reads a pipeline from GitLab as the event that a webhook would have been. The jobs API says neither stages in order
 * nor environments, which hooks do: both come from the commit's CI configuration, where that can be read.
 * @throws GitLabError, NotFoundError when the pipeline itself cannot be read.
 */
export async function readPipeline(
  project: ProjectRef,
  pipelineId: number,
  deps: { readonly gitlab: Pick<GitLabReads, 'pipeline' | 'jobs' | 'ciGraph'>; readonly clock: Clock },
): Promise<PipelineObserved> {
  const observedAt = deps.clock.now();
  const [pipeline, jobs] = await Promise.all([
    deps.gitlab.pipeline(project, pipelineId),
    deps.gitlab.jobs(project.id, pipelineId),
  ]);
  // A child's jobs come from another file than the commit's own configuration, which may bear the same names.
  const isOfOwnFile = pipeline.source !== 'parent_pipeline';
  const graph = isOfOwnFile
    ? await unlessGitLabFails(deps.gitlab.ciGraph(project.id, pipeline.sha), undefined)
    : undefined;
  if (!graph) return { kind: 'pipeline', pipeline, jobs, observedAt };
  const known = jobs.map((job) => withGraph(job, graph));
  const stages = graph.stages.filter((stage) => jobs.some((job) => job.stage === stage));
  return { kind: 'pipeline', pipeline: { ...pipeline, stages }, jobs: known, observedAt };
}

function withGraph(job: Job, graph: CiGraph): Job {
  const declared = graph.jobs.find((candidate) => candidate.name === job.name);
  // A name with a variable in it is not the environment's name.
  if (!declared?.environment || declared.environment.name.includes('$')) return job;
  // `manual` in one of several rules may not hold in this pipeline; in none it holds in no pipeline.
  const manual = job.manual ?? (declared.manual ? undefined : false);
  return { ...job, manual, environment: job.environment ?? declared.environment };
}
