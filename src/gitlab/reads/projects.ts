import { z } from 'zod';
import type { GitLabReads } from '../../app/gitlab-ports.ts';
import { GitLabError } from '../../domain/errors.ts';
import { decodeProject } from '../decode-answer.ts';
import {
  FreezePeriodPayload,
  GroupPayload,
  HookPayload,
  ProjectPayload,
  ProtectedEnvironmentPayload,
  readAs,
} from '../schema.ts';
import { orAbsent, type ReadContext } from './context.ts';

const maxPages = 50;

type ProjectReads = Pick<
  GitLabReads,
  'project' | 'group' | 'groupProjects' | 'hookUrls' | 'freezePeriods' | 'deployAccess'
>;

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

    async deployAccess(projectId, environment) {
      const answer = await orAbsent(api.ProjectProtectedEnvironments.show(projectId, environment)).catch(orHidden);
      if (answer === undefined) return undefined;
      const { deploy_access_levels } = readAs(ProtectedEnvironmentPayload, answer, `protection of ${environment}`);
      return deploy_access_levels.map(({ user_id: user, group_id: group, access_level: level }) => ({
        userId: user ?? undefined,
        groupId: group ?? undefined,
        // GitLab names a level beside a user or a group too, which says nothing of others.
        accessLevel: (user ?? group ?? undefined) === undefined ? (level ?? undefined) : undefined,
      }));
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

/** Below the Maintainer role GitLab shows no hooks and no freezes. */
function orHidden(error: unknown): undefined {
  if (error instanceof GitLabError && error.status === 403) return undefined;
  throw error;
}
