import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../src/config/environment.ts';

const required = {
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_SIGNING_SECRET: 'signing',
  GITLAB_TOKEN: 'glpat-1',
  GITLAB_WEBHOOK_SECRET: '0123456789abcdef',
};

const signingToken = `whsec_${Buffer.alloc(32).toString('base64')}`;

describe('readEnvironment', () => {
  it('needs four secrets and has a default for everything else', () => {
    const { values, secrets, problems } = readEnvironment(required);

    expect(problems).toEqual([]);
    expect(secrets).toEqual(['xoxb-1', 'signing', 'glpat-1', '0123456789abcdef']);
    expect(values).toMatchObject({
      slackApiUrl: 'https://slack.com/api/',
      commandPrefix: '',
      gitlabUrl: 'https://gitlab.com',
      database: { kind: 'sqlite', path: 'chatops.db' },
      configPath: 'chatops.yml',
      host: '0.0.0.0',
      port: 3000,
      logLevel: 'info',
    });
  });

  it('names every missing variable at once, an empty one included, each with a mend', () => {
    const { problems } = readEnvironment({ SLACK_BOT_TOKEN: ' ' });

    expect(problems.map(({ setting, problem }) => [setting, problem])).toEqual([
      ['SLACK_BOT_TOKEN', 'is not set'],
      ['SLACK_SIGNING_SECRET', 'is not set, and neither is SLACK_APP_TOKEN'],
      ['GITLAB_TOKEN', 'is not set'],
      ['GITLAB_WEBHOOK_SECRET', 'is not set, and neither is GITLAB_WEBHOOK_SIGNING_TOKEN'],
    ]);
    expect(problems.every(({ mend }) => mend.length > 10)).toBe(true);
  });

  it.each([
    ['SLACK_SIGNING_SECRET', 'SLACK_APP_TOKEN', 'xapp-1'],
    ['GITLAB_WEBHOOK_SECRET', 'GITLAB_WEBHOOK_SIGNING_TOKEN', signingToken],
  ])('does without %s where %s is set', (absent, present, value) => {
    const { problems } = readEnvironment({ ...required, [absent]: '', [present]: value });

    expect(problems).toEqual([]);
  });

  it('wants all of account linking or nothing of it', () => {
    const key = Buffer.alloc(32).toString('base64');
    const all = {
      ...required,
      GITLAB_OAUTH_CLIENT_ID: 'id',
      GITLAB_OAUTH_CLIENT_SECRET: 'oauth-secret',
      ENCRYPTION_KEY: `${key}, ${key.replace('AA', 'BB')}`,
      PUBLIC_URL: 'https://chatops.example.com',
    };
    const { values, secrets, problems } = readEnvironment(all);

    expect(problems).toEqual([]);
    expect(values.encryptionKeys).toEqual([key, key.replace('AA', 'BB')]);
    expect(secrets).toEqual(expect.arrayContaining(['oauth-secret', key, key.replace('AA', 'BB')]));
    expect(readEnvironment({ ...required, GITLAB_OAUTH_CLIENT_ID: 'id' }).problems).toMatchObject([
      { setting: 'GITLAB_OAUTH_CLIENT_SECRET', problem: 'is not set, and GITLAB_OAUTH_CLIENT_ID needs it' },
      { setting: 'ENCRYPTION_KEY', problem: 'is not set, and GITLAB_OAUTH_CLIENT_ID needs it' },
      { setting: 'PUBLIC_URL', problem: 'is not set, and GITLAB_OAUTH_CLIENT_ID needs it' },
    ]);
    expect(readEnvironment({ ...required, GITLAB_OAUTH_CLIENT_SECRET: 's' }).problems).toMatchObject([
      { setting: 'GITLAB_OAUTH_CLIENT_ID' },
    ]);
    expect(readEnvironment({ ...all, ENCRYPTION_KEY: `${key},c2hvcnQ=` }).problems).toMatchObject([
      { setting: 'ENCRYPTION_KEY', problem: 'key 2 of 2 is not 32 bytes in base64' },
    ]);
  });

  it('reads several signing tokens, each of them a secret', () => {
    const other = signingToken.replace('AA', 'BB');
    const { values, secrets } = readEnvironment({
      ...required,
      GITLAB_WEBHOOK_SIGNING_TOKEN: `${signingToken}, ${other}`,
    });

    expect(values.gitlabSigningTokens).toEqual([signingToken, other]);
    expect(secrets).toEqual(expect.arrayContaining([signingToken, other]));
  });

  it('tells of each malformed signing token, and never shows one', () => {
    const { problems } = readEnvironment({
      ...required,
      GITLAB_WEBHOOK_SIGNING_TOKEN: `hidden,${signingToken},whsec_hidden,`,
    });

    expect(problems.map(({ problem }) => problem)).toEqual([
      'token 1 of 4 is not a signing token (those start with whsec_)',
      'token 3 of 4 does not hold 32 bytes in base64 after whsec_',
      'token 4 of 4 is empty',
    ]);
    expect(JSON.stringify(problems)).not.toContain('hidden');
    expect(problems.every(({ mend }) => mend.length > 10)).toBe(true);
  });

  it('forgives what pasting leaves around a value', () => {
    const { values } = readEnvironment({
      ...required,
      GITLAB_TOKEN: ' glpat-1\n',
      GITLAB_URL: 'https://git.acme.example/x//',
    });

    expect(values).toMatchObject({ gitlabToken: 'glpat-1', gitlabUrl: 'https://git.acme.example/x' });
  });

  it.each([
    ['SLACK_BOT_TOKEN', 'xapp-1', 'is not a bot token'],
    ['SLACK_SIGNING_SECRET', 'xoxb-1', 'is a token, not the signing secret'],
    ['SLACK_APP_TOKEN', 'xoxb-1', 'is not an app-level token'],
    ['SLACK_API_URL', 'slack.com', 'is not a web address'],
    ['SLACK_COMMAND_PREFIX', '/gl-', 'is not a prefix'],
    ['GITLAB_URL', 'gitlab.example.com', 'is not a web address'],
    ['GITLAB_URL', 'https://gitlab.example.com/api/v4', 'points at the API'],
    ['GITLAB_URL', 'https://ann:pw@gitlab.example.com', 'contains a user name or password'],
    ['GITLAB_TOKEN', 'glpat 1', 'contains a space'],
    ['GITLAB_WEBHOOK_SECRET', 'short', 'is shorter than 16'],
    ['GITLAB_WEBHOOK_SIGNING_TOKEN', '0123456789abcdef', 'is not a signing token'],
    ['GITLAB_WEBHOOK_SIGNING_TOKEN', 'whsec_short', 'does not hold 32 bytes'],
    ['DATABASE_URL', 'postgres://ann:pw@db', 'does not name a Postgres database'],
    ['DATABASE_URL', 'postgres:', 'does not name a Postgres database'],
    ['DATABASE_URL', 'mysql://db', 'names neither a SQLite file nor a Postgres database'],
    ['DATABASE_URL', 'sqlite:', 'names neither a SQLite file nor a Postgres database'],
    ['PORT', '70000', 'is not a port number'],
    ['PORT', 'http', 'is not a port number'],
    ['LOG_LEVEL', 'loud', 'is not a log level'],
  ])('refuses %s=%s', (name, value, problem) => {
    const { problems } = readEnvironment({ ...required, [name]: value });

    expect(problems).toEqual([{ setting: name, problem: expect.stringContaining(problem), mend: expect.any(String) }]);
  });

  it('shows a wrong value, but never one that is or may hold a secret', () => {
    const wrong = {
      SLACK_BOT_TOKEN: 'xoxp-hidden',
      GITLAB_TOKEN: 'hidden hidden',
      GITLAB_WEBHOOK_SECRET: 'hidden',
      GITLAB_URL: 'https://ann:hidden@gitlab.example.com',
      DATABASE_URL: 'postgres://ann:hidden@db',
      PORT: 'eighty',
    };

    const told = JSON.stringify(readEnvironment({ ...required, ...wrong }).problems);

    expect(told).toContain('(it is `eighty`)');
    expect(told).not.toContain('hidden');
  });

  it.each([
    ['sqlite:chatops.db', 'chatops.db'],
    ['sqlite:/data/chatops.db', '/data/chatops.db'],
    ['sqlite:///data/chatops.db', '/data/chatops.db'],
    ['sqlite::memory:', ':memory:'],
  ])('reads %s as a file', (url, file) => {
    expect(readEnvironment({ ...required, DATABASE_URL: url }).values.database).toEqual({ kind: 'sqlite', path: file });
  });

  it.each(['postgres://ann:p%40ss@db:5432/chatops?sslmode=verify-full', 'postgresql://ann:p%40ss@db/chatops'])(
    'reads %s as a Postgres database, whose password is a secret',
    (url) => {
      const { values, secrets } = readEnvironment({ ...required, DATABASE_URL: url });

      expect(values.database).toEqual({ kind: 'postgres', url });
      expect(secrets).toEqual(expect.arrayContaining(['p%40ss', 'p@ss']));
    },
  );
});
