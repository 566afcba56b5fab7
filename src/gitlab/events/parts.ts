import type { JobEnvironment } from '../../domain/job.ts';
import { decodeEnvironmentAction } from '../ci-graph.ts';
import type { EnvironmentHook } from '../schema.ts';

/** The environment of a job, as pipeline and job hooks show it. */
export function decodeJobEnvironment(environment: EnvironmentHook): JobEnvironment | undefined {
  if (!environment) return undefined;
  const { name, action, deployment_tier: tier } = environment;
  return { name, action: decodeEnvironmentAction(action), tier };
}

/** A commit's title: hooks give the whole message. */
export function firstLine(message: string | undefined): string | undefined {
  const line = message?.split('\n')[0]?.trim();
  return line === '' ? undefined : line;
}
