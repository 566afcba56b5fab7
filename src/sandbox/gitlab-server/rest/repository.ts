import { ConfigurationError, mergeConfiguration, printConfiguration } from '../ci/configuration.ts';
import { ExpressionError } from '../ci/expression.ts';
import { FilteredError, planPipeline } from '../ci/plan.ts';
import { predefineVariables } from '../engine/create-pipeline.ts';
import { ancestors, resolveRef } from '../repository.ts';
import { type Branch, type Commit, commitOf, projectUrl, type Tag, type World } from '../world.ts';
import {
  choiceOf,
  message,
  notFound,
  ok,
  page,
  type Reply,
  ReplyError,
  type RestRequest,
  type Route,
  requireText,
  textOf,
} from './reply.ts';
import { showCommit, showTag } from './shapes.ts';

/** Tags, branches, commits, comparison and the CI lint. */
export const repositoryRoutes: readonly Route[] = [
  ['GET', '/projects/:id/repository/tags', listTags],
  ['GET', '/projects/:id/repository/tags/:tag_name', showOneTag],
  ['GET', '/projects/:id/repository/branches', listBranches],
  ['GET', '/projects/:id/repository/branches/:branch', showOneBranch],
  ['GET', '/projects/:id/repository/commits', listCommits],
  ['GET', '/projects/:id/repository/commits/:sha', showOneCommit],
  ['GET', '/projects/:id/repository/compare', compare],
  ['GET', '/projects/:id/ci/lint', lint],
];

function listTags(request: RestRequest): Reply {
  const { world } = request;
  const order = choiceOf(request, 'order_by', ['name', 'updated', 'version']) ?? 'updated';
  const direction = choiceOf(request, 'sort', ['asc', 'desc']) ?? 'desc';
  const found = world.tags.filter((tag) => matchesSearch(tag.name, textOf(request, 'search')));
  const sorted = found.toSorted((a, b) => compareTags(a, b, order));
  const rows = direction === 'desc' ? sorted.toReversed() : sorted;
  return page(
    request,
    rows.map((tag) => showTag(world, tag)),
  );
}

function compareTags(a: Tag, b: Tag, order: 'name' | 'updated' | 'version'): number {
  switch (order) {
    case 'updated':
      return a.createdAt.getTime() - b.createdAt.getTime();
    case 'version':
      return a.name.localeCompare(b.name, 'en', { numeric: true });
    default:
      return a.name < b.name ? -1 : Number(a.name > b.name);
  }
}

/** `^v1` and `.0$` anchor the search, as GitLab allows. */
function matchesSearch(name: string, search: string | undefined): boolean {
  if (search === undefined) return true;
  if (search.startsWith('^')) return name.toLowerCase().startsWith(search.slice(1).toLowerCase());
  if (search.endsWith('$')) return name.toLowerCase().endsWith(search.slice(0, -1).toLowerCase());
  return name.toLowerCase().includes(search.toLowerCase());
}

function showOneTag(request: RestRequest): Reply {
  const tag = request.world.tags.find((each) => each.name === request.params['tag_name']);
  return tag === undefined ? notFound('Tag') : ok(showTag(request.world, tag));
}

function listBranches(request: RestRequest): Reply {
  const found = request.world.branches.filter((branch) => matchesSearch(branch.name, textOf(request, 'search')));
  const order = choiceOf(request, 'sort', ['name_asc', 'updated_asc', 'updated_desc']) ?? 'name_asc';
  return page(
    request,
    found
      .toSorted((a, b) => compareBranches(request.world, order, [a, b]))
      .map((each) => showBranch(request.world, each)),
  );
}

function compareBranches(world: World, order: string, [a, b]: readonly [Branch, Branch]): number {
  if (order === 'name_asc') return a.name < b.name ? -1 : 1;
  const at = (branch: Branch): number => commitOf(world, branch.sha).committedAt.getTime();
  return order === 'updated_asc' ? at(a) - at(b) : at(b) - at(a);
}

function showOneBranch(request: RestRequest): Reply {
  const branch = request.world.branches.find((each) => each.name === request.params['branch']);
  return branch === undefined ? notFound('Branch') : ok(showBranch(request.world, branch));
}

function showBranch(world: World, branch: Branch): Readonly<Record<string, unknown>> {
  return {
    name: branch.name,
    commit: showCommit(world, commitOf(world, branch.sha)),
    merged: false,
    protected: branch.isProtected,
    developers_can_push: false,
    developers_can_merge: false,
    can_push: true,
    default: branch.name === world.project.defaultBranch,
    web_url: `${projectUrl(world)}/-/tree/${branch.name}`,
  };
}

