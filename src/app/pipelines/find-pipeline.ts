import { NotFoundError } from '../../domain/errors.ts';
import type { Phrase } from '../../domain/phrase.ts';
import { code, join, say } from '../../domain/phrase.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Release } from '../../domain/release.ts';
import type { TaskPipeline } from '../../domain/task.ts';
import type { CommandContext, ProjectContext } from '../command.ts';
import { resolveVersion } from '../deploy/resolve-version.ts';

/** The pipeline that somebody means, and the release that it is of. */
export type PipelineFound =
  | {
      readonly kind: 'found';
      readonly pipeline: TaskPipeline & { readonly status: string; readonly source?: string | undefined };
      readonly release: Release;
      /** What the words name: the branch, where the pipeline is of a tag at its newest commit. */
      readonly asked: Release;
    }
  /** The ref is there, and no pipeline ever ran for it. */
  | { readonly kind: 'none'; readonly release: Release; readonly refusal: Refusal }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/**
 * Finds a pipeline by `#905`, or the newest one of a tag, branch or commit; left out, the thread's, else the newest of
 * the default branch. A branch without a pipeline of its own has the one of its merge request.
 * @throws GitLabError
 */
export async function findPipeline(
  wanted: { readonly project: ProjectContext; readonly ref: string | undefined; readonly notDone: Phrase },
  context: CommandContext,
): Promise<PipelineFound> {
  const { project, notDone } = wanted;
  const here = context.thread?.pipeline;
  const ref = wanted.ref ?? (here?.project.id === project.ref.id ? `#${here.id}` : undefined);
  const number = /^#(\d{1,15})$/.exec(ref ?? '')?.[1];
  if (number !== undefined) return byNumber(Number(number), { project, notDone }, context);
  const version = ref ?? project.ref.defaultBranch ?? 'main';
  const match = await resolveVersion({ project, environment: '', version }, context);
  if (match.kind === 'refused') return { kind: 'refused', refusal: { ...match.refusal, notDone } };
  if (match.kind === 'unknown')
    return { kind: 'refused', refusal: unknownRef({ project, notDone }, version, match.candidates) };
  const { release } = match;
  const own = match.pipelines[0] ?? (await context.gitlab.pipelinesOfSha(project.ref.id, release.sha))[0];
  if (!own) return { kind: 'none', release, refusal: noPipeline({ project, notDone }, release) };
  const { id, url, sha, status, ref: ownRef, tag } = own;
  // The branch's newest commit may have the pipeline of its tag alone, whose jobs are the tag's.
  const its = tag && !release.tag ? { version: ownRef, ref: ownRef, tag, sha } : release;
  return { kind: 'found', release: its, asked: release, pipeline: { id, url, sha, status, version: its.version } };
}

interface About {
  readonly project: ProjectContext;
  readonly notDone: Phrase;
}

async function byNumber(id: number, about: About, { gitlab }: CommandContext): Promise<PipelineFound> {
  const { project, notDone } = about;
  try {
    const { url, ref, tag, sha, status, source } = await gitlab.pipeline(project.ref, id);
    const release = { version: ref, ref, tag, sha };
    return { kind: 'found', release, asked: release, pipeline: { id, url, sha, status, source, version: ref } };
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    return {
      kind: 'refused',
      refusal: {
        code: 'pipeline_unknown',
        notDone,
        fact: say`${project.ref.path} has no pipeline #${id}.`,
        todo: [openPipelines(project)],
      },
    };
  }
}

function unknownRef({ project, notDone }: About, ref: string, candidates: readonly string[]): Refusal {
  const nearby = candidates.length > 0 ? say` Nearest and newest tags: ${join(candidates.map(code), ', ')}.` : [];
  return {
    code: 'version_unknown',
    notDone,
    fact: say`${project.ref.path} has no tag, branch or commit ${code(ref)}.${nearby}`,
    todo: [{ kind: 'open', label: 'Open the tags', url: `${project.ref.url}/-/tags` }],
  };
}

function noPipeline({ project, notDone }: About, { version }: Release): Refusal {
  return {
    code: 'no_pipeline',
    notDone,
    fact: say`No pipeline ran for ${code(version)}.`,
    todo: [openPipelines(project)],
  };
}

function openPipelines({ ref }: ProjectContext): Refusal['todo'][number] {
  return { kind: 'open', label: 'Open the pipelines', url: `${ref.url}/-/pipelines` };
}
