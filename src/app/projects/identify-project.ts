import { isSamePath, type ProjectRef, type ProjectRules } from '../../domain/project.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import type { Settings } from '../ports.ts';
import type { Store } from '../store-ports.ts';
import { type KnownProjects, projectFact } from './known-projects.ts';
import { resolveProject } from './resolve-project.ts';

export interface IdentifyProjectDeps {
  readonly gitlab: Pick<GitLabReads, 'project'>;
  readonly store: Pick<Store, 'tables'>;
  readonly settings: () => Settings;
  readonly knownProjects: Pick<KnownProjects, 'isKnown' | 'learn'>;
}

/** The rules for the project of a webhook, or why it is none of ours. */
export type IdentifiedProject =
  | { readonly kind: 'found'; readonly rules: ProjectRules }
  | { readonly kind: 'ignored'; readonly reason: 'not_watched' | 'project_id_differs' };

/**
 * Finds by what rules a webhook's project is followed. A project's own hook token proves its id only; the path in the
 * body is the sender's word, so one that is new to us, or another than before, is asked of GitLab first.
 * @throws GitLabError, NotFoundError when GitLab does not tell.
 */
export async function identifyProject(project: ProjectRef, deps: IdentifyProjectDeps): Promise<IdentifiedProject> {
  const rules = deps.settings().rulesFor(project.path);
  const before = await deps.store.tables.meta.get(projectFact.path(project.id));
  const isMoved = before !== undefined && !isSamePath(before, project.path);
  if (isMoved && !isSamePath(rules?.path ?? '', before)) return identifyMoved(project, before, deps);
  if (!rules) return { kind: 'ignored', reason: 'not_watched' };
  const known = await resolveProject(rules.path, deps);
  if (known.id !== project.id) return { kind: 'ignored', reason: 'project_id_differs' };
  if (!deps.knownProjects.isKnown(rules.path))
    await deps.knownProjects.learn([{ ref: { ...known, path: rules.path } }]);
  return { kind: 'found', rules };
}

async function identifyMoved(
  project: ProjectRef,
  before: string,
  deps: IdentifyProjectDeps,
): Promise<IdentifiedProject> {
  const { rulesFor } = deps.settings();
  if (!rulesFor(project.path) && !rulesFor(before)) return { kind: 'ignored', reason: 'not_watched' };
  const ref = await deps.gitlab.project(project.id);
  if (!isSamePath(ref.path, project.path)) return { kind: 'ignored', reason: 'project_id_differs' };
  await deps.knownProjects.learn([{ ref }]);
  const rules = deps.settings().rulesFor(project.path);
  return rules ? { kind: 'found', rules } : { kind: 'ignored', reason: 'not_watched' };
}
