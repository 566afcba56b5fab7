import { describe, expect, it } from 'vitest';
import { ConfigError, GitLabError, InvariantError, SlackError, UsageError } from '../../src/domain/errors.ts';

describe('AppError', () => {
  it('carries its name, its hint and its cause', () => {
    const cause = new Error('inner');
    const error = new UsageError('Which version?', { hint: 'Type: /deploy', cause });

    expect(error).toMatchObject({ name: 'UsageError', code: 'usage', hint: 'Type: /deploy', retryable: false, cause });
    expect(new UsageError('x').hint).toBe('');
  });
});

describe('ConfigError', () => {
  it('says every problem with its mend', () => {
    const problems = ['A', 'B'].map((setting) => ({ setting, problem: 'is missing', mend: `Set ${setting}` }));

    const { message } = new ConfigError(problems);

    expect(message).toBe('A: is missing. Set A\nB: is missing. Set B');
  });
});

describe('GitLabError', () => {
  it.each([
    [0, true],
    [400, false],
    [403, false],
    [404, false],
    [409, false],
    [429, true],
    [500, true],
    [502, true],
  ])('with status %i can be tried again: %s', (status, retryable) => {
    expect(new GitLabError('x', { status, method: 'GET', path: '/x', outcome: 'none' }).retryable).toBe(retryable);
  });
});

describe('SlackError', () => {
  it('is told whether it can be tried again', () => {
    const error = new SlackError('x', { slackCode: 'ratelimited', outcome: 'none', retryable: true, retryAfterMs: 5 });

    expect(error).toMatchObject({ code: 'slack', slackCode: 'ratelimited', retryable: true, retryAfterMs: 5 });
  });
});

describe('InvariantError', () => {
  it('is a mistake of ours, which trying again does not mend', () => {
    expect(new InvariantError('a plan became something else')).toMatchObject({ code: 'invariant', retryable: false });
  });
});
