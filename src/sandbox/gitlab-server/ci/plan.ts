import { ConfigurationError, isJobName, isMapping, type Mapping } from './configuration.ts';
import { evaluateExpression, type Variables } from './expression.ts';
import {
  expand,
  type Need,
  type PlannedEnvironment,
  readEnvironment,
  readNeeds,
  readTestReport,
  readVariables,
  type TestReportWhen,
  toWhen,
  type When,
} from './keywords.ts';
import { type PlannedTrigger, readTrigger } from './trigger.ts';

/** One job that a pipeline will have. */
export interface PlannedJob {
  readonly name: string;
  readonly stage: string;
  readonly stageIndex: number;
  readonly when: When;
  readonly allowFailure: boolean;
  /** Absent: the job waits for all earlier stages. */
  readonly needs?: readonly string[];
  readonly environment?: PlannedEnvironment;
  readonly resourceGroup?: string;
  readonly script: readonly string[];
  /** A job that makes a pipeline instead of running. */
  readonly trigger?: PlannedTrigger;
  /** Whether it uploads a JUnit report, and when. */
  readonly testReport?: TestReportWhen;
  /** The regular expression that finds its coverage in its log, between slashes. */
  readonly coveragePattern?: string;
}

/** All that a pipeline for one context will have. */
export interface PipelinePlan {
  readonly name: string | null;
  readonly stages: readonly string[];
  readonly jobs: readonly PlannedJob[];
}

/** No pipeline is made at all, and nothing is stored. */
export class FilteredError extends Error {
  override readonly name = 'FilteredError';
}

/**
 * Decides which jobs a pipeline has for these variables (`CI_PIPELINE_SOURCE`, `CI_COMMIT_TAG`, …).
 * Throws `FilteredError` when workflow or job rules leave nothing, `ConfigurationError` when a job needs an absent one.
 */
export function planPipeline(configuration: Mapping, given: Variables): PipelinePlan {
  const global = readVariables(configuration['variables']);
  const workflow = matchWorkflow(configuration, { ...global, ...given });
  const variables = { ...global, ...workflow, ...given };
  const stages = readStages(configuration);
  const jobs: Draft[] = [];
  for (const [name, value] of Object.entries(configuration)) {
    if (name.startsWith('.') || !isJobName(name) || !isMapping(value)) continue;
    const job = planJob(name, value, { stages, variables, given });
    if (job !== undefined) jobs.push(job);
  }
  if (jobs.length === 0) {
    throw new FilteredError(
      'Pipeline will not run for the selected trigger. The rules configuration prevented any jobs from being added to the pipeline.',
    );
  }
  jobs.sort((a, b) => a.stageIndex - b.stageIndex);
  const complete = jobs.map((job) => checkNeeds(job, jobs, configuration));
  const names = stages.filter((stage) => complete.some((job) => job.stage === stage));
  const workflowName = isMapping(configuration['workflow']) ? configuration['workflow']['name'] : undefined;
  return {
    name: typeof workflowName === 'string' ? expand(workflowName, variables) : null,
    stages: names,
    jobs: complete,
  };
}

type Draft = Omit<PlannedJob, 'needs'> & { readonly needs?: readonly Need[] };

interface JobContext {
  readonly stages: readonly string[];
  readonly variables: Variables;
  readonly given: Variables;
}

interface Presence {
  readonly when: When;
  readonly allowFailure: boolean;
  readonly variables: Variables;
  readonly needs: unknown;
}

function matchWorkflow(configuration: Mapping, variables: Variables): Variables {
  const workflow = configuration['workflow'];
  const rules = isMapping(workflow) ? workflow['rules'] : undefined;
  if (!Array.isArray(rules)) return {};
  const rule = findRule(rules, variables);
  if (rule === undefined || rule['when'] === 'never') {
    throw new FilteredError('Pipeline filtered out by workflow rules.');
  }
  return readVariables(rule['variables']);
}

function readStages(configuration: Mapping): readonly string[] {
  const own = configuration['stages'];
  const named = Array.isArray(own) ? own.map(String) : ['build', 'test', 'deploy'];
  return ['.pre', ...named, '.post'];
}

