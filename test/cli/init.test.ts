import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { questions } from '../../src/cli/init/answers.ts';
import type { Asker } from '../../src/cli/init/ask.ts';
import { initHelp } from '../../src/cli/init/help.ts';
import { runInit } from '../../src/cli/init.ts';
import { loadConfig, readTextFile } from '../../src/config/load.ts';
import { deriveProjectToken } from '../../src/gitlab/verify-delivery.ts';
import type { GitLabServer } from '../../src/sandbox/gitlab-server/server.ts';
import { requiredScopes } from '../../src/slack/scopes.ts';
import { createProgram } from '../../src/wire.ts';
import { until } from '../support/until.ts';
import { type StandIns, startStandIns } from './setup.ts';

const secret = 'a-secret-that-nobody-can-guess-0123';
const bot = 'https://chatops.acme.test';

function flagsFor({ gitlab, slack }: StandIns, change: Readonly<Record<string, string>> = {}): readonly string[] {
  const flags = {
    'gitlab-url': gitlab.url,
    'gitlab-token': gitlab.token,
    project: 'acme/production-app',
    'slack-token': slack.botToken,
    'signing-secret': slack.signingSecret,
    channel: '#deploys',
    url: bot,
    ...change,
  };
  return Object.entries(flags).flatMap(([name, value]) => (value === '' ? [] : [`--${name}`, value]));
}

interface Run {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly asker?: Asker;
}

/** Runs `chatops init` in the folder of the test; resolves to what it printed. */
async function init(standIns: StandIns, { args, env = {}, asker }: Run = {}): Promise<string> {
  const lines: string[] = [];
  await runInit({
    args: args ?? flagsFor(standIns),
    env: { SLACK_API_URL: `${standIns.slack.url}/api/`, ...env },
    cwd: standIns.folder,
    asker,
    print: (line) => void lines.push(line),
    now: () => new Date(),
    newSecret: () => secret,
  });
  return lines.join('\n');
}

/** A person who answers each question, by a part of it, with the next of the answers given for it. */
function personWho(answers: Readonly<Record<string, readonly string[]>>): Asker & { readonly secrets: string[] } {
  const left = new Map(Object.entries(answers).map(([part, list]) => [part, [...list]]));
  const secrets: string[] = [];
  const answer = (question: string): string => {
    const found = [...left].find(([part]) => question.includes(part));
    const next = found?.[1].shift();
    if (next === undefined) throw new Error(`nobody knows what to say to: ${question}`);
    return next;
  };
  return {
    secrets,
    ask: async (question, { secret: isSecret = false } = {}) => {
      if (isSecret) secrets.push(question);
      return answer(question);
    },
    confirm: async (question) => answer(question) === 'y',
    close: () => undefined,
  };
}

function file({ folder }: StandIns, name: string): string {
  return readFileSync(path.join(folder, name), 'utf8');
}

function putFile({ folder }: StandIns, name: string, text: string): void {
  writeFileSync(path.join(folder, name), text);
}

