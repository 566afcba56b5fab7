import { z } from 'zod';
import type { Comparison, GitLabReads, GitRef } from '../../app/gitlab-ports.ts';
import type { Environment } from '../../domain/environment.ts';
import { NotFoundError, PayloadError } from '../../domain/errors.ts';
import type { CiGraph } from '../../domain/release.ts';
import { createCache } from '../cache.ts';
import { decodeCiGraph } from '../ci-graph.ts';
import { decodeCommit, decodeEnvironment, decodeRef } from '../decode-answer.ts';
import { CommitPayload, ComparePayload, EnvironmentPayload, LintPayload, RefPayload, readAs } from '../schema.ts';
import { orAbsent, type ReadContext } from './context.ts';
import { readPlannedJobs } from './planned-jobs.ts';

type RepositoryReads = Pick<
  GitLabReads,
  | 'tag'
  | 'branch'
  | 'commit'
  | 'commitAuthorEmail'
  | 'newestTags'
  | 'environments'
  | 'environmentsNow'
  | 'environmentNamed'
  | 'environmentState'
  | 'plannedJobs'
  | 'ciGraph'
  | 'compare'
>;

const maxEnvironmentPages = 10;
const maxCommitsShown = 20;
const maxFilesKept = 1_000;

/** Names and tiers of environments change rarely, and every command needs them. */
const namesKeptMs = 60_000;

/** With the files that differ; `compare_timeout`: GitLab stopped before it had named all. */
const ComparedFiles = z.object({
  ...ComparePayload.shape,
  diffs: z
    .array(z.object({ new_path: z.string(), old_path: z.string() }))
    .nullish()
    .catch(undefined),
  compare_timeout: z.boolean().nullish().catch(undefined),
});

/** With the address that whoever made it wrote. */
const AuthoredCommit = z.object({ ...CommitPayload.shape, author_email: z.string().nullish().catch(undefined) });

/** Reads of a project's refs, environments and CI configuration. */
export function createRepositoryReads({ api, now }: ReadContext): RepositoryReads {
  // The graph belongs to the commit and never changes with it.
  const graphs = createCache<CiGraph>({ max: 500, keepMs: Infinity, now });
  // A version is looked up under several readings at once, which ask for the same names.
  const refs = createCache<GitRef | undefined>({ max: 500, keepMs: 0, now });
  // Two commits differ by the same for good.
  const comparisons = createCache<Comparison>({ max: 200, keepMs: Infinity, now });
  const lists = createCache<readonly Environment[]>({ max: 500, keepMs: namesKeptMs, now });
  const stopped = createCache<Environment>({ max: 500, keepMs: namesKeptMs, now });
  const environments = (projectId: number): Promise<readonly Environment[]> =>
    lists.get(String(projectId), () => readEnvironments(api, projectId));

  return {
    tag: (projectId, name) =>
      refs.get(`${projectId}/tag/${name}`, async () => {
        const answer = await orAbsent(api.Tags.show(projectId, name));
        return answer && decodeRef(readAs(RefPayload, answer, `tag ${name}`));
      }),

    branch: (projectId, name) =>
      refs.get(`${projectId}/branch/${name}`, async () => {
        const answer = await orAbsent(api.Branches.show(projectId, name));
        return answer && decodeRef(readAs(RefPayload, answer, `branch ${name}`));
      }),

    ...createCommitReads({ api, now }),

    async newestTags(projectId, limit) {
      const answer = await api.Tags.all(projectId, { orderBy: 'updated', sort: 'desc', perPage: limit, maxPages: 1 });
      return readAs(z.array(RefPayload), answer, 'the list of tags').flatMap((tag) => decodeRef(tag) ?? []);
    },

    environments,
    environmentsNow: (projectId) => readEnvironments(api, projectId),

    async environmentNamed(projectId, name) {
      const known = (await environments(projectId)).find((environment) => environment.name === name);
      return known ?? orAbsent(stopped.get(`${projectId}/${name}`, () => readEnvironment(api, projectId, name)));
    },

    async environmentState(projectId, environmentId) {
      const answer = await api.Environments.show(projectId, environmentId);
      return readAs(z.object({ state: z.string() }), answer, `environment ${environmentId}`).state;
    },

    plannedJobs: (projectId, ref) => readPlannedJobs(api, projectId, ref),

    ciGraph: (projectId, sha) => graphs.get(`${projectId}/${sha}`, () => readGraph(api, projectId, sha)),

    compare: (projectId, from, to) =>
      comparisons.get(`${projectId}/${from}/${to}`, async () => {
        const answer = await api.Repositories.compare(projectId, from, to, { straight: false });
        const compared = readAs(ComparedFiles, answer, `the comparison of ${from} and ${to}`);
        return {
          // GitLab lists the oldest first.
          commits: compared.commits.toReversed().slice(0, maxCommitsShown).map(decodeCommit),
          total: compared.commits.length,
          url: compared.web_url ?? '',
          files: changedFiles(compared),
        };
      }),
  };
}

