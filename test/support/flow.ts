import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CommandRate } from '../../src/app/input/command-rate.ts';
import type { Pace } from '../../src/app/messages/pace.ts';
import type { Checkpoint, Clock } from '../../src/app/ports.ts';
import { loadConfig, readTextFile } from '../../src/config/load.ts';
import {
  createGitLabServer,
  type GitLabServer,
  type GitLabServerOptions,
} from '../../src/sandbox/gitlab-server/server.ts';
import type { SlackServer } from '../../src/sandbox/slack-server/contract.ts';
import { createSlackServer } from '../../src/sandbox/slack-server/server.ts';
import type { SandboxEphemeral, SandboxMessage } from '../../src/sandbox/slack-server/workspace.ts';
import { createProgram, type Program } from '../../src/wire.ts';
import { createFlowDatabase, type FlowDatabase } from './flow-database.ts';
import { until } from './until.ts';

export const deploys = 'C0DEPLOYS';

export interface FlowOptions {
  readonly gitlab?: GitLabServerOptions;
  /** What the Slack app was granted; default: what `manifest.yml` asks for. */
  readonly scopes?: readonly string[];
  /** Text of chatops.yml; default: one project, one channel, Ann, Raj, Mia and Olu known. */
  readonly file?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: a file. */
  readonly database?: FlowDatabase;
  readonly checkpoint?: Checkpoint;
  /** Moved by a test; GitLab and Slack go by it too. */
  readonly clock?: Clock;
  /** What GitLab's people do before the bot is started for the first time. */
  readonly before?: (gitlab: GitLabServer) => Promise<void>;
  /** Default: no pacing, nobody asks for too much, and a Slack without rate limits, so that a flow takes no longer than its calls. */
  readonly paced?: boolean;
}

/** The whole program between the two stand-ins. */
export interface Flow {
  readonly gitlab: GitLabServer;
  readonly slack: SlackServer;
  /** Where the bot listens. */
  readonly botUrl: string;
  /** The environment variables of the bot, for one that runs as a process of its own (`startBotProcess`). */
  readonly env: Readonly<Record<string, string>>;
  /** The bot's store, past the bot. */
  readonly database: FlowDatabase;
  /** Tells Slack and GitLab where the bot listens. */
  listensAt(url: string): void;
  /** Ends the bot as SIGTERM does and starts it again on the same store; `options` change it. */
  restart(options?: Pick<FlowOptions, 'checkpoint' | 'clock'>): Promise<void>;
  /** Starts the bot after `stopBot`. */
  startBot(options?: Pick<FlowOptions, 'checkpoint' | 'clock'>): Promise<void>;
  stopBot(): Promise<void>;
  /** The person types a command and gets the newest answer that only they see. */
  types(user: string, line: string, channel?: string): Promise<SandboxEphemeral>;
  /** The person writes a message that mentions the bot and gets the newest answer that only they see. */
  mentions(user: string, text: string, place?: MentionPlace): Promise<SandboxEphemeral>;
  /** Waits until the person reads the text in something that only they see. */
  reads(user: string, text: string): Promise<SandboxEphemeral>;
  /** The person presses a button, by the words on it, on the newest (or the given) card that only they see. */
  presses(user: string, label: string, card?: SandboxEphemeral): Promise<void>;
  /** The person presses a button on a message in the channel or a thread. */
  pressesOn(user: string, message: SandboxMessage, label: string): Promise<void>;
  /** Waits until a message in the channel or its threads contains the text. */
  sees(text: string, channel?: string): Promise<SandboxMessage>;
  /** Everything the channel and its threads show now. */
  shown(channel?: string): readonly SandboxMessage[];
  /** Names of the jobs that the bot had played, in order; refused ones are left out. */
  played(): readonly string[];
  /** Requests of the bot that could change something in GitLab. */
  writes(): readonly string[];
  /** What was decided and done, oldest first. */
  audit(): readonly AuditLine[];
  /** The deployments that were recorded though nobody asked for them in Slack, oldest first. */
  observed(): readonly AuditLine[];
  stop(): Promise<void>;
}

export interface MentionPlace {
  readonly channel?: string;
  readonly threadTs?: string;
}

/** The parts of an audit entry that tests look at. */
export interface AuditLine {
  readonly action: string;
  readonly outcome: string;
  readonly reason?: string;
  readonly environment?: string;
  readonly version?: string;
  readonly policy?: string;
  readonly actor: { readonly slackUserId: string; readonly gitlab?: { readonly username: string } } | 'chatops';
  readonly observed?: { readonly username: string };
}

const secret = 'flow-webhook-secret-0123456789';

const file = `
projects:
  - project: acme/production-app
    aliases: [app]
    channels: [{ id: ${deploys} }]
    environments:
      production: { aliases: [prod] }
identity:
  users: { U0ANN: ann, U0RAJ: raj, U0MIA: mia, U0OLU: olu, U0GIL: gil }
`;

