import { makeTagAt } from '../people.ts';
import { changeRelease, dropRelease, makeRelease, type ReleaseOptions } from '../releases.ts';
import { resolveRef } from '../repository.ts';
import { commitOf, projectUrl, type Release, type World } from '../world.ts';
import {
  choiceOf,
  created,
  dateOf,
  invalid,
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
import { showCommit } from './shapes.ts';

/** Releases: their pages about tags. */
export const releaseRoutes: readonly Route[] = [
  ['GET', '/projects/:id/releases', list],
  ['POST', '/projects/:id/releases', create],
  [
    'GET',
    '/projects/:id/releases/:tag_name',
    (request) => withRelease(request, (release) => ok(show(request.world, release))),
  ],
  ['PUT', '/projects/:id/releases/:tag_name', (request) => withRelease(request, (release) => update(request, release))],
  [
    'DELETE',
    '/projects/:id/releases/:tag_name',
    (request) => withRelease(request, (release) => remove(request, release)),
  ],
];

function list(request: RestRequest): Reply {
  const order = choiceOf(request, 'order_by', ['released_at', 'created_at']) ?? 'released_at';
  const direction = choiceOf(request, 'sort', ['asc', 'desc']) ?? 'desc';
  const at = (release: Release): number => (order === 'created_at' ? release.createdAt : release.releasedAt).getTime();
  const sorted = request.world.releases.toSorted((a, b) => at(a) - at(b) || a.id - b.id);
  const rows = direction === 'desc' ? sorted.toReversed() : sorted;
  return page(
    request,
    rows.map((release) => show(request.world, release)),
  );
}

/** A tag that is not there is made from `ref`, which GitLab then asks for. */
function create(request: RestRequest): Reply {
  requireLevel(request, 30);
  const { world, user } = request;
  const tag = requireText(request, 'tag_name');
  if (world.releases.some((release) => release.tag === tag)) return message(409, 'Release already exists');
  if (!world.tags.some((each) => each.name === tag)) {
    const ref = textOf(request, 'ref');
    if (ref === undefined) return invalid('Ref is not specified');
    const sha = resolveRef(world, ref);
    if (sha === undefined) return invalid('Target is invalid');
    makeTagAt(world, { name: tag, sha, message: textOf(request, 'tag_message') ?? null, username: user.username });
  }
  return created(show(world, makeRelease(world, tag, written(request))));
}

function update(request: RestRequest, release: Release): Reply {
  requireLevel(request, 30);
  return ok(show(request.world, changeRelease(request.world, release.tag, written(request))));
}

function remove(request: RestRequest, release: Release): Reply {
  requireLevel(request, 30);
  return ok(show(request.world, dropRelease(request.world, release.tag)));
}

function withRelease(request: RestRequest, answer: (release: Release) => Reply): Reply {
  const release = request.world.releases.find((each) => each.tag === request.params['tag_name']);
  return release === undefined ? notFound() : answer(release);
}

function written(request: RestRequest): ReleaseOptions {
  const [name, description] = [textOf(request, 'name'), textOf(request, 'description')];
  const releasedAt = dateOf(request, 'released_at');
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(releasedAt === undefined ? {} : { releasedAt }),
  };
}

function show(world: World, release: Release): Readonly<Record<string, unknown>> {
  const self = `${projectUrl(world)}/-/releases/${encodeURIComponent(release.tag)}`;
  return {
    tag_name: release.tag,
    name: release.name,
    description: release.description,
    created_at: release.createdAt.toISOString(),
    released_at: release.releasedAt.toISOString(),
    upcoming_release: release.releasedAt > world.now(),
    commit: showCommit(world, commitOf(world, release.sha)),
    commit_path: `/${world.project.path}/-/commit/${release.sha}`,
    tag_path: `/${world.project.path}/-/tags/${release.tag}`,
    assets: { count: 4, sources: [], links: [] },
    evidences: [],
    _links: { self },
  };
}
