import { z } from 'zod';
import type { Changes, GitLabReads } from '../../app/gitlab-ports.ts';
import { createCache } from '../cache.ts';
import { decodeCommit, decodeRef } from '../decode-answer.ts';
import { CommitPayload, ComparePayload, PersonPayload, RefPayload, readAs } from '../schema.ts';
import type { ReadContext } from './context.ts';

const maxChanges = 60;
const maxMergeRequests = 100;

/** A commit with its whole message, whose last lines may name the merge request. */
const MessagePayload = z.object({ ...CommitPayload.shape, message: z.string().nullish().catch(undefined) });
const ChangesPayload = z.object({ ...ComparePayload.shape, commits: z.array(MessagePayload) });

/** @see https://docs.gitlab.com/api/merge_requests/#list-project-merge-requests */
const MergeRequestRow = z.object({
  iid: z.number(),
  title: z.string(),
  web_url: z.string(),
  author: PersonPayload,
});

/** What a release brings: its commits with their merge requests, and the branches that can be one. */
export function createChangeReads({
  api,
  now,
}: ReadContext): Pick<GitLabReads, 'changes' | 'mergeRequests' | 'newestBranches'> {
  // Two commits differ by the same for good.
  const known = createCache<Changes>({ max: 50, keepMs: Infinity, now });
  return {
    changes: (projectId, from, to) =>
      known.get(`${projectId}/${from}/${to}`, async () => {
        const answer = await api.Repositories.compare(projectId, from, to, { straight: false });
        const compared = readAs(ChangesPayload, answer, `the comparison of ${from} and ${to}`);
        const all = compared.commits.map((commit) => ({
          ...decodeCommit(commit),
          mergeRequestIid: namedMergeRequest(commit.message),
        }));
        return {
          // GitLab lists the oldest first.
          commits: all.toReversed().slice(0, maxChanges),
          total: all.length,
          authors: [...new Set(all.map(({ author }) => author))],
          mergeRequestIids: [...new Set(all.flatMap(({ mergeRequestIid }) => mergeRequestIid ?? []))],
          url: compared.web_url ?? '',
        };
      }),

    async mergeRequests(projectId, iids) {
      if (iids.length === 0) return [];
      const answer = await api.MergeRequests.all({
        projectId,
        iids: iids.slice(0, maxMergeRequests),
        perPage: maxMergeRequests,
        maxPages: 1,
      });
      return readAs(z.array(MergeRequestRow), answer, 'the list of merge requests').map((row) => ({
        iid: row.iid,
        title: row.title,
        url: row.web_url,
        author: row.author,
      }));
    },

    async newestBranches(projectId, limit) {
      // Not in gitbeaker's type. A GitLab too old to know it sorts by name.
      const query: Parameters<typeof api.Branches.all>[1] & { sort: string } = {
        sort: 'updated_desc',
        perPage: limit,
        maxPages: 1,
      };
      const answer = await api.Branches.all(projectId, query);
      return readAs(z.array(RefPayload), answer, 'the list of branches').flatMap((branch) => decodeRef(branch) ?? []);
    },
  };
}

/** GitLab ends the message of a merge with `See merge request group/project!12`. */
function namedMergeRequest(message: string | null | undefined): number | undefined {
  const iid = /^See merge request [\w./-]*!(\d{1,9})\s*$/m.exec(message ?? '')?.[1];
  return iid === undefined ? undefined : Number(iid);
}
