import { type OtherProject, type User, userOf, type World } from '../world.ts';
import { showProject, showProtection } from './project.ts';
import { forbidden, idOf, message, notFound, ok, page, type Reply, type RestRequest, type Route } from './reply.ts';
import { showUser } from './shapes.ts';

/** A group, its projects and members. */
export const groupRoutes: readonly Route[] = [
  ['GET', '/groups/:group', showGroup],
  ['GET', '/groups/:group/projects', listProjects],
  ['GET', '/groups/:group/members/all', listMembers],
  ['GET', '/groups/:group/members/all/:user_id', showMember],
  ['GET', '/groups/:group/protected_environments', listProtected],
];

/** Groups have no ids of their own in here: that of the top one stands for all. */
const groupId = 9;

function showGroup(request: RestRequest): Reply {
  const path = findGroup(request);
  if (path === undefined) return notFound('Group');
  const url = `${request.world.baseUrl}/groups/${path}`;
  return ok({ id: groupId, name: path, path, full_path: path, web_url: url, visibility: 'private', parent_id: null });
}

function listMembers(request: RestRequest): Reply {
  const { world } = request;
  if (request.params['group'] !== String(groupId) && !findGroup(request)) return notFound('Group');
  return page(
    request,
    [...world.groupMembers].map(([id, level]) => showAs(world, userOf(world, id), level)),
  );
}

/** Members of the group, not those of single projects in it. */
function showMember(request: RestRequest): Reply {
  const { world } = request;
  const level = world.groupMembers.get(idOf(request, 'user_id'));
  if (level === undefined || (request.params['group'] !== String(groupId) && !findGroup(request))) return notFound();
  const user = userOf(world, idOf(request, 'user_id'));
  return ok(showAs(world, user, level));
}

function showAs(world: World, user: User, level: number): Readonly<Record<string, unknown>> {
  return { ...showUser(world, user), access_level: level, expires_at: null, membership_state: 'active' };
}

/** By tier. Hidden from who is no Maintainer of the group. */
function listProtected(request: RestRequest): Reply {
  const { world, user } = request;
  const path = findGroup(request);
  if (path === undefined || world.settings.tier === 'free') return notFound();
  if ((world.groupMembers.get(user.id) ?? 0) < 40) return forbidden();
  const found = world.protectedEnvironments.filter(({ group }) => group === path);
  return page(request, found.map(showProtection(world)));
}

/** The path as GitLab writes it; undefined where it is hidden from the caller, who is a member of nothing in it. */
function findGroup({ world, params, user }: RestRequest): string | undefined {
  const asked = (params['group'] ?? '').toLowerCase();
  const inside = worldProjects(world).find(({ path }) => path.toLowerCase().startsWith(`${asked}/`));
  if (inside === undefined || !world.members.has(user.id)) return undefined;
  return inside.path.slice(0, asked.length);
}

function listProjects(request: RestRequest): Reply {
  const { world, params, input } = request;
  const group = (params['group'] ?? '').toLowerCase();
  const below = worldProjects(world).filter(({ path }) => path.toLowerCase().startsWith(`${group}/`));
  // A group is hidden from who is a member of nothing in it.
  if (below.length === 0 || !world.members.has(request.user.id)) return notFound('Group');
  const includesSubgroups = input['include_subgroups'] === 'true';
  const listed = below.filter(({ path }) => includesSubgroups || !path.slice(group.length + 1).includes('/'));
  return page(
    request,
    listed.map((project) => showProject(request, project)),
  );
}

/**
 * What GitLab answers for a path that is not that of the main project: the others have no pipelines yet, and a former
 * path leads on to where the project is now. Undefined: the usual checks go on.
 */
export function answerElsewhere(
  request: Pick<RestRequest, 'world' | 'params' | 'method'> & { readonly user: User; readonly url: URL },
  segments: readonly string[],
): Reply | undefined {
  const { world, params, url } = request;
  const asked = params['id'];
  if (asked === undefined) return undefined;
  const movedTo = world.formerPaths.get(asked.toLowerCase());
  if (movedTo !== undefined) return redirect(world, url, { segments, movedTo });
  const other = world.otherProjects.find((each) => asked === String(each.id) || asked === each.path);
  if (!other || other.id === world.project.id) return undefined;
  if (!world.members.has(request.user.id)) return notFound('Project');
  const full: RestRequest = { ...request, input: Object.fromEntries(url.searchParams) };
  if (segments.length === 2) return ok(showProject(full, other));
  return request.method === 'GET' && segments.length === 3 ? page(full, []) : notFound();
}

/** GitLab sends reads of a moved project on by its id, with a sentence as the body. */
function redirect(
  world: World,
  url: URL,
  { segments, movedTo }: { readonly segments: readonly string[]; readonly movedTo: number },
): Reply {
  const rest = ['projects', String(movedTo), ...segments.slice(2)].join('/');
  const location = `${world.baseUrl}/api/v4/${rest}${url.search}`;
  return { ...message(301, `This resource has been moved permanently to ${location}`), headers: { location } };
}

/** Every project there is, the one with pipelines first. */
function worldProjects(world: World): readonly OtherProject[] {
  return [world.project, ...world.otherProjects];
}
