import { ConfigurationError, isMapping } from './configuration.ts';
import type { Variables } from './expression.ts';

/** When a job runs by itself, or that it waits for a person. */
export type When = 'on_success' | 'on_failure' | 'always' | 'manual' | 'delayed';

/** What a job does to its environment; only `start` makes deployments. */
export type EnvironmentAction = 'start' | 'prepare' | 'stop' | 'verify' | 'access';

/** A job's environment with all variables expanded. */
export interface PlannedEnvironment {
  readonly name: string;
  readonly action: EnvironmentAction;
  readonly tier?: string;
  readonly url?: string;
  readonly onStop?: string;
}

/** One entry of `needs`; an optional one may be absent. */
export interface Need {
  readonly job: string;
  readonly optional: boolean;
}

/** Replaces `$NAME` and `${NAME}`; shell defaults such as `${A:-b}` stay as they are, as in GitLab. */
export function expand(text: string, variables: Variables): string {
  let result = text;
  for (let round = 0; round < 5 && result.includes('$'); round += 1) {
    const next = result.replaceAll(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced?: string, plain?: string) => {
      return variables[braced ?? plain ?? ''] ?? '';
    });
    if (next === result) break;
    result = next;
  }
  return result;
}

/** Reads `when`; anything unknown counts as the default. */
export function toWhen(value: unknown): When {
  switch (value) {
    case 'on_failure':
    case 'always':
    case 'manual':
    case 'delayed':
      return value;
    default:
      return 'on_success';
  }
}

/** Reads `needs`; undefined means "all earlier stages". Needs of other pipelines and projects are not modelled. */
export function readNeeds(value: unknown): readonly Need[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((each: unknown): Need[] => {
    if (typeof each === 'string') return [{ job: each, optional: false }];
    if (!isMapping(each) || typeof each['job'] !== 'string') return [];
    if (each['pipeline'] !== undefined || each['project'] !== undefined) return [];
    return [{ job: each['job'], optional: each['optional'] === true }];
  });
}

/** Reads `environment`, as a name or a mapping, with variables expanded. */
export function readEnvironment(value: unknown, variables: Variables): PlannedEnvironment | undefined {
  if (typeof value === 'string') return { name: expand(value, variables), action: 'start' };
  if (!isMapping(value) || typeof value['name'] !== 'string') return undefined;
  return {
    name: expand(value['name'], variables),
    action: toAction(value['action']),
    ...(typeof value['deployment_tier'] === 'string' ? { tier: value['deployment_tier'] } : {}),
    ...(typeof value['url'] === 'string' ? { url: expand(value['url'], variables) } : {}),
    ...(typeof value['on_stop'] === 'string' ? { onStop: value['on_stop'] } : {}),
  };
}

function toAction(value: unknown): EnvironmentAction {
  switch (value) {
    case undefined:
    case 'start':
      return 'start';
    case 'prepare':
    case 'stop':
    case 'verify':
    case 'access':
      return value;
    default:
      throw new ConfigurationError('environment:action should be one of start, stop, prepare, verify, or access');
  }
}

/** When a job uploads the test report that it writes; undefined: it writes none. */
export type TestReportWhen = 'on_success' | 'on_failure' | 'always';

/** Reads `artifacts:reports:junit`, with `artifacts:when`. */
export function readTestReport(artifacts: unknown): TestReportWhen | undefined {
  if (!isMapping(artifacts) || !isMapping(artifacts['reports']) || artifacts['reports']['junit'] === undefined) {
    return undefined;
  }
  const when = artifacts['when'];
  return when === 'on_failure' || when === 'always' ? when : 'on_success';
}

/** Reads `variables`, with or without descriptions. */
export function readVariables(value: unknown): Variables {
  if (!isMapping(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, toText(isMapping(each) ? each['value'] : each)]),
  );
}

function toText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
