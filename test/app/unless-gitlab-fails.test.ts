import { describe, expect, it } from 'vitest';
import { unlessGitLabFails } from '../../src/app/unless-gitlab-fails.ts';
import { GitLabError, LinkError, NotFoundError, PayloadError, StoreError } from '../../src/domain/errors.ts';

describe('unlessGitLabFails', () => {
  it('gives what was asked for', async () => {
    expect(await unlessGitLabFails(Promise.resolve('3 commits'), undefined)).toBe('3 commits');
  });

  it.each([
    new GitLabError('502', { status: 502, method: 'GET', path: '/', outcome: 'none' }),
    new NotFoundError('404'),
    new PayloadError('a page instead of JSON'),
  ])('does without it when GitLab fails: $name', async (failure) => {
    expect(await unlessGitLabFails(Promise.reject(failure), 'nothing')).toBe('nothing');
  });

  it.each([
    new StoreError('disk full'),
    new LinkError('taken back', { retryable: false }),
    new TypeError('x is not a function'),
  ])('throws what is not of GitLab’s making: $name', async (failure) => {
    await expect(unlessGitLabFails(Promise.reject(failure), 'nothing')).rejects.toBe(failure);
  });
});