function hookWrites({ gitlab }: StandIns): GitLabServer['requests'] {
  return gitlab.requests.filter(({ method, path: at }) => method !== 'GET' && at.includes('/hooks'));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

describe('chatops init', () => {
  it('ends in files with which the bot starts, takes webhooks and writes to the channel', async () => {
    const standIns = await startStandIns();
    const { gitlab, slack, folder } = standIns;
    const port = await freePort();
    const printed = await init(standIns, { args: flagsFor(standIns, { url: `http://127.0.0.1:${port}` }) });

    const env = parseEnv(file(standIns, '.env'));
    const process = { HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'error' };
    const config = loadConfig({ env: { ...env, ...process }, readFile: readTextFile, cwd: folder });
    const program = createProgram({ config, onFatal: (error) => expect.fail(error.message) });
    onTestFinished(() => program.stop());
    await program.start();
    await gitlab.pushTag('v1.4.0');
    await gitlab.settle();
    await gitlab.deliverWebhooks();

    expect(gitlab.webhooks.length).toBeGreaterThan(5);
    expect(gitlab.webhooks.map(({ result }) => result)).toEqual(
      gitlab.webhooks.map(() => ({ kind: 'answered', status: 200 })),
    );
    await until('a thread in #deploys', () => slack.messages('C0DEPLOYS')[0]);
    expect(printed.split('\n').slice(-2)).toEqual([
      expect.stringContaining('npm start'),
      expect.stringContaining('chatops doctor'),
    ]);
  });

  it('gives the webhook the secret of this project alone, and every event that the bot follows', async () => {
    const standIns = await startStandIns();

    await init(standIns);

    expect(hookWrites(standIns)).toMatchObject([
      {
        method: 'POST',
        body: {
          url: `${bot}/gitlab/webhook`,
          token: deriveProjectToken(secret, 42),
          pipeline_events: true,
          job_events: true,
          deployment_events: true,
          tag_push_events: true,
          releases_events: true,
          push_events: false,
        },
      },
    ]);
    expect(parseEnv(file(standIns, '.env'))['GITLAB_WEBHOOK_SECRET']).toBe(secret);
  });

  it('writes secrets where only their owner can read them, and prints none', async () => {
    const standIns = await startStandIns();

    const printed = await init(standIns);

    expect(statSync(path.join(standIns.folder, '.env')).mode & 0o777).toBe(0o600);
    for (const hidden of [secret, standIns.gitlab.token, standIns.slack.botToken, standIns.slack.signingSecret]) {
      expect(printed).not.toContain(hidden);
    }
    expect(readdirSync(standIns.folder).toSorted()).toEqual(['.env', 'chatops.yml']);
  });

  it('done again mends the webhook with the same secret, and changes no file', async () => {
    const standIns = await startStandIns();
    await init(standIns);
    const before = [file(standIns, '.env'), file(standIns, 'chatops.yml')];

    const printed = await init(standIns, { env: parseEnv(before[0] ?? '') as Record<string, string> });

    expect([file(standIns, '.env'), file(standIns, 'chatops.yml')]).toEqual(before);
    expect(hookWrites(standIns)).toMatchObject([
      { method: 'POST' },
      {
        method: 'PUT',
        body: { url: `${bot}/gitlab/webhook`, token: deriveProjectToken(secret, 42), job_events: true },
      },
    ]);
    expect(printed).toContain('Mended the webhook');
  });

  it('says how a webhook that GitLab has switched off is switched on again', async () => {
    const standIns = await startStandIns();
    const { gitlab } = standIns;
    gitlab.settings.disablesHooks = true;
    gitlab.setWebhook('http://127.0.0.1:9/gitlab/webhook', 'x');
    for (const tag of ['v9.0.1', 'v9.0.2', 'v9.0.3', 'v9.0.4']) await gitlab.createTag(tag);
    await gitlab.deliverWebhooks();

    const printed = await init(standIns, { args: flagsFor(standIns, { url: 'http://127.0.0.1:9' }) });

    expect(printed).toContain('press Test > Pipeline events');
  });

  it('leaves a webhook that leads elsewhere alone, and names it', async () => {
    const standIns = await startStandIns();
    standIns.gitlab.setWebhook('https://old.acme.test/gitlab/webhook', 'x');

    const printed = await init(standIns);

    expect(hookWrites(standIns)).toMatchObject([{ method: 'POST' }]);
    expect(printed).toContain('Another webhook leads to https://old.acme.test/gitlab/webhook');
  });

  it('makes the webhook of the group when told to, for all of its projects', async () => {
    const standIns = await startStandIns({ gitlab: { tier: 'premium' } });
    standIns.gitlab.setGroupMember('chatops', 50);

    const printed = await init(standIns, { args: [...flagsFor(standIns), '--group-hook'] });

    expect(printed).toContain(`Made the webhook of the group acme: ${bot}/gitlab/webhook.`);
    expect(hookWrites(standIns)).toMatchObject([
      { method: 'POST', path: '/api/v4/groups/acme/hooks', body: { token: secret, pipeline_events: true } },
    ]);
  });

  it('mends the webhook that the group has, and warns of one of the project’s own beside it', async () => {
    const standIns = await startStandIns({ gitlab: { tier: 'premium' } });
    const { gitlab } = standIns;
    await init(standIns);
    gitlab.setGroupMember('chatops', 50);
    gitlab.addGroupWebhook(`${bot}/gitlab/webhook`, 'an-old-secret');

    const printed = await init(standIns, { args: [...flagsFor(standIns), '--yes'] });

    expect(printed).toContain('Mended the webhook of the group acme');
    expect(printed).toContain(
      'acme/production-app has one of its own beside that of the group acme: all is sent twice.',
    );
    expect(hookWrites(standIns).at(-1)).toMatchObject({ method: 'PUT', body: { token: secret } });
  });

  it('writes nothing where the group shows no webhooks to the token', async () => {
    const standIns = await startStandIns();

    await expect(init(standIns, { args: [...flagsFor(standIns), '--group-hook'] })).rejects.toMatchObject({
      message: expect.stringMatching(/group acme has no webhooks/),
      hint: expect.stringMatching(/Premium.*Owner/),
    });
    expect(readdirSync(standIns.folder)).toEqual([]);
    expect(hookWrites(standIns)).toEqual([]);
  });

  it('adds the signing token where the bot asks for signatures', async () => {
    const standIns = await startStandIns();
    const signing = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

    await init(standIns, { env: { GITLAB_WEBHOOK_SIGNING_TOKEN: signing } });

    expect(hookWrites(standIns)).toMatchObject([{ body: { signing_token: signing } }]);
  });

  it('needs no address in Socket Mode: GitLab is polled', async () => {
    const standIns = await startStandIns();
    const args = [...flagsFor(standIns, { url: '', 'signing-secret': '' }), '--app-token', standIns.slack.appToken];

    await init(standIns, { args });

    expect(parseEnv(file(standIns, '.env'))).toMatchObject({ SLACK_APP_TOKEN: standIns.slack.appToken });
    expect(file(standIns, 'chatops.yml')).toContain('events: poll');
    expect(hookWrites(standIns)).toEqual([]);
  });
});

describe('chatops init, beside files that are there', () => {
  it('keeps what it does not know', async () => {
    const standIns = await startStandIns();
    putFile(standIns, '.env', '# ours\nexport OTHER="a b"\nLOG_LEVEL=debug\nGITLAB_TOKEN=\n');

    await init(standIns);

    expect(file(standIns, '.env')).toMatch(/^# ours\nexport OTHER="a b"\nLOG_LEVEL=debug\nGITLAB_TOKEN=glpat/);
  });

  it('overwrites nothing without being told to', async () => {
    const standIns = await startStandIns();
    putFile(standIns, '.env', 'GITLAB_TOKEN=another\n');

    await expect(init(standIns)).rejects.toMatchObject({
      message: expect.stringContaining('GITLAB_TOKEN'),
      hint: expect.stringContaining('--yes'),
    });
    expect(file(standIns, '.env')).toBe('GITLAB_TOKEN=another\n');
    expect(hookWrites(standIns)).toEqual([]);

    await init(standIns, { args: [...flagsFor(standIns), '--yes'] });
    expect(parseEnv(file(standIns, '.env'))['GITLAB_TOKEN']).toBe(standIns.gitlab.token);
  });

  it('asks the person at the terminal before it overwrites', async () => {
    const standIns = await startStandIns();
    putFile(standIns, '.env', 'GITLAB_TOKEN=another\n');

    await expect(init(standIns, { asker: personWho({ 'Go on?': ['n'] }) })).rejects.toThrow('Nothing was written');
    await init(standIns, { asker: personWho({ 'Go on?': ['y'] }) });

    expect(parseEnv(file(standIns, '.env'))['GITLAB_TOKEN']).toBe(standIns.gitlab.token);
  });

  it('adds the project to chatops.yml, comments and all', async () => {
    const standIns = await startStandIns();
    putFile(
      standIns,
      'chatops.yml',
      '# hands off\nprojects:\n  - project: acme/other # first\n    channels: [{ id: C0OPS }]\n',
    );

    await init(standIns, { args: [...flagsFor(standIns), '--yes'] });

    const text = file(standIns, 'chatops.yml');
    expect(text).toContain('# hands off');
    expect(text).toContain('# first');
    expect(text).toContain('acme/production-app');
  });

  it('adds the channel to a project that is there', async () => {
    const standIns = await startStandIns();
    putFile(standIns, 'chatops.yml', 'projects:\n  - project: acme/production-app\n    channels: [{ id: C0OPS }]\n');

    await init(standIns, { args: [...flagsFor(standIns), '--yes'] });

    expect(file(standIns, 'chatops.yml').match(/project:/g)).toHaveLength(1);
    expect(file(standIns, 'chatops.yml')).toMatch(/C0OPS[\s\S]*C0DEPLOYS/);
  });

  it('touches no chatops.yml that it cannot read', async () => {
    const standIns = await startStandIns();
    putFile(standIns, 'chatops.yml', 'projcts: []\n');

    await expect(init(standIns)).rejects.toMatchObject({ code: 'config' });
    expect(existsSync(path.join(standIns.folder, '.env'))).toBe(false);
  });
});

/** What came of a run that was to fail, on the terminal, in the folder and in GitLab. */
async function attempt(standIns: StandIns, run: Run): Promise<unknown> {
  const failure: unknown = await init(standIns, run).catch((error: unknown) => error);
  return { failure, files: readdirSync(standIns.folder), hooks: hookWrites(standIns) };
}

/** Nothing was done, and it is said why and what to do. */
function refusedWith(words: RegExp): unknown {
  const failure = { message: expect.stringMatching(words), hint: expect.stringMatching(/\w{4}/) };
  return { failure: expect.objectContaining(failure), files: [], hooks: [] };
}

describe('chatops init, what it refuses', () => {
  it('names everything that is missing at once where nobody can be asked', async () => {
    const standIns = await startStandIns();
    const missing = /--gitlab-token, --project, --slack-token, --signing-secret, --channel, --url/;

    expect(await attempt(standIns, { args: [] })).toEqual(refusedWith(missing));
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['an address where nothing answers', { 'gitlab-url': 'http://127.0.0.1:9' }, /could not be reached/],
    ['an address that is none', { 'gitlab-url': 'gitlab' }, /GITLAB_URL is not a web address/],
    ['a GitLab token that is refused', { 'gitlab-token': 'glpat-wrong' }, /401/],
    ['a project that is not there', { project: 'acme/nowhere' }, /no project acme\/nowhere/],
    ['a Slack token of another kind', { 'slack-token': 'xoxp-1' }, /SLACK_BOT_TOKEN is not a bot token/],
    ['a Slack token that is refused', { 'slack-token': 'xoxb-wrong' }, /invalid_auth/],
    ['a token in the place of the signing secret', { 'signing-secret': 'xoxb-1' }, /SLACK_SIGNING_SECRET/],
    ['an app-level token that is refused', { 'signing-secret': 'xapp-wrong' }, /refuses this app-level token/],
    ['a channel that is not there', { channel: '#nowhere' }, /no channel #nowhere/],
    ['a channel id that is not there', { channel: 'C0NOWHERE' }, /no channel C0NOWHERE/],
    ['a channel without the bot', { channel: 'random' }, /not in #random/],
    ['an address of the bot that is none', { url: 'chatops' }, /not a web address/],
  ])('%s', async (_name, change, words) => {
    const standIns = await startStandIns();

    expect(await attempt(standIns, { args: flagsFor(standIns, change) })).toEqual(refusedWith(words));
  });

  it('a token that cannot start deployments', async () => {
    const standIns = await startStandIns();
    standIns.gitlab.setToken('chatops', { scopes: ['read_api'] });

    expect(await attempt(standIns, {})).toEqual(refusedWith(/scope read_api/));
  });

  it('a role that may not set up the webhook', async () => {
    const standIns = await startStandIns();
    standIns.gitlab.setMember('chatops', 30);

    expect(await attempt(standIns, {})).toEqual(refusedWith(/not Maintainer/));
  });

  it('an archived project', async () => {
    const standIns = await startStandIns();
    standIns.gitlab.settings.archived = true;

    expect(await attempt(standIns, {})).toEqual(refusedWith(/archived/));
  });

  it('a Slack app without all scopes', async () => {
    const standIns = await startStandIns({ slack: { scopes: requiredScopes.filter((scope) => scope !== 'commands') } });

    expect(await attempt(standIns, {})).toEqual(refusedWith(/scopes commands/));
  });

  it('a flag that there is not', async () => {
    const standIns = await startStandIns();

    expect(await attempt(standIns, { args: ['--gitlab', 'x'] })).toEqual(refusedWith(/--gitlab/));
  });

  it('to call the work done when only the webhook failed, and says how to go on', async () => {
    const standIns = await startStandIns();
    standIns.gitlab.faults.status({ method: 'POST', path: '/hooks' }, 403);

    await expect(init(standIns)).rejects.toMatchObject({
      message: expect.stringContaining('The files are written, but the webhook'),
      hint: expect.stringContaining('chatops init'),
    });
  });
});

describe('chatops init, at a terminal', () => {
  it('asks for what is missing, again after a check that failed, and hides what is secret', async () => {
    const standIns = await startStandIns();
    const { gitlab, slack } = standIns;
    const asker = personWho({
      'Address of your GitLab': [gitlab.url],
      'access token': ['glpat-wrong', gitlab.token],
      'GitLab project': ['nowhere', `${gitlab.url}/acme/production-app/-/pipelines`],
      'Bot User OAuth Token': [slack.botToken],
      'Signing Secret': [slack.signingSecret],
      'Slack channel': ['#random', 'C0DEPLOYS'],
      'reach the bot': [`${bot}/gitlab/webhook`],
    });

    const printed = await init(standIns, { args: [], asker });

    expect(asker.secrets).toHaveLength(4);
    expect(printed).toContain('/invite @chatops');
    expect(hookWrites(standIns)).toMatchObject([{ body: { url: `${bot}/gitlab/webhook` } }]);
    expect(parseEnv(file(standIns, '.env'))['PUBLIC_URL']).toBe(bot);
  });

  it('asks again for a setting that does not work', async () => {
    const standIns = await startStandIns();
    const asker = personWho({ 'Slack channel': ['#deploys'] });

    const printed = await init(standIns, { args: flagsFor(standIns, { channel: '#nowhere' }), asker });

    expect(printed).toContain('What --channel or the settings say does not work');
    expect(file(standIns, 'chatops.yml')).toContain('C0DEPLOYS');
  });
});

describe('chatops init --help', () => {
  it('explains each flag that there is', () => {
    const flags = [...Object.keys(questions), 'app-token', 'group-hook', 'yes'];

    expect(initHelp().match(/^ {2}--[\w-]+/gm)).toEqual(flags.map((flag) => `  --${flag}`));
  });
});
