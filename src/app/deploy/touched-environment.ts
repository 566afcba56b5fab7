import type { Job } from '../../domain/job.ts';
import type { ProjectRules } from '../../domain/project.ts';
import { environmentRule, isGlob, matchesGlob } from '../../domain/project.ts';
import type { CiGraph } from '../../domain/release.ts';

/** What a job does to an environment. `unknown`: nobody can say, so it is not for us to run. */
export type Touched =
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'starts' | 'stops' | 'rolls_back' | 'uses'; readonly environment: string };

/**
 * What the job of a pipeline does to which environment: as configured, as GitLab's webhooks told, else as the commit's
 * configuration declares it, which does not hold the jobs of child pipelines.
 */
export function touchedEnvironment(
  name: string,
  known: {
    readonly graph: CiGraph;
    readonly told: readonly Job[];
    readonly rules: ProjectRules;
    readonly isChild: boolean;
  },
): Touched {
  const { graph, told, rules, isChild } = known;
  const configured = rules.environments.find((rule) => !isGlob(rule.name) && rule.jobs.includes(name));
  if (configured) return { kind: 'starts', environment: configured.name };
  const declared = isChild ? undefined : graph.jobs.find((job) => job.name === name);
  const environment = told.find((job) => job.name === name)?.environment ?? declared?.environment;
  if (!environment) return { kind: declared ? 'none' : 'unknown' };
  // A name with a variable in it is not the environment's name.
  if (environment.name.includes('$')) return { kind: 'unknown' };
  const { name: where, action } = environment;
  if (action === 'start') return { kind: 'starts', environment: where };
  if (action === 'stop') return { kind: 'stops', environment: where };
  return { kind: isRollbackJob(name, where, rules) ? 'rolls_back' : 'uses', environment: where };
}

/** The pipeline's own way back is a rollback, whoever starts it. */
function isRollbackJob(name: string, environment: string, rules: ProjectRules): boolean {
  const jobs = environmentRule(rules, environment)?.rollback?.jobs ?? [];
  return jobs.length > 0 ? jobs.some((glob) => matchesGlob(glob, name)) : /rollback/i.test(name);
}
