import { environmentSettings } from '../../config/schema.ts';
import { accessLevels } from '../../domain/actor.ts';
import { GitLabError, UsageError } from '../../domain/errors.ts';
import { createGitLabSetup, type GitLabSetup, type ProjectFacts, type TokenUser } from '../../gitlab/setup.ts';
import { readSetting } from './setting-answer.ts';

/** A token that GitLab takes, and the calls made with it. */
export interface GivenToken {
  readonly token: string;
  readonly gitlab: GitLabSetup;
  readonly user: TokenUser;
}

/** An address at which a GitLab answers. Without a token it says no more than that. */
export async function readGitLabUrl(text: string, now: () => Date): Promise<string> {
  const url = readSetting(environmentSettings.gitlabUrl, text);
  try {
    await createGitLabSetup({ url, token: 'none', now }).version();
  } catch (error) {
    if (!(error instanceof GitLabError && error.status === 401)) throw error;
  }
  return url;
}

/** A token that may start deployments, as far as GitLab tells. */
export async function readToken({
  url,
  token: text,
  now,
}: {
  readonly url: string;
  readonly token: string;
  readonly now: () => Date;
}): Promise<GivenToken> {
  const token = readSetting(environmentSettings.gitlabToken, text);
  const gitlab = createGitLabSetup({ url, token, now });
  const facts = await gitlab.token();
  if (facts && !facts.scopes.includes('api')) {
    throw new UsageError(
      `This GitLab token has scope ${facts.scopes.join(', ') || 'none'}: it cannot start deployments.`,
      {
        hint: 'Create one with scope api: in the project, Settings > Access tokens, role Maintainer.',
      },
    );
  }
  return { token, gitlab, user: await gitlab.user() };
}

/** A project in which the token may run jobs and look after the webhook. Its address in the browser will do, too. */
export async function readProject(
  text: string,
  { gitlab, user, url }: GivenToken & { readonly url: string },
): Promise<ProjectFacts> {
  const path = (text.startsWith(`${url}/`) ? text.slice(url.length) : text)
    .replace(/\/-\/.*$/, '')
    .replace(/^\/+|\/+$/g, '');
  const project = path.includes('/') ? await gitlab.project(path) : undefined;
  if (!project) {
    throw new UsageError(`GitLab shows @${user.username} no project ${path === '' ? 'of no name' : path}.`, {
      hint: `Write its full path, e.g. acme/production-app, and invite @${user.username} to it as Maintainer.`,
    });
  }
  if (project.archived) {
    throw new UsageError(`${project.path} is archived.`, { hint: 'Unarchive it, or name another project.' });
  }
  if ((await gitlab.accessLevel(project.id, user.id)) < accessLevels.maintainer) {
    throw new UsageError(`@${user.username} is not Maintainer of ${project.path}, so it cannot set up the webhook.`, {
      hint: `Raise its role to Maintainer: ${project.url}/-/project_members`,
    });
  }
  return project;
}
