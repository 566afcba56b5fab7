import type { JobEnvironment } from '../../domain/job.ts';
import type { Upstream } from '../../domain/pipeline.ts';
import { decodeEnvironmentAction } from '../ci-graph.ts';
import { decodeProject } from '../decode-answer.ts';
import type { EnvironmentHook, SourcePipelineHook } from '../schema.ts';

/** The environment of a job, as pipeline and job hooks show it. */
export function decodeJobEnvironment(environment: EnvironmentHook): JobEnvironment | undefined {
  if (!environment) return undefined;
  const { name, action, deployment_tier: tier } = environment;
  return { name, action: decodeEnvironmentAction(action), tier };
}

/** The pipeline that triggered this one, which pipeline and job hooks of downstream pipelines name. */
export function decodeUpstream(source: SourcePipelineHook): Upstream | undefined {
  return source ? { project: decodeProject(source.project), pipelineId: source.pipeline_id } : undefined;
}

/** A commit's title: hooks give the whole message. */
export function firstLine(message: string | undefined): string | undefined {
  const line = message?.split('\n')[0]?.trim();
  return line === '' ? undefined : line;
}
