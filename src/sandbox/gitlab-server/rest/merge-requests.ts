import type { Commit, World } from '../world.ts';
import { projectUrl } from '../world.ts';
import { listOf, page, type Reply, type RestRequest, type Route } from './reply.ts';
import { showUser } from './shapes.ts';

/** The merge requests that commits say they came by. */
export const mergeRequestRoutes: readonly Route[] = [['GET', '/projects/:id/merge_requests', listMergeRequests]];

/** @see https://docs.gitlab.com/api/merge_requests/#list-project-merge-requests */
function listMergeRequests(request: RestRequest): Reply {
  const { world } = request;
  const wanted = listOf(request, 'iids').map(Number);
  const found = [...world.commits.values()]
    .map((commit) => showMergeRequest(world, commit))
    .filter((one) => one !== undefined);
  const rows = wanted.length === 0 ? found : found.filter((one) => wanted.includes(Number(one['iid'])));
  return page(request, rows.toReversed());
}

function showMergeRequest(world: World, commit: Commit): Readonly<Record<string, unknown>> | undefined {
  const iid = /!(\d+)$/m.exec(commit.message.trim())?.[1];
  if (iid === undefined) return undefined;
  const author = world.users.find(({ name }) => name === commit.authorName);
  return {
    id: Number(iid) + 7000,
    iid: Number(iid),
    project_id: world.project.id,
    title: commit.title,
    state: 'merged',
    merge_commit_sha: commit.sha,
    author: author === undefined ? null : showUser(world, author),
    web_url: `${projectUrl(world)}/-/merge_requests/${iid}`,
    source_branch: `change-${iid}`,
    target_branch: world.project.defaultBranch,
  };
}
