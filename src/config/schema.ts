import { z } from 'zod';
import { SmtpUrl } from './mail-server.ts';

/** One environment variable, declared once: the README table, `.env.example` and error messages come from here. */
export interface Setting {
  readonly name: string;
  /** From the variable's text to the value we use. Its messages complete the sentence "NAME …" and never quote a secret. */
  readonly type: z.ZodType<unknown, string>;
  /** Text used when the variable is absent or empty. Undefined: it is required, unless one of the next two is there. */
  readonly default?: string;
  /** Nothing happens without it; its value is undefined then. */
  readonly optional?: true;
  /** The variable in whose presence this one may be absent. */
  readonly requiredUnless?: string;
  /** The variable in whose presence this one is required. */
  readonly requiredWith?: string;
  /** Holds several values, separated by commas: of a secret, each is one. */
  readonly list?: true;
  /** Secrets are redacted from logs and never printed. */
  readonly secret?: true;
  readonly help: string;
  /** What to do when it is missing or wrong. */
  readonly mend: string;
}

const logLevels = ['debug', 'info', 'warn', 'error'] as const;

const word = z.string().regex(/^\S+$/, 'contains a space or a line break');

const webAddress = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const problem =
    url?.protocol !== 'https:' && url?.protocol !== 'http:'
      ? 'is not a web address'
      : url.username || url.password
        ? 'contains a user name or password'
        : url.search || url.hash
          ? 'has a ? or # part'
          : undefined;
  if (problem) context.addIssue({ code: 'custom', message: problem });
  return text.replace(/\/+$/, '');
});

/** Where the store is. */
export type Database =
  | {
      readonly kind: 'sqlite';
      /** A file, or `:memory:`. */
      readonly path: string;
    }
  | {
      readonly kind: 'postgres';
      /** With the password. */
      readonly url: string;
    };

