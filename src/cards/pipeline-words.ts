import type { Job } from '../domain/job.ts';
import { code, join, link, type Phrase, type Segment, say } from '../domain/phrase.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import { durationBetween, durationWords } from './duration.ts';
import { literal } from './literal.ts';

/** The first eight characters, as GitLab shows a commit. */
export function shortSha(sha: string): string {
  return sha.slice(0, 8);
}

/** What people call the thing in a pipeline: the tag, the branch, or the merge request. */
export function versionOf(pipeline: Pipeline): string {
  const { mergeRequest } = pipeline;
  return literal(mergeRequest ? `merge request !${mergeRequest.iid}` : pipeline.ref, 80);
}

/** What a triggered pipeline is called: by its trigger job, or by its project where that is another one. */
export function downstreamName({ upstream, project, id }: Pipeline): string {
  if (upstream && upstream.project.id !== project.id) return literal(project.path, 80);
  return literal(upstream?.jobName ?? `#${id}`, 60);
}

/** `pipeline`, or which one of several: `child pipeline deploy-eu`. */
export function pipelineNoun(pipeline: Pipeline): string {
  const { upstream, project } = pipeline;
  if (!upstream) return 'pipeline';
  const kind = upstream.project.id === project.id ? 'child' : 'downstream';
  return `${kind} pipeline ${downstreamName(pipeline)}`;
}

/** What people call a deployed ref: `refs/merge-requests/7/head` is merge request !7. */
export function refName(ref: string): string {
  return literal(ref.replace(/^refs\/merge-requests\/(\d+)\/(?:head|merge)$/, 'merge request !$1'), 80);
}

/** A version with its commit, `v1.4.0 (1a2b3c4d)`; the commit alone where the version is one. */
export function versionWithSha(version: string, sha: string | undefined): Phrase {
  if (sha === undefined || sha === '') return [refName(version)];
  return sha.startsWith(version) ? [code(shortSha(sha))] : say`${refName(version)} (${code(shortSha(sha))})`;
}

/** The commit in one line: sha, title, author, and who started the pipeline if that is somebody else. */
export function commitLine(pipeline: Pipeline): Phrase {
  const author = pipeline.commitAuthor;
  const starter = pipeline.user?.name;
  const parts: (Phrase | Segment)[] = [
    pipeline.commitTitle === undefined
      ? code(shortSha(pipeline.sha))
      : say`${code(shortSha(pipeline.sha))} ${literal(pipeline.commitTitle, 100)}`,
  ];
  if (pipeline.upstream) parts.unshift(say`In the ${link(pipelineNoun(pipeline), pipeline.url)}`);
  if (author !== undefined) parts.push(say`by ${literal(author, 60)}`);
  if (starter !== undefined && starter !== author) parts.push(say`started by ${literal(starter, 60)}`);
  return join(parts, ' · ');
}

/** The pipeline's page. */
export function pipelineLink(pipeline: Pipeline): Segment {
  return link(`Pipeline #${pipeline.id}`, pipeline.url);
}

/** The job's page, or the pipeline's where the job's is not known. */
export function jobLink(job: Job | undefined, pipeline: Pipeline): Segment {
  if (job?.url !== undefined) return link('Open the job’s log', job.url);
  return link('Open the pipeline', pipeline.url);
}

/** How long the pipeline took, or undefined while nobody knows. */
export function pipelineDuration(pipeline: Pipeline): string | undefined {
  if (pipeline.durationSeconds !== undefined) return durationWords(pipeline.durationSeconds);
  return durationBetween(pipeline.createdAt, pipeline.finishedAt);
}

/** `unit-tests, trivy-scan and 3 more`. */
export function nameJobs(jobs: readonly Job[], max: number): Phrase {
  const named = jobs.slice(0, max).map((job) => nameJob(job));
  const left = jobs.length - named.length;
  return left > 0 ? say`${join(named, ', ')} and ${left} more` : join(named, ', ');
}

/** `deploy-canary (production-canary)`: the job, and the environment it deploys to. */
export function nameJob(job: Job): Phrase {
  const name = literal(job.name, 80);
  return job.environment?.action === 'start' ? say`${name} (${literal(job.environment.name, 60)})` : [name];
}
