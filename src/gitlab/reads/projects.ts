import { z } from 'zod';
import type { GitLabReads } from '../../app/gitlab-ports.ts';
import { decodeProject } from '../decode-answer.ts';
import { FreezePeriodPayload, GroupPayload, HookPayload, ProjectPayload, readAs } from '../schema.ts';
import { orAbsent, orHidden, type ReadContext } from './context.ts';

const maxPages = 50;

type ProjectReads = Pick<GitLabReads, 'project' | 'group' | 'groupProjects' | 'hookUrls' | 'freezePeriods'>;

/** Reads of projects themselves: always asked anew, since they are moved and renamed. */
export function createProjectReads({ api }: ReadContext): ProjectReads {
  return {
    async project(path) {
      return decodeProject(readAs(ProjectPayload, await api.Projects.show(path), `project ${path}`));
    },

    async group(path) {
      const answer = await api.Groups.show(path, { withProjects: false });
      const { id, full_path, web_url } = readAs(GroupPayload, answer, `group ${path}`);
      return { id, path: full_path, url: web_url };
    },

    async hookUrls(projectId) {
      const answer = await orAbsent(api.ProjectHooks.all(projectId, { perPage: 100, maxPages: 1 })).catch(orHidden);
      return answer && readAs(z.array(HookPayload), answer, 'the webhooks').map(({ url }) => url);
    },

    async freezePeriods(projectId) {
      const answer = await api.FreezePeriods.all(projectId, { perPage: 100, maxPages: 1 }).catch(orHidden);
      if (answer === undefined) return undefined;
      return readAs(z.array(FreezePeriodPayload), answer, 'the freeze periods').map((period) => ({
        from: period.freeze_start,
        to: period.freeze_end,
        timezone: period.cron_timezone,
      }));
    },

    async groupProjects(group) {
      const answer = await api.Groups.allProjects(group, {
        includeSubgroups: true,
        // Shared ones belong to another group, by whose path they would be configured.
        withShared: false,
        archived: false,
        simple: true,
        orderBy: 'id',
        perPage: 100,
        maxPages,
      });
      return readAs(z.array(ProjectPayload), answer, `the projects of ${group}`).map(decodeProject);
    },
  };
}
