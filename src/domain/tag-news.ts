import type { Person } from './actor.ts';
import type { ProjectRef } from './project.ts';

/** A tag was pushed, moved to another commit, or deleted. GitLab says nothing when more than three go at once. */
export interface TagMoved {
  readonly kind: 'tag';
  readonly project: ProjectRef;
  readonly tag: string;
  readonly move: 'created' | 'moved' | 'deleted';
  /** The commit that it names now. Undefined for a deleted one. */
  readonly sha?: string | undefined;
  /** Only of an annotated tag. */
  readonly message?: string | undefined;
  readonly user?: Person | undefined;
}

/** A release, which in GitLab is a page about a tag. Nobody says who wrote it. */
export interface ReleaseChanged {
  readonly kind: 'release';
  readonly project: ProjectRef;
  readonly tag: string;
  readonly change: 'created' | 'updated' | 'deleted';
  /** The commit of the tag. */
  readonly sha?: string | undefined;
  readonly name: string;
  /** Markdown, as people wrote it. */
  readonly description?: string | undefined;
  readonly url?: string | undefined;
  /** May lie ahead: then the release is announced. */
  readonly releasedAt?: Date | undefined;
}

/** What happens to a tag beside its pipeline. */
export type TagNews = TagMoved | ReleaseChanged;

/** The lines that say something, without the signature that git puts below a tag's message. */
export function proseLines(text: string, max: number): readonly string[] {
  const lines = (text.split('-----BEGIN ')[0] ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.length > max ? [...lines.slice(0, max), '…'] : lines;
}
