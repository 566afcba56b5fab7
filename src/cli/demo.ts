import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { commands } from '../../commands/index.ts';
import { loadConfig, readTextFile } from '../config/load.ts';
import { commandLine } from '../domain/command-line.ts';
import { createGitLabServer, type GitLabServer } from '../sandbox/gitlab-server/server.ts';
import { adaptGitLab } from '../sandbox/page/gitlab-adapter.ts';
import { createPage, type Page } from '../sandbox/page/server.ts';
import type { ServiceSide } from '../sandbox/page/service-side.ts';
import { createServiceServer, type ServiceServer } from '../sandbox/service-server/server.ts';
import { failingBy, serviceSwitches, watchedByBot } from '../sandbox/service-server/switches.ts';
import { createSlackServer, type SlackServer } from '../sandbox/slack-server/server.ts';
import { createProgram } from '../wire.ts';
import { createDemoBot } from './demo/bot.ts';
import { addSecondProject, secondProject } from './demo/second-project.ts';
import {
  areJobsRunning,
  createDemoRules,
  createDemoTime,
  type DemoRules,
  type DemoTime,
  miaSwitch,
  runnersSwitch,
} from './demo/switches.ts';

/** What a command of the CLI leaves running. */
export interface Running {
  stop(): Promise<void>;
}

/** The demo as it runs, with both stand-ins for who wants to do more than the page offers. */
export interface Demo extends Running {
  /** The page to open. */
  readonly url: string;
  readonly gitlab: GitLabServer;
  readonly slack: SlackServer;
}

/** A job of the stand-in takes this long: quick enough to watch, slow enough to follow. */
const watchableJobMs = 1_200;

const webhookSecret = 'sandbox-webhook-secret';

/** The settings file of the demo: its people, one channel, the sample project. */
const settingsFile = 'examples/production-app/chatops.yml';

/**
 * Starts the real bot against two stand-ins on loopback and prints the one address to open. Nothing is kept: the store
 * is in a temporary folder, and the stand-ins forget when they end.
 */
export async function startDemo(print: (line: string) => void, jobMs = watchableJobMs): Promise<Demo> {
  const port = await freePort();
  const botUrl = `http://127.0.0.1:${port}`;
  const bot = await createDemoBot((databaseUrl) =>
    createProgram({
      config: loadConfig({ env: { ...env, DATABASE_URL: databaseUrl }, readFile }),
      clock: sandbox.time,
      onFatal: (error) => {
        throw error;
      },
    }),
  );
  const sandbox = await startSandbox(0, jobMs, bot.controls);
  const readFile = (file: string): string => guarded(readTextFile(file), sandbox);
  const env = {
    ...settingsFor(sandbox, botUrl),
    PROMETHEUS_URL: sandbox.service.prometheusUrl,
    CHATOPS_CONFIG: path.join(import.meta.dirname, '..', '..', settingsFile),
    HOST: '127.0.0.1',
    PORT: String(port),
    LOG_LEVEL: 'warn',
  };
  await bot.start();
  connect(sandbox, botUrl);
  print(`Open ${sandbox.page.url}`);
  print('You are Ann. Push the tag v1.4.0 on the right, then type /deploy prod v1.4.0 in #deploys. Ctrl+C ends it.');
  print('/chatops link links your account of the stand-in GitLab: from then on jobs are played under your own name.');
  return {
    url: sandbox.page.url,
    gitlab: sandbox.gitlab,
    slack: sandbox.slack,
    async stop() {
      await sandbox.page.stop();
      await bot.stop();
      await Promise.all([sandbox.gitlab.stop(), sandbox.slack.stop(), sandbox.service.stop()]);
    },
  };
}

/** The settings of a silent week: with the time switched on by three of them it is told that nothing was deployed. */
const noDeployWithin = '7d';

/**
 * The settings with what only the demo can have: a service that answers, so that its canary is watched, its version
 * verified, and a bad one taken back by itself; and a second project.
 */
function guarded(text: string, { service: { versionUrl }, rules }: Sandbox): string {
  const file = parseDocument(text);
  const production = ['projects', 0, 'environments', 'production'];
  file.setIn([...production, 'canary'], {
    watch: {
      query:
        'sum(rate(http_requests_total{track="canary",status=~"5.."}[1m])) / sum(rate(http_requests_total{track="canary"}[1m]))',
      above: 0.01,
      for: '5s',
      every: '1s',
    },
  });
  file.setIn([...production, 'verify'], { url: versionUrl, json: 'version', within: '5s', every: '1s' });
  file.setIn([...production, 'rollback'], { auto: true });
  file.setIn(['watchdog', 'no_deploy'], noDeployWithin);
  addSecondProject(file);
  rules.writeTo(file);
  return file.toString();
}

