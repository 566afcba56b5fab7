import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Settings } from '../../src/app/ports.ts';
import { smallestFile } from '../../src/config/file.ts';
import { type Config, loadConfig, processEnvironment, readTextFile } from '../../src/config/load.ts';
import { ConfigError } from '../../src/domain/errors.ts';

const env = {
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_SIGNING_SECRET: 'signing',
  GITLAB_TOKEN: 'glpat-1',
  GITLAB_WEBHOOK_SECRET: '0123456789abcdef',
};

function load(overrides: Partial<Parameters<typeof loadConfig>[0]> = {}): Config {
  return loadConfig({ env, readFile: () => smallestFile, cwd: '/srv/chatops', ...overrides });
}

function errorOf(work: () => unknown): ConfigError {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('loadConfig', () => {
  it('gives what the use cases need', () => {
    const { file, settings } = load();

    const { commandPrefix, gitlabUrl } = settings;
    const freezes = { at: () => undefined, problem: () => undefined };
    const forUseCases: Settings = { ...file, commandPrefix, gitlabUrl, freezes };

    expect(forUseCases.projects.map((project) => project.path)).toEqual(['acme/production-app']);
  });

  it('takes relative paths from the working directory', () => {
    const asked: string[] = [];
    const readFile = (file: string): string => {
      asked.push(file);
      return smallestFile;
    };

    const { settings } = load({ readFile, env: { ...env, CHATOPS_CONFIG: 'etc/bot.yml' } });

    expect(asked).toEqual(['/srv/chatops/etc/bot.yml']);
    expect(settings.configPath).toBe('/srv/chatops/etc/bot.yml');
    expect(settings.database).toEqual({ kind: 'sqlite', path: '/srv/chatops/chatops.db' });
  });

  it.each([
    ['sqlite:/data/chatops.db', { kind: 'sqlite', path: '/data/chatops.db' }],
    ['sqlite::memory:', { kind: 'sqlite', path: ':memory:' }],
    ['postgres://db/chatops', { kind: 'postgres', url: 'postgres://db/chatops' }],
  ])('leaves the database %s where it is', (url, database) => {
    expect(load({ env: { ...env, DATABASE_URL: url } }).settings.database).toEqual(database);
  });

  it('has a hash that follows the text of the file', () => {
    const changed = load({ readFile: () => `${smallestFile}\n# more` });

    expect(load().hash).toMatch(/^[0-9a-f]{64}$/);
    expect(load().hash).toBe(load().hash);
    expect(changed.hash).not.toBe(load().hash);
  });

  it('tells the problems of environment and file together, one a line', () => {
    const error = errorOf(() => load({ env: { ...env, PORT: 'x', GITLAB_TOKEN: '' }, readFile: () => 'projects: []' }));

    expect(error.problems.map(({ setting }) => setting)).toEqual(['GITLAB_TOKEN', 'PORT', 'projects']);
    expect(error.message.split('\n')).toHaveLength(3);
  });

  describe('the secret of webhooks', () => {
    const polled = `${smallestFile}\n    events: poll`;
    const { GITLAB_WEBHOOK_SECRET: _, ...without } = env;

    it('is not needed where every project is only polled', () => {
      expect(load({ env: without, readFile: () => polled }).settings.gitlabWebhookSecret).toBeUndefined();
    });

    it('is needed where one project takes webhooks', () => {
      const more = `${polled}\n  - project: acme/other\n    channels: [{ id: C0OTHER }]`;

      expect(errorOf(() => load({ env: without, readFile: () => more })).problems).toMatchObject([
        { setting: 'GITLAB_WEBHOOK_SECRET' },
      ]);
    });

    it('must be a good one all the same where it is set', () => {
      const error = errorOf(() => load({ env: { ...env, GITLAB_WEBHOOK_SECRET: 'short' }, readFile: () => polled }));

      expect(error.problems).toMatchObject([{ setting: 'GITLAB_WEBHOOK_SECRET' }]);
    });

    it('keeps a file from being read again that needs it and finds none', () => {
      let text = polled;
      const { source } = load({ env: without, readFile: () => text });
      text = smallestFile;

      expect(errorOf(() => source.read()).problems).toMatchObject([{ setting: 'GITLAB_WEBHOOK_SECRET' }]);
    });
  });

  describe('notify_email', () => {
    const mailing = `${smallestFile}\n    environments: { production: { notify_email: [ops@example.com] } }`;
    const told = {
      setting: 'projects[0].environments.production.notify_email',
      problem: 'cannot be used without `SMTP_URL` (chatops.yml line 4)',
      mend: 'Set SMTP_URL to your mail server, or remove it',
    };
    const mailServer = { SMTP_URL: 'smtps://bot%40example.com:p%40ss@mail.example.com' };

    it('needs a mail server', () => {
      expect(errorOf(() => load({ readFile: () => mailing })).problems).toEqual([told]);
      expect(load({ env: { ...env, ...mailServer }, readFile: () => mailing }).file.needsMail).toBeDefined();
    });

    it('is found in defaults too', () => {
      const defaults = `${smallestFile}\ndefaults: { environments: { production: { notify_email: [ops@example.com] } } }`;

      expect(errorOf(() => load({ readFile: () => defaults })).problems).toMatchObject([
        { setting: 'defaults.environments.production.notify_email' },
      ]);
    });

    it('keeps a file from being read again where there is none', () => {
      let text = smallestFile;
      const { source } = load({ readFile: () => text });
      text = mailing;

      expect(errorOf(() => source.read()).problems).toEqual([told]);
    });
  });

  it('reads the file again as it stands there', () => {
    let text = smallestFile;
    const { source, hash } = load({ readFile: () => text });
    expect(source.fingerprint()).toBe(hash);
    text = smallestFile.replace('production-app', 'other');

    expect(source.fingerprint()).toBe(source.read().hash);
    expect(source.read().file.projects.map(({ path }) => path)).toEqual(['acme/other']);
  });

  it('says what to create when there is no file', () => {
    const absent = path.join(tmpdir(), 'no-such-folder', 'chatops.yml');

    const error = errorOf(() => load({ readFile: () => readTextFile(absent) }));

    expect(error.problems[0]).toMatchObject({
      setting: 'CHATOPS_CONFIG',
      problem: 'there is no /srv/chatops/chatops.yml',
    });
    expect(error.message).toContain(smallestFile);
  });

  it('says that a file cannot be read', () => {
    const error = errorOf(() => load({ readFile: () => readTextFile(tmpdir()) }));

    expect(error.problems).toMatchObject([{ problem: expect.stringContaining('cannot be read (EISDIR)') }]);
  });
});

describe('processEnvironment', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'chatops-'));
  const names = ['CHATOPS_TEST_FROM_FILE', 'CHATOPS_TEST_REAL'];

  afterEach(() => {
    for (const name of names) delete process.env[name];
    rmSync(folder, { recursive: true, force: true });
  });

  it('adds what .env says, and lets real variables win', () => {
    process.env['CHATOPS_TEST_REAL'] = 'real';
    writeFileSync(path.join(folder, '.env'), 'CHATOPS_TEST_FROM_FILE=file\nCHATOPS_TEST_REAL=file\n');

    const read = processEnvironment(folder);

    expect(names.map((name) => read[name])).toEqual(['file', 'real']);
  });

  it('does without a .env file', () => {
    expect(processEnvironment(path.join(folder, 'no-such-folder'))['PATH']).toBe(process.env['PATH']);
  });
});
