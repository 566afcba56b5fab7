import { NotFoundError } from '../../domain/errors.ts';
import type { ProjectRef } from '../../domain/project.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import type { Settings } from '../ports.ts';
import type { Store } from '../store-ports.ts';
import { projectFact } from './known-projects.ts';

/**
 * GitLab's id and default branch of a configured project. Kept in the store, so that only the first command ever pays
 * for it and a start while GitLab is away still knows its projects.
 * @throws NotFoundError when GitLab has no such project or hides it from the bot's token.
 */
export async function resolveProject(
  path: string,
  deps: {
    readonly gitlab: Pick<GitLabReads, 'project'>;
    readonly store: Pick<Store, 'tables'>;
    readonly settings: () => Settings;
  },
): Promise<ProjectRef> {
  const { meta } = deps.store.tables;
  const known = Number(await meta.get(projectFact.id(path)));
  if (known > 0) {
    const defaultBranch = await meta.get(projectFact.defaultBranch(path));
    return { id: known, path, url: `${deps.settings().gitlabUrl.replace(/\/$/, '')}/${path}`, defaultBranch };
  }
  const ref = await deps.gitlab.project(path).catch((error: unknown) => {
    if (!(error instanceof NotFoundError)) throw error;
    throw new NotFoundError(`GitLab has no project ${path}, or the bot may not see it.`, {
      cause: error,
      hint: `Give the user of GITLAB_TOKEN the Maintainer role in ${path}, or mend its path in chatops.yml.`,
    });
  });
  await meta.set(projectFact.id(path), String(ref.id));
  await meta.set(projectFact.path(ref.id), path);
  if (ref.defaultBranch !== undefined) await meta.set(projectFact.defaultBranch(path), ref.defaultBranch);
  // GitLab answers for a moved project under its old path too; it goes on under the one that is configured.
  return { ...ref, path };
}
