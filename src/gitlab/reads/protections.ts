import { z } from 'zod';
import type { AccessRule, GitLabReads, Protection } from '../../app/gitlab-ports.ts';
import { guessTier } from '../../domain/environment.ts';
import type { GitLabRule } from '../../domain/gitlab-approval.ts';
import { createCache } from '../cache.ts';
import { ProtectedEnvironmentPayload } from '../protection-schema.ts';
import { readAs } from '../schema.ts';
import { orAbsent, orHidden, type ReadContext } from './context.ts';

const keepMs = 60_000;
const paging = { perPage: 100, maxPages: 50 } as const;

/** What one project or group protects: the project by the environment's name, a group by its tier. */
type Protections = ReadonlyMap<string, ProtectedEnvironmentPayload>;

/**
 * Reads of how GitLab Premium protects environments, kept for a minute as roles are, all of a project or group at once:
 * a deploy asks for its own environment and for those on the way to it.
 */
export function createProtectionReads(
  { api, now }: ReadContext,
  { environments }: Pick<GitLabReads, 'environments'>,
): Pick<GitLabReads, 'protections'> {
  const kept = createCache<Protections>({ max: 2_000, keepMs, now });
  const ofProject = (id: number): Promise<Protections> =>
    kept.get(`project ${id}`, () => readAll(api.ProjectProtectedEnvironments.all(id, paging)));
  const ofGroup = (path: string): Promise<Protections> =>
    // gitbeaker puts this path into the address as it is.
    kept.get(`group ${path}`, () => readAll(api.GroupProtectedEnvironments.all(encodeURIComponent(path), paging)));

  return {
    async protections(project, environment) {
      const groups = groupsAbove(project.path);
      const [own, known, above] = await Promise.all([
        ofProject(project.id),
        environments(project.id),
        Promise.all(groups.map(ofGroup)),
      ]);
      const tier = known.find(({ name }) => name === environment)?.tier ?? guessTier(environment) ?? '';
      return [
        ...protection(own.get(environment), undefined),
        ...groups.flatMap((group, at) => protection(above[at]?.get(tier), group)),
      ];
    },
  };
}

/** `acme/payments/api` is in `acme` and `acme/payments`. A person's own projects are in no group: GitLab answers 404. */
function groupsAbove(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}

/** None where GitLab has no such thing (Free), or hides it from the token. */
async function readAll(found: Promise<unknown>): Promise<Protections> {
  const answer = (await orAbsent(found).catch(orHidden)) ?? [];
  const environments = readAs(z.array(ProtectedEnvironmentPayload), answer, 'the protected environments');
  return new Map(environments.map((environment) => [environment.name, environment]));
}

function protection(found: ProtectedEnvironmentPayload | undefined, group: string | undefined): readonly Protection[] {
  return found ? [{ group, access: found.deploy_access_levels.map(toAccessRule), approvals: approvalsOf(found) }] : [];
}

function approvalsOf(found: ProtectedEnvironmentPayload): readonly GitLabRule[] {
  const rules = (found.approval_rules ?? []).map((rule) => ({
    name: rule.access_level_description ?? 'approvers',
    required: rule.required_approvals ?? 1,
    given: 0,
    ...toAccessRule(rule),
  }));
  const required = found.required_approval_count ?? 0;
  return rules.length > 0 || required === 0 ? rules : [{ name: 'approvers', required, given: 0 }];
}

function toAccessRule(rule: ProtectedEnvironmentPayload['deploy_access_levels'][number]): AccessRule {
  const { user_id: user, group_id: group, access_level: level } = rule;
  return {
    userId: user,
    groupId: group,
    // GitLab names a level beside a user or a group too, which says nothing of others.
    accessLevel: (user ?? group) === undefined ? level : undefined,
  };
}
