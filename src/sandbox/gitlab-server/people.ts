import { createPipeline } from './engine/create-pipeline.ts';
import { addCommit, addTag, type CommitOptions, ensureBranch, removeTag } from './repository.ts';
import {
  type MergeRequest,
  type Pipeline,
  report,
  type Tag,
  type User,
  userNamed,
  userOf,
  type World,
} from './world.ts';

/** How a tag is pushed. */
export interface TagOptions {
  /** Makes it an annotated tag. */
  readonly message?: string;
  /** How many new commits come with it; 3 unless told. 0 tags the present head of main. */
  readonly commits?: number;
  /** Who pushes; ann unless told. */
  readonly username?: string;
  /** The CI file from these commits on. */
  readonly ciYaml?: string;
  /** Moves a tag of this name that exists already, as `git push --force` does. */
  readonly force?: boolean;
}

/** How a branch is pushed. */
export interface BranchOptions extends CommitOptions {
  readonly commits?: number;
  readonly username?: string;
  /** `schedule`: nobody pushed, GitLab's scheduler began it; `push` unless told. */
  readonly source?: 'push' | 'schedule';
  /** Opens a merge request into main, which gives a merge request pipeline instead of a branch one. */
  readonly mergeRequest?: boolean;
}

/** What becomes of a token; what is left out stays. */
export interface TokenChange {
  readonly scopes?: readonly string[];
  /** A day like `2026-11-23`; null: never. */
  readonly expiresAt?: string | null;
}

/** What becomes of an account; what is left out stays. */
export type AccountChange = Partial<
  Pick<User, 'username' | 'email' | 'publicEmail' | 'isConfirmed' | 'isAdmin' | 'state' | 'bot'>
>;

/** How long a new token lasts. */
const TOKEN_DAYS = 300;

/** Pushes new commits to main with a tag, without a pipeline: as when no workflow rule matches it. */
export function makeTag(world: World, name: string, options: TagOptions = {}): string {
  const branch = ensureBranch(world, world.project.defaultBranch);
  for (let count = options.commits ?? 3; count > 0; count -= 1) addCommit(world, branch.name, withCi(options));
  const before = options.force === true ? world.tags.find((tag) => tag.name === name) : undefined;
  if (before !== undefined) removeTag(world, name);
  const { message = null, username = 'ann' } = options;
  return makeTagAt(world, { name, sha: branch.sha, message, username, before });
}

/** Tags a commit that is there. */
export function makeTagAt(
  world: World,
  about: {
    readonly name: string;
    readonly sha: string;
    readonly message: string | null;
    readonly username: string;
    readonly before?: Tag | undefined;
  },
): string {
  const { name, sha, message, username, before } = about;
  const tag = addTag(world, name, sha, message);
  report(world, { kind: 'tag', tag, userId: userNamed(world, username).id, deleted: false, before });
  return tag.sha;
}

/** Pushes a tag with new commits and makes its pipeline. Throws `FilteredError` when the rules leave none. */
export function pushTag(world: World, name: string, options: TagOptions = {}): Pipeline {
  const sha = makeTag(world, name, options);
  const user = userNamed(world, options.username ?? 'ann');
  return createPipeline(world, { ref: name, sha, kind: 'tag', source: 'push', user, onError: 'save' });
}

/** Runs a pipeline for a tag that is there, as on GitLab's page. Throws `FilteredError` when the rules leave none. */
export function runPipeline(world: World, ref: string, username = 'ann'): Pipeline {
  const tag = world.tags.find((each) => each.name === ref);
  if (tag === undefined) throw new Error('Reference not found');
  const user = userNamed(world, username);
  return createPipeline(world, { ref, sha: tag.sha, kind: 'tag', source: 'web', user, onError: 'save' });
}

/** Pushes new commits to a branch and makes its pipeline. Throws `FilteredError` when the rules leave none. */
export function pushBranch(world: World, name: string, options: BranchOptions = {}): Pipeline {
  const branch = ensureBranch(world, name);
  const beforeSha = branch.sha;
  for (let count = options.commits ?? 1; count > 0; count -= 1) addCommit(world, name, options);
  const user = userNamed(world, options.username ?? 'ann');
  const common = { sha: branch.sha, user, beforeSha, onError: 'save' as const };
  if (options.mergeRequest !== true) {
    return createPipeline(world, { ...common, ref: name, kind: 'branch', source: options.source ?? 'push' });
  }
  const mergeRequest = openMergeRequest(world, name, user);
  const ref = `refs/merge-requests/${mergeRequest.iid}/head`;
  return createPipeline(world, { ...common, ref, kind: 'merge_request', source: 'merge_request_event', mergeRequest });
}

/** Adds a person with a token of their own and, with a level, makes them a member. */
export function addUser(world: World, username: string, options: { name?: string; accessLevel?: number } = {}): User {
  const user: User = {
    id: world.nextId('user'),
    username,
    name: options.name ?? username,
    email: `${username}@example.com`,
    publicEmail: '',
    isConfirmed: true,
    isAdmin: false,
    token: `glpat-sandbox-${username}`,
    bot: username === 'chatops',
    state: 'active',
    tokenScopes: ['api'],
    tokenExpiresAt: dayOf(new Date(world.now().getTime() + TOKEN_DAYS * 86_400_000)),
  };
  world.users.push(user);
  if (options.accessLevel !== undefined) world.members.set(user.id, options.accessLevel);
  return user;
}

/** Changes somebody's account. An address is public only once it is confirmed. */
export function setAccount(world: World, username: string, change: AccountChange): void {
  const user = userNamed(world, username);
  const { email = user.email, isConfirmed = user.isConfirmed, publicEmail = user.publicEmail } = change;
  if (publicEmail !== '' && (!isConfirmed || publicEmail !== email)) throw new Error('Public email is not confirmed');
  Object.assign(user, change);
}

/** Changes what somebody's token may do, or the day on which it ends. */
export function setToken(world: World, username: string, token: TokenChange): void {
  const user = userNamed(world, username);
  user.tokenScopes = token.scopes ?? user.tokenScopes;
  if (token.expiresAt !== undefined) user.tokenExpiresAt = token.expiresAt;
}

/** A day as GitLab writes it, e.g. `2026-11-23`. */
export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** Gives a user an access level (10, 20, 30, 40, 50) in the project, or takes membership away. */
export function setMember(world: World, username: string, accessLevel: number | undefined): void {
  const user = userOf(world, userNamed(world, username).id);
  if (accessLevel === undefined) world.members.delete(user.id);
  else world.members.set(user.id, accessLevel);
}

/** Gives a user a role in the group above the project, which the project inherits. */
export function setGroupMember(world: World, username: string, accessLevel: number): void {
  const { id } = userNamed(world, username);
  world.groupMembers.set(id, accessLevel);
  world.members.set(id, Math.max(accessLevel, world.members.get(id) ?? 0));
}

function openMergeRequest(world: World, sourceBranch: string, author: User): MergeRequest {
  const known = world.pipelines.findLast((each) => each.mergeRequest?.sourceBranch === sourceBranch)?.mergeRequest;
  if (known !== null && known !== undefined) return known;
  const id = world.nextId('mergeRequest');
  return {
    id: id + 700,
    iid: id,
    title: `Merge ${sourceBranch}`,
    sourceBranch,
    targetBranch: world.project.defaultBranch,
    authorId: author.id,
  };
}

function withCi(options: TagOptions): CommitOptions {
  return options.ciYaml === undefined ? {} : { ciYaml: options.ciYaml };
}
