import { z } from 'zod';
import type { AccessRule, GitLabReads } from '../../app/gitlab-ports.ts';
import { GitLabError } from '../../domain/errors.ts';
import { createCache } from '../cache.ts';
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

const keepMs = 60_000;

/** Who may deploy to the protected environments of a project, by their names. */
type Protections = ReadonlyMap<string, readonly AccessRule[]>;

type ProjectReads = Pick<
  GitLabReads,
  'project' | 'group' | 'groupProjects' | 'hookUrls' | 'freezePeriods' | 'deployAccess'
>;

/** Reads of projects themselves: asked anew, since they are moved and renamed. Only who may deploy is kept, as roles are. */
export function createProjectReads({ api, now }: ReadContext): ProjectReads {
  const protections = createCache<Protections>({ max: 1_000, keepMs, now });

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
      const all = await protections.get(`${projectId}`, () => readProtections(api, projectId));
      return all.get(environment);
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

/** Every environment at once: a deploy asks for its own and for those on the way to it. */
async function readProtections(api: ReadContext['api'], projectId: number): Promise<Protections> {
  const found = api.ProjectProtectedEnvironments.all(projectId, { perPage: 100, maxPages });
  const answer = (await orAbsent(found).catch(orHidden)) ?? [];
  const environments = readAs(z.array(ProtectedEnvironmentPayload), answer, 'the protected environments');
  return new Map(environments.map(({ name, deploy_access_levels }) => [name, deploy_access_levels.map(toAccessRule)]));
}

function toAccessRule(rule: z.infer<typeof ProtectedEnvironmentPayload>['deploy_access_levels'][number]): AccessRule {
  const { user_id: user, group_id: group, access_level: level } = rule;
  return {
    userId: user ?? undefined,
    groupId: group ?? undefined,
    // GitLab names a level beside a user or a group too, which says nothing of others.
    accessLevel: (user ?? group ?? undefined) === undefined ? (level ?? undefined) : undefined,
  };
}

/** Below the Maintainer role GitLab shows no hooks and no freezes. */
function orHidden(error: unknown): undefined {
  if (error instanceof GitLabError && error.status === 403) return undefined;
  throw error;
}
