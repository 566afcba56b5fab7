import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createGitLabServer, type GitLabServer } from '../../src/sandbox/gitlab-server/server.ts';
import { createSlackServer, type SlackServer } from '../../src/sandbox/slack-server/server.ts';
import { root } from '../contract/repository.ts';
import { words } from '../support/flow.ts';
import { Manifest } from '../support/slack-manifest.ts';
import { until } from '../support/until.ts';

let gitlab: GitLabServer;
let slack: SlackServer;
let folder: string;
let bot: ChildProcess | undefined;
let output = '';

/** An empty folder, a GitLab, and a Slack that has installed the app from the manifest which we print. */
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'chatops-newcomer-'));
  const { oauth_config: granted } = Manifest.parse(parse(await chatops('manifest')));
  gitlab = createGitLabServer();
  slack = createSlackServer({ rateLimits: false, scopes: granted.scopes.bot });
  await Promise.all([gitlab.start(), slack.start()]);
});

afterEach(async () => {
  if (bot?.exitCode === null) {
    bot.kill('SIGKILL');
    await once(bot, 'exit');
  }
  await Promise.all([gitlab.stop(), slack.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

/** Nothing of the machine's own settings gets in: what is needed is in the files of the folder, or given here. */
const env = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOST: '127.0.0.1',
  ...(slack ? { SLACK_API_URL: `${slack.url}/api/` } : {}),
});

/** Runs `npx chatops …` as one does in a terminal; resolves to what it printed. */
async function chatops(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [path.join(root, 'src/cli/main.ts'), ...args], {
    cwd: folder,
    env: env(),
  });
  return stdout;
}

/** `npm start`; resolves once it says that it is ready. */
async function start(port: number): Promise<void> {
  const child = spawn(process.execPath, [path.join(root, 'src/main.ts')], {
    cwd: folder,
    env: { ...env(), PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  bot = child;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await until(
    () => `a bot that is ready: ${output}`,
    () => output.includes('"msg":"ready"'),
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

describe('a newcomer who follows the README', () => {
  it('gets from nothing to the first thread, and `doctor` finds nothing wrong', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    slack.setRequestUrl(`${url}/slack/events`);

    const flags = {
      '--gitlab-url': gitlab.url,
      '--gitlab-token': gitlab.token,
      '--project': 'acme/production-app',
      '--slack-token': slack.botToken,
      '--signing-secret': slack.signingSecret,
      '--channel': '#deploys',
      '--url': url,
    };
    await chatops('init', ...Object.entries(flags).flat());
    expect(readdirSync(folder).toSorted()).toEqual(['.env', 'chatops.yml']);
    await start(port);
    const { id } = await gitlab.pushTag('v1.4.0');
    await gitlab.settle(id);

    const thread = await until('the thread of v1.4.0', () =>
      slack.messages('C0DEPLOYS').find((message) => words(message).includes('v1.4.0 · waiting for a person')),
    );
    await until('a reply with the gate', () => slack.thread('C0DEPLOYS', thread.ts)[1]);
    expect(gitlab.webhooks.map(({ result }) => result)).toContainEqual({ kind: 'answered', status: 200 });
    await slack.command({ user: 'U0ANN', channel: 'C0DEPLOYS', command: '/chatops', text: 'help' });
    const help = await until('the help', () => slack.ephemerals('U0ANN')[0]);
    expect(words(help)).toContain('/deploy');
    expect(await chatops('doctor')).toContain('0 problems, 0 warnings.');
  });
});