const unlimited: CommandRate = { take: () => ({ kind: 'ok' }) };

const unpaced: Pace = { waitMs: () => 0, sent: () => undefined, rest: () => undefined };

/** Starts GitLab, Slack and the bot on loopback. Ann deploys to production in these flows, so she is a maintainer. */
export async function startFlow(options: FlowOptions = {}): Promise<Flow> {
  const folder = await mkdtemp(path.join(tmpdir(), 'chatops-flow-'));
  const now = (): Date => options.clock?.now() ?? new Date();
  const gitlab = createGitLabServer({ now, ...options.gitlab });
  const slack = createSlackServer({
    now,
    // Bolt looks at the real clock.
    signedAt: () => new Date(),
    ...(options.scopes ? { scopes: options.scopes } : {}),
    rateLimits: options.paced ?? false,
    eventRetryDelaysMs: [10, 20, 30],
  });
  await Promise.all([gitlab.start(), slack.start()]);
  gitlab.setMember('ann', 40);
  await options.before?.(gitlab);
  const { database = createFlowDatabase(folder) } = options;
  const env = environmentFor({ gitlab, slack, folder, database }, options);
  const config = loadConfig({ env, readFile: readTextFile });
  let program: Program | undefined;
  let botUrl = '';

  const startBot: Flow['startBot'] = async (change = {}) => {
    const fatal: Error[] = [];
    program = createProgram({
      config,
      onFatal: (error) => fatal.push(error),
      checkpoint: change.checkpoint ?? options.checkpoint,
      clock: change.clock ?? options.clock,
      pace: options.paced ? undefined : unpaced,
      commandRate: options.paced ? undefined : unlimited,
    });
    const { port } = await program.start();
    listensAt(`http://127.0.0.1:${port}`);
  };
  const listensAt = (url: string): void => {
    botUrl = url;
    slack.setRequestUrl(`${url}/slack/events`);
    gitlab.setWebhook(`${url}/gitlab/webhook`, secret);
  };
  const stopBot = async (): Promise<void> => {
    await program?.stop();
    program = undefined;
  };
  await startBot();

  return {
    gitlab,
    slack,
    get botUrl() {
      return botUrl;
    },
    env,
    database,
    listensAt,
    startBot,
    stopBot,
    async restart(change) {
      await stopBot();
      await startBot(change);
    },
    types: (user, line, channel = deploys) => typeLine(slack, { user, line, channel }),
    mentions: (user, text, place = {}) => writeMention(slack, { user, text, ...place }),
    reads: (user, text) =>
      until(
        () => `"${text}" for ${user}: ${slack.ephemerals(user).map(words).join(' | ')}`,
        () => slack.ephemerals(user).findLast((answer) => words(answer).includes(text)),
      ),
    presses: (user, label, card) => pressOwn(slack, { user, label, card }),
    pressesOn: (user, message, label) => pressOn(slack, { user, message, label }),
    sees: (text, channel = deploys) =>
      until(
        () => `"${text}" in ${channel}: ${wordsOf(slack, channel)}`,
        () => allMessages(slack, channel).find((message) => words(message).includes(text)),
      ),
    shown: (channel = deploys) => allMessages(slack, channel),
    played: () => playedJobs(gitlab),
    writes: () =>
      gitlab.requests
        .filter((request) => request.method !== 'GET' && request.username === 'chatops')
        .map((request) => `${request.method} ${request.path}`),
    audit: () => readAudit(database).filter((line) => !isObserved(line)),
    observed: () => readAudit(database).filter(isObserved),
    async stop() {
      await stopBot();
      await Promise.all([gitlab.stop(), slack.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function environmentFor(
  about: {
    readonly gitlab: GitLabServer;
    readonly slack: SlackServer;
    readonly folder: string;
    readonly database: FlowDatabase;
  },
  options: FlowOptions,
): Readonly<Record<string, string>> {
  const { gitlab, slack, folder, database } = about;
  const configPath = path.join(folder, 'chatops.yml');
  writeFileSync(configPath, options.file ?? file);
  return {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_API_URL: `${slack.url}/api/`,
    GITLAB_URL: gitlab.url,
    GITLAB_TOKEN: gitlab.token,
    GITLAB_WEBHOOK_SECRET: secret,
    DATABASE_URL: database.url,
    CHATOPS_CONFIG: configPath,
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: process.env['FLOW_LOG'] ?? 'error',
    ...options.env,
  };
}

async function typeLine(
  slack: SlackServer,
  typed: { readonly user: string; readonly line: string; readonly channel: string },
): Promise<SandboxEphemeral> {
  const [command = '', ...rest] = typed.line.split(' ');
  const before = slack.ephemerals(typed.user).length;
  const delivery = await slack.command({ user: typed.user, channel: typed.channel, command, text: rest.join(' ') });
  if (delivery.status !== 200) throw new Error(`slack got ${delivery.status} for ${typed.line}`);
  return until(`an answer to ${typed.line}`, () => slack.ephemerals(typed.user)[before]);
}

async function writeMention(
  slack: SlackServer,
  written: { readonly user: string; readonly text: string } & MentionPlace,
): Promise<SandboxEphemeral> {
  const { user, text, channel = deploys, threadTs } = written;
  const before = slack.ephemerals(user).length;
  const delivery = await slack.mention({ user, channel, text, ...(threadTs === undefined ? {} : { threadTs }) });
  if (delivery.status !== 200) throw new Error(`slack got ${delivery.status} for ${text}`);
  return until(`an answer to ${text}`, () => slack.ephemerals(user)[before]);
}

function playedJobs(gitlab: GitLabServer): readonly string[] {
  const jobs = gitlab.state().projects.flatMap(({ pipelines }) => pipelines.flatMap((pipeline) => pipeline.jobs));
  return gitlab.requests.flatMap((request) => {
    const id = /\/jobs\/(\d+)\/play$/.exec(request.path)?.[1];
    if (request.method !== 'POST' || id === undefined || request.status >= 300) return [];
    return [jobs.find((job) => job.id === Number(id))?.name ?? id];
  });
}

/** The pipelines of a flow deploy to staging by themselves, at a time that no test waits for. */
function isObserved({ action }: AuditLine): boolean {
  return action === 'deployment.observed';
}

function readAudit(database: FlowDatabase): readonly AuditLine[] {
  return database
    .read('select entry from audit order by seq')
    .map(({ entry }) => JSON.parse(String(entry)) as AuditLine);
}

async function pressOwn(
  slack: SlackServer,
  about: { readonly user: string; readonly label: string; readonly card: SandboxEphemeral | undefined },
): Promise<void> {
  const { user, label, card = slack.ephemerals(user).at(-1) } = about;
  const button = card && findButton(card.blocks, label);
  if (!card || !button) throw new Error(`${user} sees no button ${label}: ${JSON.stringify(card)}`);
  await slack.clickEphemeral({ user, channel: card.channel, messageTs: card.ts, actionId: button.actionId });
}

async function pressOn(
  slack: SlackServer,
  about: { readonly user: string; readonly message: SandboxMessage; readonly label: string },
): Promise<void> {
  const button = findButton(about.message.blocks, about.label);
  if (!button) throw new Error(`no button ${about.label} on ${words(about.message)}`);
  await slack.click({
    user: about.user,
    channel: about.message.channel,
    messageTs: about.message.ts,
    actionId: button.actionId,
  });
}

function findButton(blocks: unknown, label: string): { readonly actionId: string } | undefined {
  if (Array.isArray(blocks))
    return blocks.map((block: unknown) => findButton(block, label)).find((found) => found !== undefined);
  if (typeof blocks !== 'object' || blocks === null) return undefined;
  if (
    'type' in blocks &&
    blocks.type === 'button' &&
    'text' in blocks &&
    words(blocks.text) === label &&
    'action_id' in blocks
  ) {
    return { actionId: String(blocks.action_id) };
  }
  return findButton(Object.values(blocks), label);
}

function allMessages(slack: SlackServer, channel: string): readonly SandboxMessage[] {
  const roots = slack
    .messages(channel)
    .filter((message) => message.threadTs === undefined || message.threadTs === message.ts);
  return roots.flatMap((root) => {
    const thread = slack.thread(channel, root.ts);
    return thread.length > 0 ? thread : [root];
  });
}

/** Every word a reader sees: the text of all blocks, one after the other. */
export function words(shown: unknown): string {
  if (typeof shown === 'string') return shown;
  if (Array.isArray(shown)) return shown.map(words).join('');
  if (typeof shown !== 'object' || shown === null) return '';
  if ('blocks' in shown && Array.isArray(shown.blocks) && shown.blocks.length > 0)
    return shown.blocks.map(words).join('\n');
  if ('type' in shown && shown.type === 'user' && 'user_id' in shown) return `@${String(shown.user_id)}`;
  if ('type' in shown && shown.type === 'emoji' && 'name' in shown) return `:${String(shown.name)}:`;
  if ('type' in shown && shown.type === 'channel' && 'channel_id' in shown) return `#${String(shown.channel_id)}`;
  if ('type' in shown && shown.type === 'date' && 'fallback' in shown) return String(shown.fallback);
  const parts = ['text', 'elements', 'fields', 'accessory'].flatMap((key) =>
    key in shown ? [Reflect.get(shown, key) as unknown] : [],
  );
  return parts.map(words).join('type' in shown && shown.type === 'rich_text' ? '\n' : '');
}

function wordsOf(slack: SlackServer, channel: string): string {
  return allMessages(slack, channel).map(words).join(' | ');
}