function planJob(name: string, job: Mapping, context: JobContext): Draft | undefined {
  if (job['script'] === undefined && job['run'] === undefined && job['trigger'] === undefined) {
    throw new ConfigurationError(`jobs:${name} config should implement the script:, run:, or trigger: keyword`);
  }
  const stage = typeof job['stage'] === 'string' ? job['stage'] : 'test';
  const stageIndex = context.stages.indexOf(stage);
  if (stageIndex < 0) {
    throw new ConfigurationError(
      `${name} job: chosen stage ${stage} does not exist; available stages are ${context.stages.join(', ')}`,
    );
  }
  const own = readVariables(job['variables']);
  const presence = decidePresence(job, { ...context.variables, ...own, ...context.given });
  if (presence === undefined) return undefined;
  const variables = {
    ...context.variables,
    ...own,
    ...presence.variables,
    ...context.given,
    CI_JOB_NAME: name,
    CI_JOB_STAGE: stage,
  };
  const needs = readNeeds(presence.needs);
  const environment = readEnvironment(job['environment'], variables);
  const testReport = readTestReport(job['artifacts']);
  const trigger = readTrigger(name, job['trigger'], { own: { ...own, ...presence.variables }, all: variables });
  return {
    name,
    stage,
    stageIndex,
    when: presence.when,
    allowFailure: presence.allowFailure,
    ...(needs === undefined ? {} : { needs }),
    ...(environment === undefined ? {} : { environment }),
    ...(typeof job['resource_group'] === 'string' ? { resourceGroup: expand(job['resource_group'], variables) } : {}),
    ...(testReport === undefined ? {} : { testReport }),
    ...(typeof job['coverage'] === 'string' ? { coveragePattern: job['coverage'] } : {}),
    ...(trigger === undefined ? {} : { trigger }),
    script: [job['before_script'], job['script']].flat(3).filter((line) => typeof line === 'string'),
  };
}

function decidePresence(job: Mapping, variables: Variables): Presence | undefined {
  const ownWhen = job['when'];
  const ownAllow = typeof job['allow_failure'] === 'boolean' ? job['allow_failure'] : undefined;
  // A job-level `when: manual` makes the job optional, even where rules are present; in a rule it makes a gate.
  const fallback = ownAllow ?? ownWhen === 'manual';
  const rules = job['rules'];
  if (!Array.isArray(rules)) {
    if (!isInOnly(job, variables) || ownWhen === 'never') return undefined;
    return { when: toWhen(ownWhen), allowFailure: fallback, variables: {}, needs: job['needs'] };
  }
  const rule = findRule(rules, variables);
  if (rule === undefined) return undefined;
  const when = rule['when'] ?? ownWhen;
  if (when === 'never') return undefined;
  return {
    when: toWhen(when),
    allowFailure: typeof rule['allow_failure'] === 'boolean' ? rule['allow_failure'] : fallback,
    variables: readVariables(rule['variables']),
    needs: rule['needs'] ?? job['needs'],
  };
}

function findRule(rules: readonly unknown[], variables: Variables): Mapping | undefined {
  for (const rule of rules) {
    if (!isMapping(rule)) continue;
    // `changes` and `exists` are taken as true: the stand-in has no work tree to look at.
    if (typeof rule['if'] !== 'string' || evaluateExpression(rule['if'], variables)) return rule;
  }
  return undefined;
}

/** `only`/`except` in their list form; without them a job is in branch and tag pipelines, not in merge request ones. */
function isInOnly(job: Mapping, variables: Variables): boolean {
  const only = Array.isArray(job['only']) ? job['only'].map(String) : ['branches', 'tags'];
  const except = Array.isArray(job['except']) ? job['except'].map(String) : [];
  const isNamed = (word: string): boolean => {
    if (word === 'tags') return variables['CI_COMMIT_TAG'] !== undefined;
    if (word === 'branches') return variables['CI_COMMIT_BRANCH'] !== undefined;
    if (word === 'merge_requests') return variables['CI_PIPELINE_SOURCE'] === 'merge_request_event';
    const ref = variables['CI_COMMIT_REF_NAME'] ?? '';
    return word.startsWith('/') ? evaluateExpression(`$REF =~ ${word}`, { REF: ref }) : word === ref;
  };
  return only.some(isNamed) && !except.some(isNamed);
}

function checkNeeds(job: Draft, jobs: readonly Draft[], configuration: Mapping): PlannedJob {
  const { needs, ...planned } = job;
  if (needs === undefined) return planned;
  const present: string[] = [];
  for (const need of needs) {
    const found = jobs.find((each) => each.name === need.job);
    if (found !== undefined && found.stageIndex <= job.stageIndex) {
      present.push(need.job);
      continue;
    }
    if (found === undefined && need.optional) continue;
    if (!isMapping(configuration[need.job]))
      throw new ConfigurationError(`${job.name} job: undefined need: ${need.job}`);
    throw new ConfigurationError(
      `'${job.name}' job needs '${need.job}' job, but '${need.job}' is not in any previous stage`,
    );
  }
  return { ...planned, needs: present };
}
