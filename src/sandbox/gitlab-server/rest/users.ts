import type { User, World } from '../world.ts';
import { idOf, notFound, ok, page, type Reply, type RestRequest, type Route, textOf } from './reply.ts';
import { showUser } from './shapes.ts';

type Shape = Readonly<Record<string, unknown>>;

/** People and their tokens. */
export const userRoutes: readonly Route[] = [
  ['GET', '/user', (request) => ok(showSelf(request.world, request.user))],
  ['GET', '/personal_access_tokens/self', (request) => ok(showToken(request.world, request.user))],
  ['GET', '/users', findUsers],
  ['GET', '/users/:user_id', showOneUser],
];

/** Whether somebody is an administrator is told to administrators alone. */
function showSelf(world: World, user: User): Shape {
  return {
    ...showUser(world, user),
    created_at: world.project.createdAt.toISOString(),
    confirmed_at: confirmedAt(world, user),
    bot: user.bot,
    email: user.email,
    commit_email: user.email,
    two_factor_enabled: false,
    external: false,
    private_profile: false,
    ...(user.isAdmin ? { is_admin: true } : {}),
  };
}

/** Project, group and service account tokens are personal tokens of a bot user, and look the same. */
function showToken(world: World, user: User): Shape {
  return {
    id: user.id + 5000,
    name: user.username,
    revoked: false,
    created_at: world.project.createdAt.toISOString(),
    description: null,
    scopes: user.tokenScopes,
    user_id: user.id,
    last_used_at: world.now().toISOString(),
    active: true,
    expires_at: user.tokenExpiresAt,
  };
}

function findUsers(request: RestRequest): Reply {
  const { world, user: caller } = request;
  const username = textOf(request, 'username')?.toLowerCase();
  const search = textOf(request, 'search')?.toLowerCase();
  const found = world.users.filter(
    (user) =>
      (username === undefined || user.username.toLowerCase() === username) &&
      (search === undefined || isFound(user, search, caller)) &&
      (textOf(request, 'active') !== 'true' || user.state === 'active') &&
      (textOf(request, 'humans') !== 'true' || !user.bot),
  );
  return page(
    request,
    found.map((user) =>
      caller.isAdmin ? { ...showUser(world, user), ...adminPart(world, user) } : showUser(world, user),
    ),
  );
}

/** By a part of a name, or by a whole address: private ones are for administrators. */
function isFound(user: User, search: string, caller: User): boolean {
  const address = caller.isAdmin ? user.email : user.publicEmail;
  return user.username.includes(search) || user.name.toLowerCase().includes(search) || address.toLowerCase() === search;
}

function adminPart(world: World, user: User): Shape {
  return { email: user.email, confirmed_at: confirmedAt(world, user), bot: user.bot, is_admin: user.isAdmin };
}

function confirmedAt(world: World, user: User): string | null {
  return user.isConfirmed ? world.project.createdAt.toISOString() : null;
}

function showOneUser(request: RestRequest): Reply {
  const id = idOf(request, 'user_id');
  const user = request.world.users.find((each) => each.id === id);
  if (user === undefined) return notFound('User');
  return ok({ ...showUser(request.world, user), bot: user.bot, bio: '', location: '', job_title: '' });
}
