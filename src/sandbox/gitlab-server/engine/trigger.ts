import { ConfigurationError } from '../ci/configuration.ts';
import { ExpressionError } from '../ci/expression.ts';
import { FilteredError } from '../ci/plan.ts';
import { type Job, type Pipeline, pipelineOf, userOf, type World } from '../world.ts';
import { createPipeline, type PipelineRequest } from './create-pipeline.ts';
import { endJob } from './process.ts';
import { isComplete } from './status-rules.ts';
import { moveJob, refreshPipeline } from './transitions.ts';

/**
 * Runs a trigger job: no runner takes it, GitLab makes the downstream pipeline itself. The job passes at once, or with
 * `strategy: depend` once the pipeline does.
 */
export function runTrigger(world: World, job: Job): void {
  moveJob(world, job, 'running');
  const made = makeDownstream(world, job);
  if (typeof made === 'string') {
    moveJob(world, job, 'failed', made);
    return;
  }
  job.downstream = { projectId: made.there.project.id, pipelineId: made.pipeline.id };
  if (job.trigger?.depend !== true) moveJob(world, job, 'success');
  else if (isComplete(made.pipeline.status)) moveJob(world, job, endOf(made.pipeline));
}

/** Lets the trigger job that made a pipeline follow it, where it depends on it. */
export function mirrorStatus(world: World, pipelineId: number): void {
  const pipeline = pipelineOf(world, pipelineId);
  const there = world.projects.find((each) => each.project.id === pipeline.upstream?.projectId);
  const job = there?.jobs.find((each) => each.id === pipeline.upstream?.jobId);
  // While it is being made, whoever makes it looks at its status.
  if (!there || job?.trigger?.depend !== true || job.downstream?.pipelineId !== pipelineId || job.retried) return;
  if (isComplete(pipeline.status)) {
    if (job.status === 'running') endJob(there, job, endOf(pipeline));
  } else if (isComplete(job.status) && pipeline.status === 'running') {
    moveJob(there, job, 'running');
    refreshPipeline(there, job.pipelineId);
  }
}

/** GitLab's reason, when none can be made. */
function makeDownstream(world: World, job: Job): { readonly there: World; readonly pipeline: Pipeline } | string {
  const { trigger } = job;
  const path = trigger?.project ?? world.project.path;
  const there = world.projects.find((each) => each.project.path === path);
  if (!trigger || !there) return 'downstream_bridge_project_not_found';
  const request = requestFor(world, there, job);
  if (!request) return 'downstream_pipeline_creation_failed';
  try {
    return { there, pipeline: createPipeline(there, request) };
  } catch (error) {
    const isRefusal =
      error instanceof FilteredError || error instanceof ConfigurationError || error instanceof ExpressionError;
    if (!isRefusal) throw error;
    return 'downstream_pipeline_creation_failed';
  }
}

/** A child runs for what its parent runs for; a pipeline of another project for a branch of that one. */
function requestFor(world: World, there: World, job: Job): PipelineRequest | undefined {
  const { trigger } = job;
  const parent = pipelineOf(world, job.pipelineId);
  const common = {
    user: userOf(world, job.userId),
    upstream: { projectId: world.project.id, pipelineId: parent.id, jobId: job.id },
    variables: Object.entries(trigger?.variables ?? {}).map(([key, value]) => ({ key, value })),
    onError: 'throw' as const,
  };
  if (trigger?.project !== undefined) {
    const branch = there.branches.find((each) => each.name === (trigger.branch ?? there.project.defaultBranch));
    return branch && { ...common, ref: branch.name, sha: branch.sha, kind: 'branch', source: 'pipeline' };
  }
  const { ref, sha, beforeSha, mergeRequest } = parent;
  const kind = parent.tag ? 'tag' : mergeRequest === null ? 'branch' : 'merge_request';
  return {
    ...common,
    ref,
    sha,
    beforeSha,
    kind,
    source: 'parent_pipeline',
    files: trigger?.files ?? [],
    ...(mergeRequest === null ? {} : { mergeRequest }),
  };
}

function endOf(pipeline: Pipeline): 'success' | 'failed' | 'canceled' {
  if (pipeline.status === 'canceled') return 'canceled';
  return pipeline.status === 'failed' ? 'failed' : 'success';
}
