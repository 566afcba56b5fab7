import type { Job } from './job.ts';
import { isRun, type Operation, type Step } from './operation.ts';

/**
 * The step at which a deploy found its canary bad: the bot's own watch, or the pipeline's, which is a job between the
 * canary and the deploy job that failed. Its target was not touched. Undefined: it did not end that way.
 */
export function badCanaryStep({ kind, steps, environment }: Operation): Step | undefined {
  if (kind !== 'deploy') return undefined;
  const at = steps.findIndex(({ state }) => state === 'failed');
  const step = steps[at];
  if (step?.kind === 'watch') return step;
  if (step?.kind !== 'wait' || step.environment !== undefined || step.reason !== 'job_failed') return undefined;
  const before = steps.slice(0, at).filter(isRun);
  const hasCanary = before.length > 0 && before.every((run) => run.environment !== environment);
  return hasCanary ? step : undefined;
}

/** Whether the deploy job stands where a bad canary left it: nobody has run that canary again since. */
export function isLeftByBadCanary(operation: Operation, jobs: readonly Job[]): boolean {
  if (operation.state !== 'failed' || !badCanaryStep(operation)) return false;
  return operation.steps
    .filter((step) => isRun(step) && step.jobId !== undefined)
    .every((step) => jobs.find(({ name }) => name === step.job)?.id === step.jobId);
}
