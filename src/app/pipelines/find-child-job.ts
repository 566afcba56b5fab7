import type { Job } from '../../domain/job.ts';
import type { ProjectRef } from '../../domain/project.ts';
import type { CiGraph, CiJob } from '../../domain/release.ts';
import type { DeployJobFound } from '../deploy/resolve-release.ts';
import type { GitLabReads, PipelineSummary } from '../gitlab-ports.ts';
import type { Tables } from '../store-ports.ts';

/** What is looked for below a pipeline. */
export interface ChildJobWanted {
  readonly environment: string;
  readonly configured: readonly string[];
  readonly job: string | undefined;
  readonly pipelines: readonly PipelineSummary[];
}

export interface FindChildJobDeps {
  readonly gitlab: Pick<GitLabReads, 'bridges' | 'jobs' | 'deploymentsOf'>;
  readonly tables: Pick<Tables, 'pipelines'>;
}

/** Those of the environment that are looked through; each pipeline with a deploy job has left one. */
const deploymentsRead = 50;

/** Children of the newest pipelines only. */
const rootsTried = 2;

/**
 * Finds the job that starts the environment in the child pipelines of the newest pipelines. The commit's configuration
 * does not hold a child's jobs, and the jobs API names no environments: GitLab's deployments do, which are there as
 * soon as the job is, and so do the webhooks that we have seen. Pipelines of other projects deploy for those.
 */
export async function findChildJob(
  project: ProjectRef,
  wanted: ChildJobWanted,
  deps: FindChildJobDeps,
): Promise<DeployJobFound> {
  const roots = wanted.pipelines.slice(0, rootsTried);
  const [deployments, ...families] = await Promise.all([
    deps.gitlab.deploymentsOf(project.id, wanted.environment, deploymentsRead),
    ...roots.map((root) => childrenOf(project, root.id, deps)),
  ]);
  const deploying = new Set(deployments.flatMap(({ jobId }) => jobId ?? []));
  for (const children of families) {
    const found = (
      await Promise.all(
        children.map(async (child) => matchesIn(await readChild(project, child, deps), { ...wanted, deploying })),
      )
    ).flat();
    const chosen = wanted.job === undefined ? found : found.filter(({ job }) => job.name === wanted.job);
    const [first] = chosen.toSorted((a, b) => b.pipeline.id - a.pipeline.id);
    const names = new Set((chosen.length > 0 ? chosen : found).map(({ job }) => job.name));
    if (first && names.size === 1) return first;
    if (names.size > 0) return { kind: 'several', jobs: [...names] };
  }
  return { kind: 'none' };
}

/** Children of children too: GitLab allows two levels. */
async function childrenOf(
  project: ProjectRef,
  pipelineId: number,
  deps: FindChildJobDeps,
  level = 1,
): Promise<readonly PipelineSummary[]> {
  const bridges = await deps.gitlab.bridges(project.id, pipelineId);
  const children = bridges.flatMap(({ downstream }) => (downstream?.projectId === project.id ? [downstream] : []));
  if (level > 1) return children;
  const below = await Promise.all(children.map((child) => childrenOf(project, child.id, deps, level + 1)));
  return [...children, ...below.flat()];
}

interface Child {
  readonly pipeline: PipelineSummary;
  readonly jobs: readonly Job[];
  readonly stages: readonly string[];
}

async function readChild(project: ProjectRef, pipeline: PipelineSummary, deps: FindChildJobDeps): Promise<Child> {
  const [jobs, held] = await Promise.all([
    deps.gitlab.jobs(project.id, pipeline.id),
    deps.tables.pipelines.find(project.id, pipeline.id),
  ]);
  const known = jobs.map((job): Job => {
    const told = held?.jobs.find((other) => other.name === job.name);
    return { ...job, environment: told?.environment, manual: told?.manual ?? job.manual };
  });
  // GitLab makes jobs in the order of their stages.
  const made = known.toSorted((a, b) => a.id - b.id).map((job) => job.stage);
  return { pipeline, jobs: known, stages: [...new Set([...(held?.stages ?? []), ...made])] };
}

type Match = Extract<DeployJobFound, { kind: 'found' }>;

function matchesIn(
  child: Child,
  wanted: Omit<ChildJobWanted, 'pipelines'> & { readonly deploying: ReadonlySet<number> },
): readonly Match[] {
  const { environment, configured, deploying } = wanted;
  const isWanted = (job: Job): boolean => {
    if (configured.length > 0) return configured.includes(job.name);
    return deploying.has(job.id) || (job.environment?.action === 'start' && job.environment.name === environment);
  };
  const graph = asGraph(child, (job) => (isWanted(job) ? environment : undefined));
  return child.jobs.filter(isWanted).flatMap((job) => {
    const ciJob = graph.jobs.find(({ name }) => name === job.name);
    return ciJob ? [{ kind: 'found', pipeline: child.pipeline, graph, ciJob, job, jobs: child.jobs }] : [];
  });
}

/** Needs are nowhere to be read, so stages order it; a job that stands ready has nothing before it. */
function asGraph({ jobs, stages }: Child, environmentOf: (job: Job) => string | undefined): CiGraph {
  return {
    stages,
    jobs: jobs.map((job): CiJob => {
      const name = environmentOf(job);
      return {
        name: job.name,
        stage: job.stage,
        needs: job.status === 'created' ? undefined : [],
        environment: name === undefined ? job.environment : { name, action: 'start' },
        manual: job.manual ?? job.status === 'manual',
        parallel: false,
      };
    }),
  };
}