/**
 * Starts the stand-ins alone and prints the settings with which `npm start` in another terminal works against them.
 * Webhooks and clicks go to `http://127.0.0.1:3000`, or to the port that is named.
 */
export async function startStandIns(print: (line: string) => void, botPort: number): Promise<Running> {
  const sandbox = await startSandbox(0, watchableJobMs);
  const botUrl = `http://127.0.0.1:${botPort}`;
  connect(sandbox, botUrl);
  print(`The page: ${sandbox.page.url}`);
  print('Settings for npm start in another terminal, with the project of the examples:');
  for (const [name, value] of Object.entries({
    ...settingsFor(sandbox, botUrl),
    CHATOPS_CONFIG: settingsFile,
    PORT: String(botPort),
  }))
    print(`${name}=${value}`);
  print('Or set it up as a newcomer does, with a chatops.yml of your own:');
  print(initLine(sandbox, botPort));
  return {
    async stop() {
      await sandbox.page.stop();
      await Promise.all([sandbox.gitlab.stop(), sandbox.slack.stop(), sandbox.service.stop()]);
    },
  };
}

/** `init` never asks where Slack is: there is only one, but here. */
function initLine({ gitlab, slack }: Sandbox, botPort: number): string {
  const flags = {
    'gitlab-url': gitlab.url,
    'gitlab-token': gitlab.token,
    'slack-token': slack.botToken,
    'signing-secret': slack.signingSecret,
    project: 'acme/production-app',
    channel: 'C0DEPLOYS',
    url: `http://127.0.0.1:${botPort}`,
  };
  const words = Object.entries(flags).map(([name, value]) => `--${name} ${value}`);
  return `SLACK_API_URL=${slack.url}/api/ npx chatops init ${words.join(' ')}`;
}

/** The bot has to know its own address before it starts, so that people can be sent back to it. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

interface Sandbox {
  readonly time: DemoTime;
  readonly rules: DemoRules;
  readonly gitlab: GitLabServer;
  readonly slack: SlackServer;
  readonly service: ServiceServer;
  readonly page: Page;
}

async function startSandbox(pagePort: number, jobMs: number, more: ServiceSide['switches'] = []): Promise<Sandbox> {
  // The releases of the past ran before there was anybody to ask.
  let asked: ServiceServer | undefined;
  const time = createDemoTime(() => areJobsRunning(gitlab));
  const rules = createDemoRules(time.now);
  const gitlab: GitLabServer = createGitLabServer({
    now: time.now,
    otherProjects: [secondProject],
    speed: { jobMs },
    variables: watchedByBot,
    failing: failingBy(() => asked),
  });
  const service = createServiceServer({ gitlab });
  asked = service;
  // Who checks a signature looks at the real clock.
  const slack = createSlackServer({ now: time.now, signedAt: () => new Date() });
  await Promise.all([gitlab.start(), slack.start(), service.start()]);
  const page = createPage({
    slack,
    gitlab: adaptGitLab(gitlab),
    service: {
      switches: [
        ...serviceSwitches(service, gitlab).switches,
        runnersSwitch(gitlab),
        miaSwitch(gitlab),
        rules.control,
        time.control,
        ...more,
      ],
    },
    now: time.now,
    port: pagePort,
    commands: commands.map(({ name, usage, description }) => ({ name: commandLine('', name, []), usage, description })),
  });
  await page.start();
  return { gitlab, slack, service, page, time, rules };
}

function settingsFor({ gitlab, slack }: Sandbox, botUrl: string): Readonly<Record<string, string>> {
  const { clientId, clientSecret } = gitlab.oauth.application;
  return {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_API_URL: `${slack.url}/api/`,
    GITLAB_URL: gitlab.url,
    GITLAB_TOKEN: gitlab.token,
    GITLAB_WEBHOOK_SECRET: webhookSecret,
    GITLAB_OAUTH_CLIENT_ID: clientId,
    GITLAB_OAUTH_CLIENT_SECRET: clientSecret,
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    PUBLIC_URL: botUrl,
  };
}

function connect({ gitlab, slack }: Sandbox, botUrl: string): void {
  slack.setRequestUrl(`${botUrl}/slack/events`);
  gitlab.setWebhook(`${botUrl}/gitlab/webhook`, webhookSecret);
}
