import { removeTag } from './repository.ts';
import { type Release, report, userNamed, type World } from './world.ts';

/** What people write about a release; what is left out is GitLab's default, or stays as it was. */
export interface ReleaseOptions {
  readonly name?: string;
  readonly description?: string;
  /** Ahead of now: an upcoming release. */
  readonly releasedAt?: Date;
}

/** Makes the release of a tag that is there. Throws when there is no such tag, or when it has a release. */
export function makeRelease(world: World, tagName: string, options: ReleaseOptions = {}): Release {
  const tag = world.tags.find((each) => each.name === tagName);
  if (tag === undefined) throw new Error(`there is no tag ${tagName}`);
  if (world.releases.some((each) => each.tag === tagName)) throw new Error('Release already exists');
  const now = world.now();
  const release: Release = {
    id: world.nextId('other'),
    tag: tagName,
    sha: tag.sha,
    createdAt: now,
    name: options.name ?? tagName,
    description: options.description ?? '',
    releasedAt: options.releasedAt ?? now,
  };
  world.releases.push(release);
  report(world, { kind: 'release', release: { ...release }, action: 'create' });
  return release;
}

/** Edits a release. Throws when there is none. */
export function changeRelease(world: World, tagName: string, options: ReleaseOptions): Release {
  const release = releaseOf(world, tagName);
  Object.assign(release, options);
  report(world, { kind: 'release', release: { ...release }, action: 'update' });
  return release;
}

/** Deletes a release and leaves its tag. Throws when there is none. */
export function dropRelease(world: World, tagName: string): Release {
  const release = releaseOf(world, tagName);
  world.releases.splice(world.releases.indexOf(release), 1);
  report(world, { kind: 'release', release, action: 'delete' });
  return release;
}

/** Deletes a tag; its pipelines and deployments stay. Throws when there is none. */
export function dropTag(world: World, tagName: string, username = 'ann'): void {
  const tag = world.tags.find((each) => each.name === tagName);
  if (tag === undefined) throw new Error(`there is no tag ${tagName}`);
  removeTag(world, tagName);
  report(world, { kind: 'tag', tag, userId: userNamed(world, username).id, deleted: true, before: undefined });
}

function releaseOf(world: World, tagName: string): Release {
  const release = world.releases.find((each) => each.tag === tagName);
  if (release === undefined) throw new Error(`there is no release of ${tagName}`);
  return release;
}