const DatabaseUrl = z.string().transform((text, context): Database => {
  if (/^postgres(ql)?:/.test(text)) {
    const named = URL.canParse(text) ? new URL(text).pathname : '';
    if (named.length < 2) context.addIssue({ code: 'custom', message: 'does not name a Postgres database' });
    return { kind: 'postgres', url: text };
  }
  if (!/^sqlite:(\/\/)?[^/?#]|^sqlite:(\/\/)?\/[^/?#]/.test(text)) {
    context.addIssue({ code: 'custom', message: 'names neither a SQLite file nor a Postgres database' });
  }
  return { kind: 'sqlite', path: text.replace(/^sqlite:(\/\/)?/, '') };
});

/** What Standard Webhooks makes of 32 bytes, the only length that GitLab takes. */
const SIGNING_TOKEN = /^whsec_[A-Za-z0-9+/]{43}=$/;

const SigningTokens = z.string().transform((text, context): readonly string[] => {
  const tokens = text.split(',').map((token) => token.trim());
  for (const [index, token] of tokens.entries()) {
    const problem = signingTokenProblem(token);
    const which = tokens.length === 1 ? '' : `token ${index + 1} of ${tokens.length} `;
    if (problem !== undefined) context.addIssue({ code: 'custom', message: which + problem });
  }
  return tokens;
});

function signingTokenProblem(token: string): string | undefined {
  if (token === '') return 'is empty';
  if (!token.startsWith('whsec_')) return 'is not a signing token (those start with whsec_)';
  return SIGNING_TOKEN.test(token) ? undefined : 'does not hold 32 bytes in base64 after whsec_';
}

/** 32 bytes in base64, with or without its filling. */
const ENCRYPTION_KEY = /^[A-Za-z0-9+/_-]{43}=?$/;

const EncryptionKeys = z.string().transform((text, context): readonly string[] => {
  const keys = text.split(',').map((key) => key.trim());
  for (const [index, key] of keys.entries()) {
    const which = keys.length === 1 ? '' : `key ${index + 1} of ${keys.length} `;
    if (!ENCRYPTION_KEY.test(key)) {
      context.addIssue({ code: 'custom', message: `${which}is not 32 bytes in base64` });
    }
  }
  return keys;
});

/** All environment variables, by the name they have in `ProcessSettings`. */
export const environmentSettings = {
  slackBotToken: {
    name: 'SLACK_BOT_TOKEN',
    type: word.regex(/^xoxb-/, 'is not a bot token (those start with xoxb-)'),
    secret: true,
    help: 'Bot token of your Slack app (`xoxb-…`).',
    mend: 'Copy "Bot User OAuth Token" from your app\'s page at https://api.slack.com/apps, OAuth & Permissions',
  },
  slackSigningSecret: {
    name: 'SLACK_SIGNING_SECRET',
    type: word.regex(/^(?!xox|xapp-)/, 'is a token, not the signing secret'),
    secret: true,
    requiredUnless: 'SLACK_APP_TOKEN',
    help: 'Signing secret of your Slack app: proves that a request is from Slack.',
    mend: 'Copy "Signing Secret" from your app\'s page at https://api.slack.com/apps, Basic Information',
  },
  slackAppToken: {
    name: 'SLACK_APP_TOKEN',
    type: word.regex(/^xapp-/, 'is not an app-level token (those start with xapp-)'),
    secret: true,
    optional: true,
    help: 'App-level token (`xapp-…`), scope `connections:write`. When set, Slack is reached by Socket Mode: no address, no signing secret.',
    mend: "Generate one with scope connections:write on your app's page at https://api.slack.com/apps, Basic Information > App-Level Tokens, or leave it out to be called over HTTP",
  },
  slackApiUrl: {
    name: 'SLACK_API_URL',
    // Slack's client appends method names as they are: without the last slash every call would go astray.
    type: webAddress.transform((url) => `${url}/`),
    default: 'https://slack.com/api/',
    help: 'Address of the Slack Web API.',
    mend: 'Leave it out, or write an address like https://slack.com/api/',
  },
  commandPrefix: {
    name: 'SLACK_COMMAND_PREFIX',
    // Slack allows 32 characters for a command; the longest of ours has 12 with its slash.
    type: z.string().regex(/^[a-z0-9_-]{0,20}$/, 'is not a prefix of at most 20 small letters, digits, - or _'),
    default: '',
    help: '`gl-` gives `/gl-deploy` instead of `/deploy`, where another app owns the name. Change `manifest.yml` alike.',
    mend: 'Write it without a slash, e.g. gl-, or leave it out',
  },
  gitlabUrl: {
    name: 'GITLAB_URL',
    type: webAddress.refine((url) => !url.includes('/api/v'), 'points at the API, not at GitLab itself'),
    default: 'https://gitlab.com',
    help: 'Your GitLab, as you open it in the browser.',
    mend: 'Write the address that you open in the browser, e.g. https://gitlab.example.com',
  },
  gitlabToken: {
    name: 'GITLAB_TOKEN',
    type: word,
    secret: true,
    help: "The bot's own GitLab access token, scope `api`.",
    mend: 'Create an access token with scope api for the project, its group or a service account, role Maintainer or one that may deploy',
  },
  gitlabWebhookSecret: {
    name: 'GITLAB_WEBHOOK_SECRET',
    type: word.min(16, 'is shorter than 16 characters'),
    secret: true,
    requiredUnless: 'GITLAB_WEBHOOK_SIGNING_TOKEN',
    help: 'The "Secret token" of your GitLab webhooks; not needed where every project has `events: poll`.',
    mend: 'Make one with `openssl rand -hex 32` and write the same into the webhook in GitLab',
  },
  gitlabSigningTokens: {
    name: 'GITLAB_WEBHOOK_SIGNING_TOKEN',
    type: SigningTokens,
    secret: true,
    optional: true,
    list: true,
    help: 'The "Signing token" of your GitLab webhooks (`whsec_…`, GitLab 19.0); several, separated by commas, to rotate. When set, every webhook must be signed, and the secret token counts no more.',
    mend: 'Copy the token as GitLab showed it when it was made, or make a new one in the settings of the webhook',
  },
  gitlabOAuthClientId: {
    name: 'GITLAB_OAUTH_CLIENT_ID',
    type: word,
    optional: true,
    requiredWith: 'GITLAB_OAUTH_CLIENT_SECRET',
    help: 'Application ID of your OAuth application in GitLab: lets people link their accounts. Needs the next two and `PUBLIC_URL`.',
    mend: 'Copy "Application ID" from the application in GitLab (docs/setup-gitlab.md), or leave the whole group out',
  },
  gitlabOAuthClientSecret: {
    name: 'GITLAB_OAUTH_CLIENT_SECRET',
    type: word,
    secret: true,
    optional: true,
    requiredWith: 'GITLAB_OAUTH_CLIENT_ID',
    help: 'Secret of that application.',
    mend: 'Copy "Secret" from the application in GitLab, or renew it there',
  },
  encryptionKeys: {
    name: 'ENCRYPTION_KEY',
    type: EncryptionKeys,
    secret: true,
    optional: true,
    requiredWith: 'GITLAB_OAUTH_CLIENT_ID',
    list: true,
    help: 'Seals the tokens of people who linked their accounts: 32 bytes in base64. Several, separated by commas, to rotate: the first seals, all open.',
    mend: 'Make one with `openssl rand -base64 32`',
  },
  publicUrl: {
    name: 'PUBLIC_URL',
    type: webAddress,
    optional: true,
    requiredWith: 'GITLAB_OAUTH_CLIENT_ID',
    help: "The bot's own address, as browsers and GitLab reach it. `init` writes it; `doctor` looks for the webhook that leads there.",
    mend: 'Write an address like https://chatops.example.com, or leave it out',
  },
  grafanaUrl: {
    name: 'GRAFANA_URL',
    type: webAddress,
    optional: true,
    help: 'Your Grafana: each deployment and rollback becomes an annotation there.',
    mend: 'Write the address that you open in the browser, e.g. https://grafana.example.com, or leave it out',
  },
  grafanaToken: {
    name: 'GRAFANA_TOKEN',
    type: word,
    secret: true,
    optional: true,
    requiredWith: 'GRAFANA_URL',
    help: 'Token of a service account of Grafana, role Editor; needed with `GRAFANA_URL`.',
    mend: 'Make one in Grafana, Administration > Users and access > Service accounts, role Editor, or leave GRAFANA_URL out',
  },
  mailServer: {
    name: 'SMTP_URL',
    type: SmtpUrl,
    secret: true,
    optional: true,
    help: 'Mail server for `notify_email`: `smtps://user:password@mail.example.com?from=chatops@example.com`. `smtp://` asks for STARTTLS; `tls=off` does without. `from` may be left out where the user is an address.',
    mend: 'Write it like smtps://user:password@mail.example.com?from=chatops@example.com (special characters percent-encoded), or leave it out',
  },
  prometheusUrl: {
    name: 'PROMETHEUS_URL',
    type: webAddress,
    optional: true,
    help: 'Your Prometheus: `canary.watch` asks it how a canary does.',
    mend: 'Write an address like http://prometheus.monitoring.svc:9090, or leave it out',
  },
  database: {
    name: 'DATABASE_URL',
    type: DatabaseUrl,
    default: 'sqlite:chatops.db',
    help: 'Where the bot keeps its state: `sqlite:` and a file, for one process; or `postgres://user:password@host:5432/database`, which several may share.',
    mend: 'Write sqlite: and a path, e.g. sqlite:/data/chatops.db, or postgres://user:password@host:5432/database (special characters percent-encoded)',
  },
  configPath: {
    name: 'CHATOPS_CONFIG',
    type: z.string(),
    default: 'chatops.yml',
    help: 'The file that names your projects and channels.',
    mend: 'Write the path of your chatops.yml',
  },
  host: {
    name: 'HOST',
    type: word,
    default: '0.0.0.0',
    help: 'Address to listen on.',
    mend: 'Write an address of this machine, e.g. 127.0.0.1, or leave it out to listen on all',
  },
  port: {
    name: 'PORT',
    type: z
      .string()
      .regex(/^\d{1,5}$/, 'is not a port number')
      .transform(Number)
      .refine((port) => port <= 65_535, 'is not a port number'),
    default: '3000',
    help: 'Port to listen on.',
    mend: 'Write a number from 1 to 65535',
  },
  logLevel: {
    name: 'LOG_LEVEL',
    type: z.string().pipe(z.enum(logLevels, 'is not a log level')),
    default: 'info',
    help: `How much to log: ${logLevels.map((level) => `\`${level}\``).join(', ')}.`,
    mend: `Write one of ${logLevels.join(', ')}`,
  },
} as const satisfies Record<string, Setting>;

/** The settings of the process, read once from the environment. */
export type ProcessSettings = {
  readonly [Key in keyof typeof environmentSettings]: Value<(typeof environmentSettings)[Key]>;
};

type Value<Declared extends Setting> =
  | z.output<Declared['type']>
  | (Declared extends { readonly optional: true } | { readonly requiredUnless: string } ? undefined : never);

/** One row of the README's settings table and one entry of `.env.example`. */
export interface SettingRow {
  readonly name: string;
  /** Empty: nothing is set unless you set it. */
  readonly default: string;
  readonly required: boolean;
  /** Required only where this other one is not set. */
  readonly requiredUnless: string | undefined;
  readonly secret: boolean;
  readonly help: string;
}

/** All environment variables in the order in which they are documented. */
export function describeSettings(): readonly SettingRow[] {
  return Object.values<Setting>(environmentSettings).map((setting) => ({
    name: setting.name,
    default: setting.default ?? '',
    required: setting.default === undefined && !setting.optional,
    requiredUnless: setting.requiredUnless,
    secret: setting.secret ?? false,
    help: setting.help,
  }));
}