function createCommitReads({ api, now }: ReadContext): Pick<RepositoryReads, 'commit' | 'commitAuthorEmail'> {
  const addresses = createCache<string | undefined>({ max: 500, keepMs: Infinity, now });
  const read = async (projectId: number, sha: string): Promise<z.infer<typeof AuthoredCommit> | undefined> => {
    const answer = await orAbsent(api.Commits.show(projectId, sha, { stats: false }));
    return answer && readAs(AuthoredCommit, answer, `commit ${sha}`);
  };
  return {
    async commit(projectId, sha) {
      const commit = await read(projectId, sha);
      // GitLab takes a branch or tag name here too, and prefers it to a sha.
      return commit?.id.startsWith(sha.toLowerCase())
        ? { name: commit.id, sha: commit.id, commitTitle: commit.title }
        : undefined;
    },
    commitAuthorEmail: (projectId, sha) =>
      addresses.get(`${projectId}/${sha}`, async () => (await read(projectId, sha))?.author_email ?? undefined),
  };
}

/** Undefined where GitLab did not compare to the end, or there are too many to keep. */
function changedFiles({ diffs, compare_timeout: isCut }: z.infer<typeof ComparedFiles>): readonly string[] | undefined {
  if (!diffs || isCut === true || diffs.length > maxFilesKept) return undefined;
  return [...new Set(diffs.flatMap(({ new_path: now, old_path: before }) => [now, before]))];
}

/** Thrown, since an answer that is kept must not hide an environment that begins to exist. */
async function readEnvironment(api: ReadContext['api'], projectId: number, name: string): Promise<Environment> {
  const answer = await api.Environments.all(projectId, { name, perPage: 1, maxPages: 1 });
  const [found] = readAs(z.array(EnvironmentPayload), answer, `the environment ${name}`).map(decodeEnvironment);
  if (!found) throw new NotFoundError(`there is no environment ${name}`);
  return found;
}

async function readEnvironments(api: ReadContext['api'], projectId: number): Promise<readonly Environment[]> {
  const answer = await api.Environments.all(projectId, {
    states: 'available',
    perPage: 100,
    maxPages: maxEnvironmentPages,
  });
  return readAs(z.array(EnvironmentPayload), answer, 'the list of environments').map(decodeEnvironment);
}

/** @see https://docs.gitlab.com/api/lint/#validate-a-projects-cicd-configuration */
async function readGraph(api: ReadContext['api'], projectId: number, sha: string): Promise<CiGraph> {
  // Gitbeaker's type knows `ref` only, which is for dry runs: the file would be that of the default branch.
  const query: Parameters<typeof api.Lint.check>[1] & { contentRef: string } = { contentRef: sha };
  const lint = readAs(LintPayload, await api.Lint.check(projectId, query), `the CI configuration at ${sha}`);
  if (lint.merged_yaml === undefined) {
    const problems = lint.errors?.slice(0, 3).join('; ') ?? '';
    throw new PayloadError(
      `GitLab cannot merge the CI configuration at ${sha.slice(0, 8)}: ${problems || 'no reason given'}`,
    );
  }
  return decodeCiGraph(lint.merged_yaml);
}
