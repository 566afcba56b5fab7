import { z } from 'zod';
import type { Bridge, GitLabReads, PipelineSummary } from '../../app/gitlab-ports.ts';
import { decodePipelineStatus, type PipelineFacts } from '../../domain/pipeline.ts';
import type { ProjectRef } from '../../domain/project.ts';
import { createCache } from '../cache.ts';
import {
  BridgePayload,
  CommitPayload,
  MergeRequestPayload,
  PipelinePayload,
  PipelineRowPayload,
  readAs,
} from '../schema.ts';
import { orAbsent, orWithout, type ReadContext } from './context.ts';

type PipelineReads = Pick<
  GitLabReads,
  'pipelinesOf' | 'pipelinesOfSha' | 'pipelinesUpdatedSince' | 'pipeline' | 'bridges'
>;

const listed = 20;
const maxUpdatedPages = 5;

/** Reads of pipelines: always asked anew, since what is done next depends on them. */
export function createPipelineReads(context: ReadContext, refs: Pick<GitLabReads, 'tag' | 'branch'>): PipelineReads {
  const { api, now } = context;
  // Lists leave out `tag`. It never changes, so each pipeline is asked for it once.
  const tagFlags = createCache<boolean>({ max: 5_000, keepMs: Infinity, now });
  const rows = createCache<readonly PipelineRowPayload[]>({ max: 500, keepMs: 0, now });
  const readAround = createSurroundings(context);

  const readPipeline = async (projectId: number, pipelineId: number): Promise<PipelinePayload> => {
    const answer = await api.Pipelines.show(projectId, pipelineId);
    const pipeline = readAs(PipelinePayload, answer, `pipeline ${pipelineId}`);
    tagFlags.put(`${projectId}/${pipelineId}`, pipeline.tag ?? false);
    return pipeline;
  };

  const isTag = async (projectId: number, row: PipelineRowPayload): Promise<boolean> => {
    if (row.tag !== undefined) return row.tag;
    if (row.ref.startsWith('refs/')) return false;
    return tagFlags.get(`${projectId}/${row.id}`, async () => {
      const pipeline = await orAbsent(readPipeline(projectId, row.id));
      return pipeline?.tag ?? false;
    });
  };

  const toSummaries = (projectId: number, found: readonly PipelineRowPayload[]): Promise<PipelineSummary[]> =>
    Promise.all(found.map(async (row) => toSummary(row, await isTag(projectId, row))));

  return {
    async pipelinesOf(projectId, { ref, tag }) {
      const [found, other] = await Promise.all([
        rows.get(`${projectId}/${ref}`, async () =>
          readRows(await api.Pipelines.all(projectId, { ref, perPage: listed, maxPages: 1 })),
        ),
        tag ? refs.branch(projectId, ref) : refs.tag(projectId, ref),
      ]);
      // The list answers for merge requests of that branch as well.
      const named = found.filter((row) => row.ref === ref);
      // Only where a tag and a branch share the name must each pipeline be asked whose it is.
      if (!other) return named.filter((row) => (row.tag ?? tag) === tag).map((row) => toSummary(row, tag));
      return (await toSummaries(projectId, named)).filter((pipeline) => pipeline.tag === tag);
    },

    async pipelinesOfSha(projectId, sha) {
      const answer = await api.Pipelines.all(projectId, { sha, perPage: listed, maxPages: 1 });
      return toSummaries(projectId, readRows(answer));
    },

    async pipelinesUpdatedSince(projectId, since) {
      const answer = await api.Pipelines.all(projectId, {
        updatedAfter: since.toISOString(),
        orderBy: 'updated_at',
        sort: 'desc',
        perPage: 100,
        maxPages: maxUpdatedPages,
      });
      return toSummaries(projectId, readRows(answer));
    },

    async bridges(projectId, pipelineId) {
      const answer = await api.Jobs.allPipelineBridges(projectId, pipelineId);
      const bridges = readAs(z.array(BridgePayload), answer, `the trigger jobs of pipeline ${pipelineId}`);
      return bridges.map((bridge) => decodeBridge(bridge, projectId));
    },

    async pipeline(project, pipelineId) {
      const pipeline = await readPipeline(project.id, pipelineId);
      return decodePipeline(project, pipeline, await readAround(project.id, pipeline));
    },
  };
}

interface Surroundings {
  readonly commit: CommitPayload | undefined;
  readonly mergeRequest: MergeRequestPayload | undefined;
}

/** Reads what a card shows beside a pipeline and REST keeps apart: its commit (kept for good) and merge request. */
function createSurroundings({ api, now }: ReadContext) {
  const commits = createCache<CommitPayload>({ max: 500, keepMs: Infinity, now });
  const mergeRequests = createCache<MergeRequestPayload>({ max: 500, keepMs: 60_000, now });

  const readCommit = (projectId: number, sha: string): Promise<CommitPayload> =>
    commits.get(`${projectId}/${sha}`, async () =>
      readAs(CommitPayload, await api.Commits.show(projectId, sha, { stats: false }), `commit ${sha}`),
    );
  const readMergeRequest = (projectId: number, iid: number): Promise<MergeRequestPayload> =>
    mergeRequests.get(`${projectId}/${iid}`, async () =>
      readAs(MergeRequestPayload, await api.MergeRequests.show(projectId, iid), `merge request ${iid}`),
    );

  return async (projectId: number, { ref, sha }: PipelinePayload): Promise<Surroundings> => {
    const iid = /^refs\/merge-requests\/(\d+)\//.exec(ref)?.[1];
    const [commit, mergeRequest] = await Promise.all([
      orWithout(readCommit(projectId, sha)),
      iid === undefined ? undefined : orWithout(readMergeRequest(projectId, Number(iid))),
    ]);
    return { commit, mergeRequest };
  };
}

function readRows(answer: unknown): readonly PipelineRowPayload[] {
  return readAs(z.array(PipelineRowPayload), answer, 'the list of pipelines');
}

function toSummary(row: PipelineRowPayload, tag: boolean): PipelineSummary {
  return { id: row.id, ref: row.ref, tag, sha: row.sha, status: row.status, url: row.web_url ?? '' };
}

/** Older GitLabs name no project with the downstream pipeline: then it is taken for a child. */
function decodeBridge({ name, downstream_pipeline: made }: z.infer<typeof BridgePayload>, projectId: number): Bridge {
  if (!made) return { name, downstream: undefined };
  const { id, ref, sha, status, web_url: url } = made;
  return {
    name,
    downstream: { projectId: made.project_id ?? projectId, id, ref, tag: false, sha, status, url: url ?? '' },
  };
}

/** REST says neither stages nor commit; a merge request's `ref` becomes its branch, as in hooks. */
function decodePipeline(project: ProjectRef, pipeline: PipelinePayload, around: Surroundings): PipelineFacts {
  const { commit, mergeRequest } = around;
  return {
    project,
    id: pipeline.id,
    ref: mergeRequest?.source_branch ?? pipeline.ref,
    tag: pipeline.tag ?? false,
    sha: pipeline.sha,
    status: decodePipelineStatus(pipeline.status),
    source: pipeline.source,
    url: pipeline.web_url ?? `${project.url}/-/pipelines/${pipeline.id}`,
    stages: [],
    createdAt: pipeline.created_at,
    finishedAt: pipeline.finished_at,
    durationSeconds: pipeline.duration,
    user: pipeline.user,
    commitTitle: commit?.title,
    commitAuthor: commit?.author_name,
    mergeRequest: mergeRequest
      ? { iid: mergeRequest.iid, title: mergeRequest.title, url: mergeRequest.web_url }
      : undefined,
  };
}
