import { commitOf, projectUrl, type Release, type World } from '../world.ts';
import { commitPart, projectPart, utcTime } from './payloads.ts';

/** A release that was made, edited or deleted. It does not say by whom. */
export function encodeReleaseHook(
  world: World,
  release: Release,
  action: 'create' | 'update' | 'delete',
): Readonly<Record<string, unknown>> {
  return {
    id: release.id,
    created_at: utcTime(release.createdAt),
    description: release.description,
    name: release.name,
    released_at: utcTime(release.releasedAt),
    tag: release.tag,
    object_kind: 'release',
    project: projectPart(world),
    url: `${projectUrl(world)}/-/releases/${encodeURIComponent(release.tag)}`,
    action,
    assets: { count: 4, links: [], sources: [] },
    commit: commitPart(world, commitOf(world, release.sha)),
  };
}
