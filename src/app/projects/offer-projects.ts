import { accessLevels } from '../../domain/actor.ts';
import { NotFoundError } from '../../domain/errors.ts';
import { decidePolicy } from '../../domain/policy.ts';
import type { ProjectRules } from '../../domain/project.ts';
import type { CommandContext } from '../command.ts';
import { readGroups } from '../input/read-rights.ts';
import { recentProjects } from './recent-projects.ts';

/** How many are looked at, side by side: each costs a question to GitLab. */
const looked = 20;

/** Projects that a person can choose among. */
export interface OfferedProjects {
  readonly paths: readonly string[];
  /** There are more than were looked at or than fit. */
  readonly more: boolean;
}

/**
 * The projects that this person may do something in, those they last asked for first. Guests and people we do not know
 * in GitLab are told of none.
 * @throws GitLabError when GitLab does not say who may.
 */
export async function offerProjects(
  about: { readonly may: 'read' | 'deploy'; readonly limit: number },
  context: CommandContext,
): Promise<OfferedProjects> {
  if (context.restricted || context.actor.gitlab === undefined) return { paths: [], more: false };
  const ordered = inOrder(context.settings.projects, await recentProjects(context.tables, context.actor.slackUserId));
  const allowed = await Promise.all(
    ordered.slice(0, looked).map(async (rules) => ((await isAllowed(rules, about.may, context)) ? [rules.path] : [])),
  );
  const paths = allowed.flat();
  return { paths: paths.slice(0, about.limit), more: paths.length > about.limit || ordered.length > looked };
}

function inOrder(projects: readonly ProjectRules[], recent: readonly string[]): readonly ProjectRules[] {
  const rank = ({ path }: ProjectRules): number => {
    const at = recent.indexOf(path);
    return at < 0 ? recent.length : at;
  };
  return projects.toSorted((a, b) => rank(a) - rank(b));
}

async function isAllowed(rules: ProjectRules, may: 'read' | 'deploy', context: CommandContext): Promise<boolean> {
  const { actor, restricted, gitlab } = context;
  const userId = actor.gitlab?.id;
  if (userId === undefined) return false;
  const accessLevel = await levelIn(rules, userId, { context, gitlab });
  const lists = rules.environments.flatMap(({ deployers = [] }) => deployers);
  const groups = await readGroups(lists, actor.slackUserId, context);
  const decide = (facts: { readonly action: 'read' | 'deploy'; readonly deployers?: readonly string[] | undefined }) =>
    decidePolicy({ ...facts, actor, accessLevel, restricted, groups }).kind === 'allow';
  if (may === 'read') return decide({ action: 'read' });
  return (
    decide({ action: 'deploy' }) ||
    rules.environments.some(({ deployers }) => deployers !== undefined && decide({ action: 'deploy', deployers }))
  );
}

/** A project that is gone or hidden is nothing to offer, and no reason to offer no other. */
async function levelIn(
  rules: ProjectRules,
  userId: number,
  { context, gitlab }: { readonly context: CommandContext; readonly gitlab: CommandContext['gitlab'] },
): Promise<number> {
  try {
    return await gitlab.accessLevel((await context.resolveProject(rules)).ref.id, userId);
  } catch (error) {
    if (error instanceof NotFoundError) return accessLevels.none;
    throw error;
  }
}
