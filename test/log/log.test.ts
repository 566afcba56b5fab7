import { describe, expect, it } from 'vitest';
import { GitLabError, SlackError } from '../../src/domain/errors.ts';
import { createLog, maskSecrets } from '../../src/log/log.ts';

const secrets = ['s3cr3t-value', 'quote"and\\slash', 'a/b+c=d&e', ''];

function aLog(level = 'info') {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLog({ level, secrets, destination });
  const last = () => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown>;
  return { log, lines, last };
}

describe('createLog', () => {
  it('writes one small line of JSON with an ISO time', () => {
    const { log, lines, last } = aLog();

    log.info({ project: 'acme/app', pipeline_id: 9 }, 'pipeline folded');

    expect(lines).toHaveLength(1);
    expect(last()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      project: 'acme/app',
      pipeline_id: 9,
      msg: 'pipeline folded',
    });
  });

  it('leaves out what is below its level', () => {
    const { log, lines } = aLog('warn');

    log.info({}, 'quiet');

    expect(lines).toEqual([]);
  });

  it.each([
    ['a message', () => ({ fields: {}, message: 'has s3cr3t-value inside' })],
    ['a field', () => ({ fields: { url: 'https://x/?token=s3cr3t-value' }, message: 'm' })],
    ['a nested field', () => ({ fields: { a: { b: [{ c: 's3cr3t-value' }] } }, message: 'm' })],
    ['a key', () => ({ fields: { 's3cr3t-value': 1 }, message: 'm' })],
    ['an error', () => ({ fields: { err: new Error('with s3cr3t-value') }, message: 'm' })],
    [
      'the cause of a cause',
      () => {
        const inner = new Error('inner', { cause: new Error('s3cr3t-value') });
        return { fields: { err: new Error('outer', { cause: inner }) }, message: 'm' };
      },
    ],
    ['an error thrown as text', () => ({ fields: { err: 's3cr3t-value' }, message: 'm' })],
    [
      'several errors at once',
      () => ({ fields: { err: new AggregateError([new Error('s3cr3t-value')]) }, message: 'm' }),
    ],
  ])('masks a secret in %s', (_name, make) => {
    const { log, lines, last } = aLog();
    const { fields, message } = make();

    log.error(fields, message);

    expect(lines.join()).not.toContain('s3cr3t-value');
    expect(JSON.stringify(last())).toContain('[secret]');
  });

  it('masks a secret that JSON or a URL writes in another way', () => {
    const { log, lines, last } = aLog();

    log.info({ plain: 'quote"and\\slash', url: `https://x/?t=${encodeURIComponent('a/b+c=d&e')}` }, 'm');

    expect(last()).toMatchObject({ plain: '[secret]', url: 'https://x/?t=[secret]' });
    expect(lines.join()).not.toContain('slash');
  });

  it('masks in child loggers too', () => {
    const { log, last } = aLog();

    log.child({ channel: 's3cr3t-value' }).info({}, 'm');

    expect(last()).toMatchObject({ channel: '[secret]' });
  });

  it('shows of an error what helps: name, code, message, hint, facts, cause and stack', () => {
    const { log, last } = aLog();
    const cause = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    const facts = { status: 403, method: 'POST', path: '/jobs/7/play', outcome: 'none' as const };

    log.error({ err: new GitLabError('no', facts, { hint: 'Ask a maintainer.', cause }) }, 'gitlab refused');

    expect(last()['err']).toMatchObject({
      name: 'GitLabError',
      code: 'gitlab',
      message: 'no',
      hint: 'Ask a maintainer.',
      ...facts,
      cause: { name: 'Error', code: 'ECONNRESET', message: 'socket hang up' },
      stack: expect.stringContaining('log.test.ts'),
    });
  });

  it("does not show other libraries' fields, which may hold headers and bodies", () => {
    const { log, lines } = aLog();
    const cause = Object.assign(new Error('http'), {
      headers: { 'x-private': 'private-header' },
      body: 'private-body',
    });
    const facts = { slackCode: 'http_500', outcome: 'unknown', retryable: true } as const;

    log.warn({ err: new SlackError('failed', facts, { cause }) }, 'slack failed');

    expect(lines.join()).not.toMatch(/private-(header|body)/);
    expect(lines.join()).toContain('http_500');
  });

  it('survives an error that causes itself', () => {
    const { log, lines } = aLog();
    const error = new Error('round');
    error.cause = error;

    log.error({ err: error }, 'm');

    expect(lines).toHaveLength(1);
  });
});

