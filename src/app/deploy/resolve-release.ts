import type { Job } from '../../domain/job.ts';
import { nearest } from '../../domain/nearest.ts';
import type { ProjectRef } from '../../domain/project.ts';
import { type CiGraph, type CiJob, type DeployJobMatch, findDeployJob, type Release } from '../../domain/release.ts';
import type { GitLabReads, GitRef, PipelineSummary } from '../gitlab-ports.ts';
import { findChildJob } from '../pipelines/find-child-job.ts';
import type { Tables } from '../store-ports.ts';

/** A version resolved to a commit, or the nearest tags. */
export type ReleaseMatch =
  | {
      readonly kind: 'found';
      readonly release: Release;
      readonly pipelines: readonly PipelineSummary[];
    }
  | { readonly kind: 'unknown'; readonly candidates: readonly string[] };

/**
 * Resolves what a person typed as a version: a tag, `1.4.0` (the tag, else `v1.4.0`), a branch, or a sha. Every
 * question is asked at once, so it costs one round trip; a tag wins over a branch of the same name.
 * @throws GitLabError when GitLab does not answer.
 */
export async function resolveRelease(gitlab: GitLabReads, project: ProjectRef, version: string): Promise<ReleaseMatch> {
  const spelled = /^\d/.test(version) ? [version, `v${version}`] : [version];
  const looksLikeSha = /^[0-9a-f]{7,40}$/i.test(version);
  const [tags, branch, commit] = await Promise.all([
    Promise.all(spelled.map((name) => withPipelines(gitlab, project, { name, tag: true }))),
    withPipelines(gitlab, project, { name: version, tag: false }),
    looksLikeSha ? gitlab.commit(project.id, version.toLowerCase()) : undefined,
  ]);
  const named = tags.find((tag) => tag !== undefined) ?? branch;
  if (named) return named;
  if (commit) {
    const pipelines = await gitlab.pipelinesOfSha(project.id, commit.sha);
    const release = {
      version: commit.sha.slice(0, 8),
      ref: pipelines[0]?.ref ?? commit.sha,
      tag: pipelines[0]?.tag ?? false,
      sha: commit.sha,
    };
    return { kind: 'found', release, pipelines };
  }
  const newest = await gitlab.newestTags(project.id, 50);
  const names = newest.map((tag) => tag.name);
  return {
    kind: 'unknown',
    candidates: [...new Set([...nearest(version, names, 3), ...names.slice(0, 3)])].slice(0, 5),
  };
}

async function withPipelines(
  gitlab: GitLabReads,
  project: ProjectRef,
  wanted: { readonly name: string; readonly tag: boolean },
): Promise<Extract<ReleaseMatch, { kind: 'found' }> | undefined> {
  const { name, tag } = wanted;
  const [ref, pipelines]: [GitRef | undefined, readonly PipelineSummary[]] = await Promise.all([
    tag ? gitlab.tag(project.id, name) : gitlab.branch(project.id, name),
    gitlab.pipelinesOf(project.id, { ref: name, tag }),
  ]);
  if (!ref) return undefined;
  // A tag may have been moved since: only the pipelines of the commit that it points to now count.
  const own = pipelines.filter((pipeline) => pipeline.sha === ref.sha);
  return {
    kind: 'found',
    release: { version: ref.name, ref: ref.name, tag, sha: ref.sha },
    pipelines: own,
  };
}

/** The deploy job of an environment in the newest of the pipelines that holds it. */
export type DeployJobFound =
  | {
      readonly kind: 'found';
      readonly pipeline: PipelineSummary;
      readonly graph: CiGraph;
      readonly ciJob: CiJob;
      readonly job: Job;
      readonly jobs: readonly Job[];
    }
  | { readonly kind: 'several'; readonly jobs: readonly string[] }
  | { readonly kind: 'configure'; readonly reason: 'variable_in_name' | 'parallel' }
  | { readonly kind: 'not_in_pipeline'; readonly jobName: string; readonly pipeline: PipelineSummary }
  | { readonly kind: 'none' };

/** A tag rarely has more than a few pipelines; older ones are not worth a request each. */
const pipelinesTried = 5;

/** Finds the job that starts the environment, looking at the newest pipelines first, and in child pipelines last. */
export async function findJob(
  { gitlab, tables }: { readonly gitlab: GitLabReads; readonly tables: Pick<Tables, 'pipelines'> },
  project: ProjectRef,
  wanted: {
    readonly environment: string;
    readonly configured: readonly string[];
    readonly job: string | undefined;
    readonly sha: string;
    readonly pipelines: readonly PipelineSummary[];
  },
): Promise<DeployJobFound> {
  let missing: DeployJobFound = { kind: 'none' };
  for (const pipeline of wanted.pipelines.slice(0, pipelinesTried)) {
    const [graph, jobs] = await Promise.all([
      gitlab.ciGraph(project.id, wanted.sha),
      gitlab.jobs(project.id, pipeline.id),
    ]);
    const match = findDeployJob(graph, wanted.environment, wanted);
    if (match.kind === 'none' || isOfNoUse(match)) {
      missing = match;
      break;
    }
    if (match.kind !== 'found') return match;
    const job = jobs.find((candidate) => candidate.name === match.job.name);
    if (job) return { kind: 'found', pipeline, graph, ciJob: match.job, job, jobs };
    if (missing.kind === 'none') missing = { kind: 'not_in_pipeline', jobName: match.job.name, pipeline };
  }
  const inChild = await findChildJob(project, wanted, { gitlab, tables });
  return inChild.kind === 'none' ? missing : inChild;
}

/** A name with a variable in it may be that of another environment. */
function isOfNoUse(match: DeployJobMatch): match is Extract<DeployJobMatch, { kind: 'configure' }> {
  return match.kind === 'configure' && match.reason === 'variable_in_name';
}
