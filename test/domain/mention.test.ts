import { describe, expect, it } from 'vitest';
import { knownAuthor, slackUserOf } from '../../src/domain/mention.ts';
import { someFacts } from '../support/builders.ts';

const user = { username: 'ann', name: 'Ann Lee' };

describe('knownAuthor', () => {
  it('is the user of the pipeline who bears the name of the author', () => {
    expect(knownAuthor(someFacts({ user, commitAuthor: 'Ann Lee' }))).toBe(user);
  });

  it.each([
    ['another name', { user, commitAuthor: 'Ann' }],
    ['a user name for a name', { user, commitAuthor: 'ann' }],
    ['no author', { user, commitAuthor: undefined }],
    ['no user', { user: undefined, commitAuthor: 'Ann Lee' }],
  ])('is nobody with %s', (_what, facts) => {
    expect(knownAuthor(someFacts(facts))).toBeUndefined();
  });
});

describe('slackUserOf', () => {
  it.each([
    ['the one of that name', 'ann', 'U0ANN'],
    ['without regard to case, as GitLab takes it', 'ANN', 'U0ANN'],
    ['nobody whom the settings do not name', 'raj', undefined],
    ['nobody where two share an account', 'deploy', undefined],
  ])('finds %s', (_what, username, expected) => {
    const identityUsers = { U0ANN: 'Ann', U0ONE: 'deploy', U0TWO: 'deploy' };

    expect(slackUserOf(username, identityUsers)).toBe(expected);
  });
});
