import { matchEnvironment } from '../../domain/environment.ts';
import { bold, code, join, say } from '../../domain/phrase.ts';
import { environmentRule } from '../../domain/project.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { CommandContext, ProjectContext } from '../command.ts';
import { type ReleaseMatch, resolveRelease } from './resolve-release.ts';

/** A version's release, or why the words for it mean none. */
export type VersionMatch = ReleaseMatch | { readonly kind: 'refused'; readonly refusal: Refusal };

/** A version as it was typed, and where it is to go. */
interface Wanted {
  readonly project: ProjectContext;
  readonly environment: string;
  readonly version: string;
}

/**
 * Resolves a version as people say it: beside tags, branches and commits, `latest` is the newest tag that `versions`
 * allows, and `from staging` is what runs there now, by its commit.
 * @throws GitLabError when GitLab does not answer.
 */
export async function resolveVersion(wanted: Wanted, context: CommandContext): Promise<VersionMatch> {
  const word = wanted.version.toLowerCase();
  if (word === 'latest') return resolveLatest(wanted, context);
  const from = /^from (.+)$/su.exec(word)?.[1];
  if (from !== undefined) return resolveFrom(wanted, from, context);
  return resolveRelease(context.gitlab, wanted.project.ref, wanted.version);
}

async function resolveLatest(wanted: Wanted, { gitlab }: CommandContext): Promise<VersionMatch> {
  const { project, environment } = wanted;
  const tags = await gitlab.newestTags(project.ref.id, 50);
  const versions = environmentRule(project.rules, environment)?.versions;
  const allowed = versions === undefined ? undefined : new RegExp(versions, 'u');
  const newest = tags.find(({ name }) => allowed?.test(name) ?? true);
  if (newest) return resolveRelease(gitlab, project.ref, newest.name);
  const fact = tags.length
    ? say`None of the newest tags of ${project.ref.path} may go there: they have to match ${code(versions ?? '')}.`
    : say`${project.ref.path} has no tags.`;
  return none(wanted, fact);
}

async function resolveFrom(wanted: Wanted, from: string, { gitlab }: CommandContext): Promise<VersionMatch> {
  const { project } = wanted;
  const environments = await gitlab.environments(project.ref.id);
  const match = matchEnvironment(from, environments, project.rules);
  if (match.kind === 'unknown') {
    const near = match.candidates.length > 0 ? say` Nearest: ${join(match.candidates.map(code), ', ')}.` : [];
    return none(wanted, say`${bold(project.ref.path)} has no environment ${code(from)}.${near}`);
  }
  const [live] = await gitlab.successfulDeployments(project.ref.id, match.name, 1);
  if (live?.sha === undefined) return none(wanted, say`Nothing was ever deployed to ${bold(match.name)}.`);
  const named = live.ref === undefined ? undefined : await resolveRelease(gitlab, project.ref, live.ref);
  // A branch has moved on since, and a tag may have: what runs there is the commit.
  if (named?.kind === 'found' && named.release.sha === live.sha) return named;
  return resolveRelease(gitlab, project.ref, live.sha);
}

function none({ project, environment }: Wanted, fact: Refusal['fact']): VersionMatch {
  return {
    kind: 'refused',
    refusal: {
      code: 'version_unknown',
      notDone: say`Nothing was deployed to ${bold(environment)}.`,
      fact,
      todo: [{ kind: 'open', label: 'Open the tags', url: `${project.ref.url}/-/tags` }],
    },
  };
}
