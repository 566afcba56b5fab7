import type { ApprovalRequest, Author } from '../../domain/approval.ts';
import type { GitLabReads } from '../gitlab-ports.ts';

/**
 * Who wrote what a request would ship: authors of its merge requests, and the names in its commits. A rollback ships
 * nothing new, and neither does what is compared with nothing.
 * @throws GitLabError: without knowing them nobody can be told from them.
 */
export async function readAuthors(
  { kind, project, fromSha, release }: ApprovalRequest,
  gitlab: Pick<GitLabReads, 'changes' | 'mergeRequests'>,
): Promise<readonly Author[]> {
  if (kind === 'rollback' || fromSha === undefined) return [];
  const { authors, mergeRequestIids } = await gitlab.changes(project.id, fromSha, release.sha);
  const merged = await gitlab.mergeRequests(project.id, mergeRequestIids);
  return [...authors.map((name) => ({ name })), ...merged.flatMap(({ author }) => author ?? [])];
}
