import { createHash } from 'node:crypto';
import { type Branch, type Commit, commitOf, type Tag, type World } from './world.ts';

/** What a new commit is to look like; the rest is invented. */
export interface CommitOptions {
  readonly title?: string;
  readonly authorName?: string;
  readonly authorEmail?: string;
  readonly files?: readonly string[];
  readonly ciYaml?: string;
}

/** Adds a commit to a branch and moves the branch to it. */
export function addCommit(world: World, branchName: string, options: CommitOptions = {}): Commit {
  const branch = ensureBranch(world, branchName);
  const parent = world.commits.get(branch.sha);
  const number = world.commits.size;
  const invented = INVENTED[number % INVENTED.length] ?? INVENTED[0];
  const author = world.users[number % 3];
  const title = options.title ?? invented[0];
  const sha = createHash('sha1').update(`${world.project.path} ${branchName} ${number} ${title}`).digest('hex');
  const commit: Commit = {
    sha,
    parentSha: parent?.sha ?? null,
    title,
    message: `${title}\n\nSee merge request ${world.project.path}!${number + 10}\n`,
    authorName: options.authorName ?? author?.name ?? 'Ann Smith',
    authorEmail: options.authorEmail ?? author?.email ?? 'ann@example.com',
    committedAt: world.now(),
    files: options.files ?? [invented[1]],
    ciYaml: options.ciYaml ?? parent?.ciYaml ?? '',
  };
  world.commits.set(sha, commit);
  branch.sha = sha;
  return commit;
}

/** Finds or makes a branch; a new one begins at the default branch. */
export function ensureBranch(world: World, name: string): Branch {
  const known = world.branches.find((branch) => branch.name === name);
  if (known !== undefined) return known;
  const base = world.branches.find((branch) => branch.name === world.project.defaultBranch);
  const branch: Branch = { name, isProtected: name === world.project.defaultBranch, sha: base?.sha ?? '' };
  world.branches.push(branch);
  return branch;
}

/** Adds a tag; throws when the name is taken. */
export function addTag(world: World, name: string, sha: string, message: string | null): Tag {
  if (world.tags.some((tag) => tag.name === name)) throw new Error(`the tag ${name} exists already`);
  const tag: Tag = { name, sha: commitOf(world, sha).sha, message, createdAt: world.now() };
  world.tags.push(tag);
  return tag;
}

/** Deletes a tag; without one of this name nothing happens. */
export function removeTag(world: World, name: string): void {
  const at = world.tags.findIndex((tag) => tag.name === name);
  if (at >= 0) world.tags.splice(at, 1);
}

/** What a tag, branch or (shortened) sha points at; a tag wins over a branch of the same name, as in git. */
export function resolveRef(world: World, ref: string): string | undefined {
  const tag = world.tags.find((each) => each.name === ref.replace(/^refs\/tags\//, ''));
  if (tag !== undefined) return tag.sha;
  const branch = world.branches.find((each) => each.name === ref.replace(/^refs\/heads\//, ''));
  if (branch !== undefined) return branch.sha;
  if (!/^[0-9a-f]{7,40}$/.test(ref)) return undefined;
  return [...world.commits.keys()].find((sha) => sha.startsWith(ref));
}

/** The commit and all before it, newest first. */
export function ancestors(world: World, sha: string): readonly Commit[] {
  const found: Commit[] = [];
  for (let next: string | null = sha; next !== null; ) {
    const commit: Commit = commitOf(world, next);
    found.push(commit);
    next = commit.parentSha;
  }
  return found;
}

const INVENTED: readonly [readonly [string, string], ...(readonly [string, string])[]] = [
  ['Create the production app', 'app/main.py'],
  ['Round totals to cents', 'app/checkout.py'],
  ['Log slow queries', 'app/db.py'],
  ['Show the delivery date in the basket', 'app/templates/basket.html'],
  ['Fix "quotes" & <!channel> *stars*', 'app/render.py'],
  ['Retry the payment gateway once', 'app/payments.py'],
  ['Bump requests to 2.32.4', 'requirements.txt'],
  ['Add an index on orders.created_at', 'db/migrations/0007_orders_index.sql'],
  ['Raise the memory limit to 512 MiB', 'helm/app/values.yaml'],
  ['Translate the error page', 'app/templates/error.html'],
];
