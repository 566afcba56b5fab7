import { z } from 'zod';
import type { GitLabReads } from '../../app/gitlab-ports.ts';
import { ReleasePayload, readAs } from '../schema.ts';
import type { ReadContext } from './context.ts';

/** A project that publishes more between two polls is told of the newest. */
const perPage = 20;

/** Reads of releases, always asked anew. */
export function createReleaseReads({ api }: ReadContext): Pick<GitLabReads, 'newestReleases'> {
  return {
    async newestReleases(project) {
      // Gitbeaker's type does not know the order.
      const query = { orderBy: 'created_at', sort: 'desc', perPage, maxPages: 1 } as const;
      const answer = await api.ProjectReleases.all(project.id, query);
      return readAs(z.array(ReleasePayload), answer, 'the list of releases').map((release) => ({
        createdAt: release.created_at,
        news: {
          kind: 'release',
          project,
          tag: release.tag_name,
          change: 'created',
          sha: release.commit?.id,
          name: release.name ?? release.tag_name,
          description: release.description,
          url: `${project.url}/-/releases/${encodeURIComponent(release.tag_name)}`,
          releasedAt: release.released_at,
        },
      }));
    },
  };
}
