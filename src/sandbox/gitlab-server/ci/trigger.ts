import { ConfigurationError, isMapping, type Mapping } from './configuration.ts';
import type { Variables } from './expression.ts';
import { expand } from './keywords.ts';

/** What a trigger job makes: a child from files of the repository, or a pipeline of another project. */
export interface PlannedTrigger {
  /** Paths in the repository; empty for another project. */
  readonly files: readonly string[];
  readonly project: string | undefined;
  readonly branch: string | undefined;
  /** The trigger job ends as its pipeline does, instead of passing as soon as that is made. */
  readonly depend: boolean;
  /** The job's own variables, which the pipeline gets. */
  readonly variables: Variables;
}

/**
 * Reads `trigger`; undefined for a job that has none. Generated files (`include: artifact`) are not modelled.
 * Throws `ConfigurationError` when it names neither files nor a project.
 * @see https://docs.gitlab.com/ci/yaml/#trigger
 */
export function readTrigger(
  name: string,
  value: unknown,
  variables: { readonly own: Variables; readonly all: Variables },
): PlannedTrigger | undefined {
  if (value === undefined) return undefined;
  const trigger: Mapping = typeof value === 'string' ? { project: value } : isMapping(value) ? value : {};
  const text = (key: string): string | undefined => {
    const found = trigger[key];
    return typeof found === 'string' ? expand(found, variables.all) : undefined;
  };
  const files = readFiles(trigger['include']);
  const project = text('project');
  if (files.length === 0 && project === undefined) {
    throw new ConfigurationError(`jobs:${name}:trigger config should contain include or project`);
  }
  const strategy = text('strategy');
  const depend = strategy === 'depend' || strategy === 'mirror';
  return { files, project, branch: text('branch'), depend, variables: variables.own };
}

function readFiles(include: unknown): readonly string[] {
  return [include].flat().flatMap((each: unknown) => {
    if (typeof each === 'string') return [each];
    return isMapping(each) && typeof each['local'] === 'string' ? [each['local']] : [];
  });
}
