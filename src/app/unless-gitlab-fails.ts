import { isOfGitLab } from '../domain/errors.ts';

/**
 * What GitLab was asked for, or `instead` where it does not answer, has it not, or says what we cannot read: for what is
 * better known and can be done without. Any other failure is not GitLab's, and is thrown.
 */
export async function unlessGitLabFails<T, Instead>(asked: Promise<T>, instead: Instead): Promise<T | Instead> {
  try {
    return await asked;
  } catch (error) {
    if (isOfGitLab(error)) return instead;
    throw error;
  }
}
