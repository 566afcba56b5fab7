import type { Environment } from '../../config/environment.ts';
import { AppError, UsageError } from '../../domain/errors.ts';
import type { GitLabSetup, ProjectFacts, TokenUser } from '../../gitlab/setup.ts';
import type { SlackAppFacts, SlackChannel } from '../../slack/setup.ts';
import type { Asker } from './ask.ts';
import { readGitLabUrl, readProject, readToken } from './gitlab-answers.ts';
import { readAppSecret, readBotToken, readChannel, readPublicUrl } from './slack-answers.ts';

/** Each answer: its flag, the setting that holds it already, and how it is asked for. */
export const questions = {
  'gitlab-url': { setting: 'GITLAB_URL', ask: 'Address of your GitLab', fallback: 'https://gitlab.com' },
  'gitlab-token': { setting: 'GITLAB_TOKEN', ask: 'GitLab access token, scope api', secret: true },
  project: { ask: 'GitLab project, e.g. acme/production-app' },
  'slack-token': { setting: 'SLACK_BOT_TOKEN', ask: "Slack's Bot User OAuth Token (xoxb-…)", secret: true },
  'signing-secret': {
    setting: 'SLACK_SIGNING_SECRET',
    ask: "Slack's Signing Secret, or an app-level token (xapp-…) for Socket Mode",
    secret: true,
  },
  channel: { ask: 'Slack channel, e.g. #deploys' },
  url: {
    setting: 'PUBLIC_URL',
    ask: 'Address at which GitLab (and Slack) reach the bot, e.g. https://chatops.example.com',
  },
} as const satisfies Record<string, Question>;

interface Question {
  readonly setting?: string;
  readonly ask: string;
  readonly fallback?: string;
  readonly secret?: boolean;
}

/** The name of an answer, which is its flag. */
export type AnswerName = keyof typeof questions;

/** What was given on the command line. */
export type Given = Readonly<Partial<Record<AnswerName | 'app-token', string>>>;

/** Everything that is needed, each part checked against the other side. */
export interface Answers {
  readonly gitlabUrl: string;
  readonly gitlabToken: string;
  readonly gitlab: GitLabSetup;
  readonly user: TokenUser;
  readonly project: ProjectFacts;
  readonly slackToken: string;
  readonly app: SlackAppFacts;
  readonly signingSecret: string | undefined;
  readonly appToken: string | undefined;
  readonly channel: SlackChannel;
  /** Undefined in Socket Mode without an address: GitLab is polled then. */
  readonly publicUrl: string | undefined;
}

export interface AnswerSources {
  readonly given: Given;
  readonly env: Environment;
  /** Undefined where nobody can be asked. */
  readonly asker: Asker | undefined;
  readonly print: (line: string) => void;
  readonly now: () => Date;
}

/**
 * Collects and checks every answer: from the flags, else from the settings, else from the person at the terminal, who
 * is asked again when a check fails.
 * @throws UsageError naming everything that is missing, or the AppError of the first check that failed.
 */
export async function collectAnswers(sources: AnswerSources): Promise<Answers> {
  if (sources.asker === undefined) refuseMissing(sources);
  const { now, print, env } = sources;
  const url = await obtain(sources, 'gitlab-url', (text) => readGitLabUrl(text, now));
  const token = await obtain(sources, 'gitlab-token', (text) => readToken({ url, token: text, now }));
  print(`  GitLab knows the token as @${token.user.username}.`);
  const project = await obtain(sources, 'project', (text) => readProject(text, { ...token, url }));
  const slackApiUrl = env['SLACK_API_URL']?.trim() || undefined;
  const bot = await obtain(sources, 'slack-token', (text) => readBotToken({ token: text, apiUrl: slackApiUrl, now }));
  print(`  Slack knows the app as @${bot.app.botName} in ${bot.app.team}.`);
  const secret = await obtain(sources, 'signing-secret', (text) => readAppSecret(text, { ...bot, now }));
  const channel = await obtain(sources, 'channel', (text) => readChannel(text, bot));
  const publicUrl = await obtain(sources, 'url', (text) => Promise.resolve(readPublicUrl(text, secret.appToken)));
  return {
    gitlabUrl: url,
    gitlabToken: token.token,
    gitlab: token.gitlab,
    user: token.user,
    project,
    slackToken: bot.token,
    app: bot.app,
    ...secret,
    channel,
    publicUrl,
  };
}

function refuseMissing({ given, env }: AnswerSources): void {
  const usesSocket = valueOf('signing-secret', given, env)?.startsWith('xapp-') ?? false;
  const names = Object.keys(questions) as AnswerName[];
  const missing = names.filter((name) => {
    if (name === 'gitlab-url' || (name === 'url' && usesSocket)) return false;
    return valueOf(name, given, env) === undefined;
  });
  if (missing.length === 0) return;
  throw new UsageError(
    `Nobody can be asked here, and this is missing: ${missing.map((name) => `--${name}`).join(', ')}.`,
    {
      hint: 'Give the flags (or the settings of the same meaning in the environment), or run it in a terminal.',
    },
  );
}

/** Flags win over settings. An app-level token stands in the place of the signing secret. */
function valueOf(name: AnswerName, given: Given, env: Environment): string | undefined {
  const question: Question = questions[name];
  const flag = name === 'signing-secret' ? (given['app-token'] ?? given[name]) : given[name];
  const own = question.setting === undefined ? undefined : env[question.setting];
  const setting = name === 'signing-secret' ? env['SLACK_APP_TOKEN']?.trim() || own : own;
  return flag?.trim() || setting?.trim() || undefined;
}

async function obtain<T>(
  { given, env, asker, print }: AnswerSources,
  name: AnswerName,
  read: (text: string) => Promise<T>,
): Promise<T> {
  const question: Question = questions[name];
  let text = valueOf(name, given, env);
  for (;;) {
    const isTyped = text === undefined;
    if (text === undefined && asker) text = await typed(asker, question);
    try {
      return await read(text ?? question.fallback ?? '');
    } catch (error) {
      if (!asker || !(error instanceof AppError)) throw error;
      if (!isTyped) print(`  What --${name} or the settings say does not work:`);
      print(`  ${error.message}`);
      if (error.hint !== '') print(`  ${error.hint}`);
      text = undefined;
    }
  }
}

async function typed(asker: Asker, { ask, fallback, secret = false }: Question): Promise<string> {
  const answer = await asker.ask(fallback === undefined ? ask : `${ask} [${fallback}]`, { secret });
  return answer === '' ? (fallback ?? '') : answer;
}