describe('maskSecrets', () => {
  it.each([
    ['glpat-abcDEF123_-xyz', '[secret]'],
    ['token=glptt-0123456789', 'token=[secret]'],
    ['xoxb-123-456-abc', '[secret]'],
    ['xapp-1-A1-2-abc', '[secret]'],
    ['whsec_AbC+/=', '[secret]'],
    ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer [secret]'],
    ['postgres://chatops:pa55@db:5432/x', 'postgres://[secret]@db:5432/x'],
    ['https://oauth2:tok@gitlab.example.com/a.git', 'https://[secret]@gitlab.example.com/a.git'],
    ['https://hooks.slack.com/commands/T1/2/abc', 'https://hooks.slack.com/[secret]'],
    ['https://abcdef0123456789@github.com/a.git', 'https://[secret]@github.com/a.git'],
    ['GET https://x/api?private_token=abc123&page=2', 'GET https://x/api?private_token=[secret]&page=2'],
    ["curl -H 'Authorization: Basic dXNlcjpwYXNz' https://x", "curl -H 'Authorization: Basic [secret]' https://x"],
    ['authorization: 0a1b2c3d', 'authorization: [secret]'],
    ['{"Proxy-Authorization":"Digest username=ann"}', '{"Proxy-Authorization":"Digest [secret]"}'],
    ['curl --header "PRIVATE-TOKEN: abcdef123456"', 'curl --header "PRIVATE-TOKEN: [secret]"'],
    ['X-Gitlab-Token: abcdef', 'X-Gitlab-Token: [secret]'],
    ['export DB_PASSWORD="correct-horse"', 'export DB_PASSWORD="[secret]"'],
    ['AWS_SECRET_ACCESS_KEY=wJalr/K7MDENG+bPx', 'AWS_SECRET_ACCESS_KEY=[secret]'],
    ['key AKIAABCDEFGHIJKLMNOP used', 'key [secret] used'],
    [`ghp_${'a1'.repeat(18)}`, '[secret]'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3', '[secret]'],
    ['TOKEN_glpat-abcDEF123', 'TOKEN_[secret]'],
  ])('masks %s without knowing it', (text, masked) => {
    expect(maskSecrets(text, [])).toBe(masked);
  });

  it.each([
    '/gl-deploy prod v1.4.0',
    'global-config',
    'https://gitlab.example.com/acme/app/-/jobs/7',
    'mailto ann@example.com at 10:00',
    'sha 0123456789abcdef0123456789abcdef01234567',
    'SyntaxError: Unexpected token: }',
    'export DB_PASSWORD=$OTHER',
    'git@gitlab.example.com:acme/app.git',
    'https://registry.example.com/@scope/package',
    '-----BEGIN CERTIFICATE----- MIIB -----END CERTIFICATE-----',
  ])('leaves %s alone', (text) => {
    expect(maskSecrets(text, ['', 'a', 'prod'])).toBe(text);
  });

  const key = ['-----BEGIN RSA PRIVATE KEY-----', 'MIIEpAIBAAKCAQEA', 'q0sVx/+=', '-----END RSA PRIVATE KEY-----'];

  it('masks a private key over all of its lines', () => {
    expect(maskSecrets(['before', ...key, 'after'].join('\n'), [])).toBe('before\n[secret]\nafter');
  });

  it('masks a private key whose end is missing as far as the text goes', () => {
    expect(maskSecrets(['before', ...key.slice(0, 3)].join('\n'), [])).toBe('before\n[secret]');
  });

  it.each([
    ['a private key', key.join('\n')],
    ['a private key without its end', key.slice(0, 2).join('\n')],
    ['a quoted private key without its end', `KEY="${key.slice(0, 2).join('\n')}"`],
    ['a header', 'curl -H "Authorization: Basic dXNlcjpwYXNz" x'],
    ['a variable', 'API_TOKEN="abcdef123456"'],
  ])('leaves JSON readable that holds %s', (_, text) => {
    const masked = maskSecrets(JSON.stringify({ text, after: JSON.stringify({ text }) }), []);

    expect(JSON.parse(masked)).toHaveProperty('after');
    expect(masked).not.toMatch(/MIIE|dXNl|abcdef/);
  });

  it('masks each entry of a list, as secrets are kept while they are rotated', () => {
    expect(maskSecrets('old-secret and new-secret', ['new-secret, old-secret'])).toBe('[secret] and [secret]');
  });

  it('leaves no tail of a secret that contains another', () => {
    expect(maskSecrets('x=secret-long-one', ['secret', 'secret-long-one'])).toBe('x=[secret]');
  });

  it('takes no longer than in proportion to a long line, whatever it is made of', () => {
    const parts = [
      'a',
      'A',
      '7',
      ' ',
      '=',
      ':',
      '@',
      '-',
      '\\',
      '"',
      '?',
      '&',
      'QmFzZTY0',
      'x://',
      'x://u:',
      '-eyJ',
      'eyJhbGciOiJ.eyJ',
      'TOKEN',
      'TOKEN=',
      'authorization',
      'authorization: ',
      'Bearer ',
      'x-x-',
      'gl',
      'xoxb',
      '-----BEGIN PRIVATE KEY-----',
      '-----END ',
    ];
    for (const before of [
      '',
      'x://',
      'authorization:',
      'Bearer ',
      'TOKEN=',
      'eyJhbGciOiJI.eyJ',
      '-----BEGIN PRIVATE KEY-----',
    ]) {
      for (const part of parts) {
        const line = before + part.repeat(Math.ceil(40_000 / part.length));
        expect(maskSecrets(line, []).length).toBeLessThanOrEqual(line.length * 2);
      }
    }
    expect(maskSecrets(`${'-----BEGIN PRIVATE KEY-----'.repeat(1_500)}\\`, [])).toContain('[secret]');
  });

  it.each(['user-name', 'a'.repeat(60)])('masks the password of an address that follows on %s', (before) => {
    expect(maskSecrets(`${before}-https://me:a:b@c@host/x`, [])).toBe(`${before}-https://[secret]@host/x`);
  });
});
