import type { Job } from '../../domain/job.ts';
import { bold, code, join, type Phrase, say } from '../../domain/phrase.ts';
import { environmentRule, type ProjectRules } from '../../domain/project.ts';
import { type Canary, type CiGraph, type CiJob, findCanary, type RouteStep } from '../../domain/release.ts';
import { addChecks, type WatchTrouble } from '../../domain/route-checks.ts';

/** A route with the checks that are configured, and what the asker should know of those that do not fit. */
export function checkRoute(
  route: readonly RouteStep[],
  way: {
    readonly rules: ProjectRules;
    readonly environment: string;
    readonly graph: CiGraph;
    readonly ciJob: CiJob;
    readonly jobs: readonly Job[];
  },
): { readonly steps: readonly RouteStep[]; readonly warnings: readonly Phrase[] } {
  const { rules, environment, graph, ciJob, jobs } = way;
  const canary = findCanary(graph, ciJob, jobs);
  const { steps, trouble, absent } = addChecks(route, {
    target: ciJob.name,
    canary,
    rule: environmentRule(rules, environment),
    jobs: jobs.map(({ name }) => name),
  });
  return {
    steps,
    warnings: [
      ...(trouble === undefined ? [] : [troubleWords(trouble, { environment, canary })]),
      ...(absent.length === 0
        ? []
        : [
            say`Not in this pipeline, so it will not verify: ${join(absent.map(code), ', ')} (verify.job in chatops.yml).`,
          ]),
    ],
  };
}

function troubleWords(
  trouble: WatchTrouble,
  { environment, canary }: { readonly environment: string; readonly canary: Canary | undefined },
): Phrase {
  switch (trouble) {
    case 'pipeline_watches':
      return say`Two watches: ${code(canary?.watchJob ?? 'a job')} watches the canary in the pipeline, so canary.watch of chatops.yml does not. Remove one of them.`;
    case 'no_canary':
      return say`The pipeline has no canary before ${bold(environment)}, so canary.watch of chatops.yml watches nothing.`;
    case 'not_held':
      return say`${bold(environment)} goes on by itself after its canary, so canary.watch of chatops.yml cannot hold it back. Make its job manual.`;
  }
}
