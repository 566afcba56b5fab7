import { type AppError, GitLabError, LinkError, NotFoundError, PayloadError, SlackError } from '../domain/errors.ts';

/** GitLab or Slack failed us: told at once. A mistake of ours, or the store's, is tried again first. */
export function isOfOthers(error: unknown): error is AppError {
  return (
    error instanceof GitLabError ||
    error instanceof LinkError ||
    error instanceof NotFoundError ||
    error instanceof PayloadError ||
    error instanceof SlackError
  );
}
