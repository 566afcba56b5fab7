import type { Gitlab } from '@gitbeaker/rest';
import { GitLabError, NotFoundError } from '../../domain/errors.ts';

/** What the reads share. */
export interface ReadContext {
  readonly api: InstanceType<typeof Gitlab<false>>;
  readonly now: () => Date;
}

/** The answer, or undefined where GitLab has none (or hides it). */
export async function orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  });
}

/** GitLab hides some things from who has too low a role, e.g. hooks, freezes and protections below Maintainer. */
export function orHidden(error: unknown): undefined {
  if (error instanceof GitLabError && error.status === 403) return undefined;
  throw error;
}

/** The answer to something that merely adorns: without it, or without GitLab, the rest is still worth having. */
export async function orWithout<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof NotFoundError || error instanceof GitLabError) return undefined;
    throw error;
  });
}