function listCommits(request: RestRequest): Reply {
  const { world } = request;
  const sha = resolveRef(world, textOf(request, 'ref_name') ?? world.project.defaultBranch);
  if (sha === undefined) return notFound('Commit');
  return page(
    request,
    ancestors(world, sha).map((commit) => showCommit(world, commit)),
  );
}

function showOneCommit(request: RestRequest): Reply {
  const { world } = request;
  const sha = resolveRef(world, request.params['sha'] ?? '');
  if (sha === undefined) return notFound('Commit');
  const last = world.pipelines.findLast((pipeline) => pipeline.sha === sha);
  return ok({
    ...showCommit(world, commitOf(world, sha)),
    stats: { additions: 12, deletions: 3, total: 15 },
    status: last?.status ?? null,
    project_id: world.project.id,
    last_pipeline:
      last === undefined
        ? null
        : { id: last.id, iid: last.iid, sha, ref: last.ref, status: last.status, source: last.source },
  });
}

/** What `to` has that `from` lacks, oldest first. Going back gives no commits, as with git's three dots. */
function compare(request: RestRequest): Reply {
  const { world } = request;
  const [from, to] = [requireText(request, 'from'), requireText(request, 'to')];
  const [fromSha, toSha] = [resolveRef(world, from), resolveRef(world, to)];
  if (fromSha === undefined || toSha === undefined) throw new ReplyError(message(404, '404 Ref Not Found'));
  const known = new Set(ancestors(world, fromSha).map((commit) => commit.sha));
  const commits = ancestors(world, toSha)
    .filter((commit) => !known.has(commit.sha))
    .toReversed();
  const last = commits.at(-1);
  return ok({
    commit: last === undefined ? null : showCommit(world, last),
    commits: commits.map((commit) => showCommit(world, commit)),
    diffs: showDiffs(commits),
    compare_timeout: false,
    compare_same_ref: fromSha === toSha,
    web_url: `${projectUrl(world)}/-/compare/${from}...${to}`,
  });
}

function showDiffs(commits: readonly Commit[]): readonly Readonly<Record<string, unknown>>[] {
  return [...new Set(commits.flatMap((commit) => commit.files))].map((path) => ({
    diff: '@@ -1 +1 @@\n-before\n+after\n',
    collapsed: false,
    too_large: false,
    new_path: path,
    old_path: path,
    a_mode: '100644',
    b_mode: '100644',
    new_file: false,
    renamed_file: false,
    deleted_file: false,
    generated_file: false,
  }));
}

/** `content_ref` selects the file; `ref` alone does not, then the default branch's file is looked at. */
function lint(request: RestRequest): Reply {
  const { world } = request;
  const contentRef = textOf(request, 'content_ref') ?? textOf(request, 'sha') ?? world.project.defaultBranch;
  const sha = resolveRef(world, contentRef);
  if (sha === undefined) return notFound('Commit');
  const isDryRun = textOf(request, 'dry_run') === 'true';
  const ref = (isDryRun ? (textOf(request, 'dry_run_ref') ?? textOf(request, 'ref')) : undefined) ?? '';
  const variables = variablesAt(request, ref === '' ? world.project.defaultBranch : ref, sha);
  try {
    const merged = mergeConfiguration(commitOf(world, sha).ciYaml, { folder: world.examplePath, variables });
    const tried = isDryRun ? dryRun(merged, variables) : { errors: [], jobs: [] };
    return ok({
      valid: tried.errors.length === 0,
      errors: tried.errors,
      warnings: [],
      merged_yaml: printConfiguration(merged),
      includes: [],
      ...(isDryRun && textOf(request, 'include_jobs') === 'true' ? { jobs: tried.jobs } : {}),
    });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return ok({ valid: false, errors: [error.message], warnings: [], merged_yaml: null, includes: [] });
  }
}

/** A dry run makes the pipeline that a push of the branch or tag would have made. */
function variablesAt({ world, user }: RestRequest, ref: string, sha: string): ReturnType<typeof predefineVariables> {
  const kind = world.tags.some((tag) => tag.name === ref) ? 'tag' : 'branch';
  return predefineVariables(world, { ref, sha, kind, source: 'push', user, onError: 'throw' }, 0);
}

function dryRun(...[merged, variables]: Parameters<typeof planPipeline>): {
  readonly errors: readonly string[];
  readonly jobs: readonly unknown[];
} {
  try {
    const { jobs } = planPipeline(merged, variables);
    return {
      errors: [],
      jobs: jobs.map(({ name, stage, when, allowFailure: allow_failure }) => ({ name, stage, when, allow_failure })),
    };
  } catch (error) {
    const isRefusal =
      error instanceof ConfigurationError || error instanceof FilteredError || error instanceof ExpressionError;
    if (!isRefusal) throw error;
    return { errors: [error.message], jobs: [] };
  }
}
