import { GitLabError, NotFoundError, PayloadError } from '../domain/errors.ts';

/**
 * What GitLab was asked for, or `instead` where it does not answer, has it not, or says what we cannot read: for what a
 * plan shows and does not hang on. Any other failure is not GitLab's, and is thrown.
 */
export async function unlessGitLabFails<T, Instead>(asked: Promise<T>, instead: Instead): Promise<T | Instead> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof GitLabError || error instanceof NotFoundError || error instanceof PayloadError) return instead;
    throw error;
  }
}
