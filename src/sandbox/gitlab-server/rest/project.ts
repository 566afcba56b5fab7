import {
  type AccessRule,
  type OtherProject,
  type ProtectedEnvironment,
  type User,
  userOf,
  type World,
} from '../world.ts';
import {
  created,
  idOf,
  message,
  notFound,
  ok,
  page,
  type Reply,
  type RestRequest,
  type Route,
  requireLevel,
  requireText,
  textOf,
} from './reply.ts';
import { showUser } from './shapes.ts';

/** The version, the project, its members, protected environments and freezes. */
export const projectRoutes: readonly Route[] = [
  ['GET', '/version', () => ok({ version: VERSION, revision: 'f1bbdea2a8c' })],
  ['GET', '/metadata', showMetadata],
  [
    'GET',
    '/projects',
    (request) => page(request, request.world.members.has(request.user.id) ? [showProject(request)] : []),
  ],
  ['GET', '/projects/:id', (request) => ok(showProject(request))],
  ['GET', '/projects/:id/members/all', listMembers],
  ['GET', '/projects/:id/members/all/:user_id', showMember],
  ['GET', '/projects/:id/protected_environments', listProtected],
  ['GET', '/projects/:id/protected_environments/:name*', showProtected],
  ['GET', '/projects/:id/freeze_periods', listFreezes],
  ['POST', '/projects/:id/freeze_periods', createFreeze],
  ['DELETE', '/projects/:id/freeze_periods/:freeze_period_id', deleteFreeze],
];

/** The GitLab that the stand-in says it is. */
export const VERSION = '18.6.1';

function showMetadata(request: RestRequest): Reply {
  const isEnterprise = request.world.settings.tier === 'premium';
  return ok({
    version: isEnterprise ? `${VERSION}-ee` : VERSION,
    revision: 'f1bbdea2a8c',
    kas: { enabled: false, externalUrl: null, externalK8sProxyUrl: null, version: null },
    enterprise: isEnterprise,
  });
}

/** A project as GitLab shows it. */
export function showProject(
  request: RestRequest,
  project: OtherProject = request.world.project,
): Readonly<Record<string, unknown>> {
  const { world, user } = request;
  const url = `${world.baseUrl}/${project.path}`;
  const parts = project.path.split('/');
  const namespace = parts.slice(0, -1).join('/');
  const name = parts.at(-1) ?? '';
  return {
    id: project.id,
    description: 'The application the bot is shown with',
    name,
    name_with_namespace: `${namespace} / ${name}`,
    path: name,
    path_with_namespace: project.path,
    created_at: world.project.createdAt.toISOString(),
    default_branch: world.project.defaultBranch,
    topics: [],
    ssh_url_to_repo: `git@gitlab.example.com:${project.path}.git`,
    http_url_to_repo: `${url}.git`,
    web_url: url,
    avatar_url: null,
    last_activity_at: world.now().toISOString(),
    visibility: 'private',
    archived: world.settings.archived,
    empty_repo: false,
    namespace: { id: 9, name: namespace, path: namespace, kind: 'group', full_path: namespace, parent_id: null },
    ci_config_path: '',
    ci_forward_deployment_enabled: world.settings.forwardDeployment,
    ci_forward_deployment_rollback_allowed: world.settings.rollbackAllowed,
    ci_pipeline_variables_minimum_override_role: world.settings.variablesRole,
    restrict_user_defined_variables: world.settings.variablesRole !== 'developer',
    permissions: {
      project_access: { access_level: world.members.get(user.id) ?? 0, notification_level: 3 },
      group_access: null,
    },
  };
}

function memberShape(world: World, user: User): Readonly<Record<string, unknown>> {
  return {
    ...showUser(world, user),
    access_level: world.members.get(user.id) ?? 0,
    created_at: world.project.createdAt.toISOString(),
    expires_at: null,
    membership_state: 'active',
  };
}

function listMembers(request: RestRequest): Reply {
  const { world } = request;
  return page(
    request,
    [...world.members.keys()].map((id) => memberShape(world, userOf(world, id))),
  );
}

function showMember(request: RestRequest): Reply {
  const { world } = request;
  const id = idOf(request, 'user_id');
  const user = world.users.find((each) => each.id === id);
  if (user === undefined || !world.members.has(id)) return notFound();
  return ok(memberShape(world, user));
}

function listProtected(request: RestRequest): Reply {
  if (request.world.settings.tier === 'free') return notFound();
  return page(request, ownProtections(request.world).map(showProtection(request.world)));
}

function showProtected(request: RestRequest): Reply {
  const { world, params } = request;
  const found = ownProtections(world).find(({ name }) => name === params['name']);
  return found && world.settings.tier !== 'free' ? ok(showProtection(world)(found)) : notFound();
}

function ownProtections({ protectedEnvironments }: World): readonly ProtectedEnvironment[] {
  return protectedEnvironments.filter(({ group }) => group === null);
}

/** A protected environment of a project or a group. */
export function showProtection(world: World): (found: ProtectedEnvironment) => Readonly<Record<string, unknown>> {
  const common = (rule: AccessRule) => ({
    id: rule.id,
    access_level: rule.accessLevel,
    access_level_description:
      rule.userId === null
        ? rule.accessLevel === 40
          ? 'Maintainers'
          : 'Developers + Maintainers'
        : userOf(world, rule.userId).name,
    user_id: rule.userId,
    group_id: null,
    group_inheritance_type: 0,
  });
  return ({ name, protectionsLevels, approvalRules }) => ({
    name,
    deploy_access_levels: protectionsLevels.map(common),
    required_approval_count: 0,
    approval_rules: approvalRules.map((rule) => ({ ...common(rule), required_approvals: rule.requiredApprovals })),
  });
}

function listFreezes(request: RestRequest): Reply {
  requireLevel(request, 40);
  return page(request, request.world.freezePeriods.map(freezeShape));
}

function createFreeze(request: RestRequest): Reply {
  requireLevel(request, 40);
  const period = {
    id: request.world.nextId('other'),
    freezeStart: requireText(request, 'freeze_start'),
    freezeEnd: requireText(request, 'freeze_end'),
    cronTimezone: textOf(request, 'cron_timezone') ?? 'UTC',
    createdAt: request.world.now(),
  };
  if (!isCron(period.freezeStart)) return message(400, { freeze_start: [' is invalid syntax'] });
  if (!isCron(period.freezeEnd)) return message(400, { freeze_end: [' is invalid syntax'] });
  request.world.freezePeriods.push(period);
  return created(freezeShape(period));
}

function deleteFreeze(request: RestRequest): Reply {
  requireLevel(request, 40);
  const { freezePeriods } = request.world;
  const index = freezePeriods.findIndex((each) => each.id === idOf(request, 'freeze_period_id'));
  if (index < 0) return notFound();
  freezePeriods.splice(index, 1);
  return { status: 204, body: '' };
}

function isCron(text: string): boolean {
  return text.trim().split(/\s+/).length === 5;
}

function freezeShape(period: RestRequest['world']['freezePeriods'][number]): Readonly<Record<string, unknown>> {
  return {
    id: period.id,
    freeze_start: period.freezeStart,
    freeze_end: period.freezeEnd,
    cron_timezone: period.cronTimezone,
    created_at: period.createdAt.toISOString(),
    updated_at: period.createdAt.toISOString(),
  };
}
