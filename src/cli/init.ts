import path from 'node:path';
import { parseEnv } from 'node:util';
import type { Environment } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import { environmentSettings } from '../config/schema.ts';
import { UsageError } from '../domain/errors.ts';
import { readFlags } from './flags.ts';
import { type Answers, collectAnswers, type Given, questions } from './init/answers.ts';
import type { Asker } from './init/ask.ts';
import { type MergedConfig, mergeConfig } from './init/config-file.ts';
import { type MergedEnv, mergeEnv } from './init/env-file.ts';
import { checkWritable, readIfThere, writeFiles } from './init/files.ts';
import { planHooks, putHook } from './init/hook.ts';

export interface InitOptions {
  readonly args: readonly string[];
  /** The settings as they are, `.env` included. */
  readonly env: Environment;
  /** Where `.env` and `chatops.yml` are. */
  readonly cwd: string;
  /** Undefined where nobody can be asked. */
  readonly asker: Asker | undefined;
  readonly print: (line: string) => void;
  readonly now: () => Date;
  /** A secret that nobody can guess. */
  readonly newSecret: () => string;
}

const usage = [
  'chatops init [--gitlab-url U] [--gitlab-token T] [--project P] [--slack-token T] [--signing-secret S | --app-token T]',
  '             [--channel C] [--url U] [--group-hook] [--yes]      what is left out is taken from the settings, or asked for',
].join('\n');

/**
 * Sets an installation up: asks, checks each answer, and only then writes `.env` and `chatops.yml` and makes or mends
 * the project's webhook. Doing it again changes nothing but what is different.
 * @throws UsageError, GitLabError, NotFoundError, SlackError, ConfigError: nothing was written then, unless it says so.
 */
export async function runInit(options: InitOptions): Promise<void> {
  const { given, yes, groupHook } = readGiven(options.args);
  const { env, asker, print, now } = options;
  const files = { env: path.join(options.cwd, '.env'), config: configPath(options) };
  checkWritable(Object.values(files));
  if (asker)
    print('No Slack app yet? `chatops manifest --url https://…` prints what to paste at https://api.slack.com/apps.');
  const answers = await collectAnswers({ given, env, asker, print, now });
  const draft = compose(options, answers, files);
  await askToChange(draft, { asker, yes, files });
  // Whether the webhook can be seen to is known before anything is written.
  const hooks = answers.publicUrl === undefined ? undefined : await planHooks(answers, answers.publicUrl, groupHook);
  writeFiles([
    { path: files.env, text: draft.env.text, mode: 0o600 },
    ...(draft.config.change === 'same' ? [] : [{ path: files.config, text: draft.config.text, mode: 0o644 }]),
  ]);
  print(`Wrote ${files.env}${draft.config.change === 'same' ? '' : ` and ${files.config}`}.`);
  if (hooks) await putHook(hooks, { print, answers, draft });
  tellNext(print, answers);
}

function readGiven(args: readonly string[]): {
  readonly given: Given;
  readonly yes: boolean;
  readonly groupHook: boolean;
} {
  const names = [...Object.keys(questions), 'app-token'];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const flag = { type: 'boolean', default: false } as const;
  const { values } = readFlags({ args: [...args], options: { ...options, yes: flag, 'group-hook': flag } }, usage);
  const { yes, 'group-hook': groupHook, ...given } = values;
  return { given, yes, groupHook };
}

function configPath({ env, cwd }: InitOptions): string {
  const { name, default: fallback } = environmentSettings.configPath;
  return path.resolve(cwd, env[name]?.trim() || fallback);
}

/** Both files as they are to be, and the secret of the webhooks that goes with them. */
interface Draft {
  readonly env: MergedEnv;
  readonly config: MergedConfig;
  readonly webhookSecret: string;
  readonly signingToken: string | undefined;
}

/** Makes both texts and lets the bot's own rules look at them. */
function compose(
  { env, cwd, newSecret }: InitOptions,
  answers: Answers,
  files: { readonly env: string; readonly config: string },
): Draft {
  const { name, default: gitlabDotCom } = environmentSettings.gitlabUrl;
  const webhookSecret = env['GITLAB_WEBHOOK_SECRET']?.trim() || newSecret();
  const slackApiUrl = env[environmentSettings.slackApiUrl.name]?.trim();
  const values = {
    // Where it comes from the shell alone, the next start would ask another Slack than the one that was checked.
    ...(slackApiUrl ? { SLACK_API_URL: slackApiUrl } : {}),
    SLACK_BOT_TOKEN: answers.slackToken,
    ...(answers.signingSecret === undefined ? {} : { SLACK_SIGNING_SECRET: answers.signingSecret }),
    ...(answers.appToken === undefined ? {} : { SLACK_APP_TOKEN: answers.appToken }),
    ...(answers.gitlabUrl === gitlabDotCom && !env[name] ? {} : { GITLAB_URL: answers.gitlabUrl }),
    GITLAB_TOKEN: answers.gitlabToken,
    GITLAB_WEBHOOK_SECRET: webhookSecret,
    ...(answers.publicUrl === undefined ? {} : { PUBLIC_URL: answers.publicUrl }),
  };
  const merged = mergeEnv(readIfThere(files.env) ?? '', values);
  const { project, channel, publicUrl } = answers;
  const entry = { project: project.path, channel, polls: publicUrl === undefined };
  const config = mergeConfig(readIfThere(files.config), entry, path.basename(files.config));
  const { settings } = loadConfig({ env: { ...env, ...parseEnv(merged.text) }, readFile: () => config.text, cwd });
  return { env: merged, config, webhookSecret, signingToken: settings.gitlabSigningTokens?.[0] };
}

async function askToChange(
  { env, config }: Draft,
  about: {
    readonly asker: Asker | undefined;
    readonly yes: boolean;
    readonly files: { readonly env: string; readonly config: string };
  },
): Promise<void> {
  const changes = [
    ...(env.replaced.length > 0 ? [`${env.replaced.join(', ')} in ${about.files.env} get other values`] : []),
    ...(config.change === 'added' ? [`${about.files.config} gets the project or its channel`] : []),
  ];
  if (changes.length === 0 || about.yes) return;
  const what = changes.join('; ');
  if (await about.asker?.confirm(`${what}. Go on?`)) return;
  throw new UsageError(`Nothing was written: ${what}.`, { hint: 'Add --yes if that is what you want.' });
}

function tellNext(print: InitOptions['print'], { channel, publicUrl, appToken }: Answers): void {
  const reach = publicUrl === undefined || appToken !== undefined ? '' : `, reachable as ${publicUrl}`;
  print(`Next: start the bot (\`npm start\`${reach}) and type "/chatops help" in #${channel.name}.`);
  print('Then: name in chatops.yml, under identity.users, who may deploy; `npx chatops doctor` checks everything.');
}
