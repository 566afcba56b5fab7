import { stringify } from 'yaml';
import { commands } from '../../commands/index.ts';
import { commandLine } from '../domain/command-line.ts';
import { UsageError } from '../domain/errors.ts';
import { emailScope, requiredScopes } from '../slack/scopes.ts';
import { readFlags } from './flags.ts';

/** How the Slack app is to be installed. */
export interface ManifestOptions {
  /** `SLACK_COMMAND_PREFIX` of the bot, e.g. `gl-`. */
  readonly prefix: string;
  /** Socket Mode: Slack needs no address of ours. */
  readonly socket: boolean;
  /** Only `/chatops`, which takes every other command as its first word. */
  readonly rootOnly: boolean;
  /** For `identity.email: true`: with the scope that shows people's addresses. */
  readonly email: boolean;
  /** Where Slack reaches the bot, without a path of ours. */
  readonly url: string;
}

/** What `manifest.yml` in the repository is made with. */
export const defaultManifest: ManifestOptions = {
  prefix: '',
  socket: false,
  rootOnly: false,
  email: false,
  url: 'https://chatops.example.com',
};

const usage = 'chatops manifest [--prefix gl-] [--socket] [--root-only] [--email] [--url https://…]';

const flags = {
  prefix: { type: 'string', default: '' },
  socket: { type: 'boolean', default: false },
  'root-only': { type: 'boolean', default: false },
  email: { type: 'boolean', default: false },
  url: { type: 'string' },
} as const;

const ROOT_COMMAND = '/chatops';

/** The entry in the menu of a message; Slack sends this word with it. */
const SHORTCUT = 'chatops_here';

/** Slack takes commands of up to 32 characters, with their slash. */
const MAX_COMMAND = 32;

/**
 * The manifest of a Slack app that fits this version: its commands, scopes and events.
 * @see https://docs.slack.dev/reference/app-manifest
 */
export function renderManifest(options: ManifestOptions): string {
  return [
    ...head(options),
    '',
    '_metadata:',
    '  major_version: 1',
    '',
    'display_information:',
    '  name: GitLab ChatOps',
    '  description: Deploy with GitLab CI from Slack, and follow each release in one thread',
    "  background_color: '#1f1e24'",
    '',
    'features:',
    '  bot_user:',
    '    display_name: chatops',
    '    always_online: true',
    // Otherwise nobody can write to the bot alone, nor does it see what they write.
    '  app_home:',
    '    messages_tab_enabled: true',
    '    messages_tab_read_only_enabled: false',
    '  shortcuts:',
    '    - name: ChatOps here',
    '      type: message',
    `      callback_id: ${SHORTCUT}`,
    '      description: What can be done about this message, such as deploying or rolling back',
    '  slash_commands:',
    ...installedCommands(options).flatMap((command, index) => slashCommand(command, index === 0, options)),
    '',
    'oauth_config:',
    '  scopes:',
    '    # Why each is needed stands in src/slack/scopes.ts.',
    '    bot:',
    ...[...requiredScopes, ...(options.email ? [emailScope] : [])].map((scope) => `      - ${scope}`),
    '',
    ...settings(options),
    '',
  ].join('\n');
}

/**
 * `chatops manifest`: the manifest for these words of the command line.
 * @throws UsageError
 */
export function manifestFor(args: readonly string[]): string {
  const { values } = readFlags({ args: [...args], options: flags }, usage);
  const { prefix, socket, 'root-only': rootOnly, email, url } = values;
  if (!/^[a-z0-9_-]{0,20}$/.test(prefix)) {
    throw new UsageError('--prefix is not a prefix of at most 20 small letters, digits, - or _.', {
      hint: 'Write it without a slash, e.g. --prefix gl-, and start the bot with the same SLACK_COMMAND_PREFIX.',
    });
  }
  const options = { prefix, socket, rootOnly, email, url: readAddress(url ?? defaultManifest.url) };
  const tooLong = installedCommands(options).find(({ command }) => command.length > MAX_COMMAND);
  if (tooLong) {
    throw new UsageError(`${tooLong.command} has more than the ${MAX_COMMAND} characters that Slack allows.`, {
      hint: 'Choose a shorter --prefix.',
    });
  }
  return renderManifest(options);
}

/** Slack calls nothing but HTTPS, and checks the address when the manifest is pasted. */
function readAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new UsageError('--url is not an address that Slack can call.', {
      hint: 'Write the address of the bot as https://…, without ? and #.',
    });
  }
  return text.replace(/\/+$/, '').replace(/\/slack\/events$/, '');
}

interface InstalledCommand {
  readonly command: string;
  readonly usageHint: string;
  readonly description: string;
}

function installedCommands({ prefix, rootOnly }: ManifestOptions): readonly InstalledCommand[] {
  return commands
    .filter(({ name }) => !rootOnly || name === ROOT_COMMAND)
    .map(({ name, usage, description }) => ({
      command: commandLine(prefix, name, []),
      // What follows the command's own name.
      usageHint: usage.slice(name.length + 1),
      description,
    }));
}

function slashCommand(command: InstalledCommand, isFirst: boolean, options: ManifestOptions): readonly string[] {
  const why = '      # Without it a mentioned person or channel would arrive as plain text that nobody can look up.';
  return [
    `    - command: ${command.command}`,
    ...(options.socket ? [] : [`      url: ${eventsUrl(options)}`]),
    `      usage_hint: ${scalar(command.usageHint)}`,
    `      description: ${scalar(command.description)}`,
    ...(isFirst ? [why] : []),
    '      should_escape: true',
  ];
}

function settings(options: ManifestOptions): readonly string[] {
  const requestUrl = options.socket ? [] : [`    request_url: ${eventsUrl(options)}`];
  return [
    'settings:',
    '  event_subscriptions:',
    ...requestUrl,
    '    bot_events:',
    '      - app_mention',
    '      - message.im',
    '  interactivity:',
    '    is_enabled: true',
    ...requestUrl,
    ...(options.socket ? [] : [`    message_menu_options_url: ${eventsUrl(options)}`]),
    `  socket_mode_enabled: ${options.socket}`,
    '  org_deploy_enabled: false',
    '  # The bot keeps the one token you give it; rotating tokens cannot be switched off again.',
    '  token_rotation_enabled: false',
  ];
}

function eventsUrl({ url }: ManifestOptions): string {
  return `${url}/slack/events`;
}

/** A text as YAML writes it on one line: quoted only where it has to be. */
function scalar(text: string): string {
  return stringify(text, { singleQuote: true, lineWidth: 0 }).trimEnd();
}

function head(options: ManifestOptions): readonly string[] {
  const changes = [...addressToChange(options), ['The names, if you like others.'], ...commandsToChange(options)];
  const count = ['', 'one thing', 'two things', 'three things'][changes.length] ?? 'these things';
  return [
    '# The Slack app, ready to paste: https://api.slack.com/apps > Create New App > From a manifest.',
    '#',
    `# Change ${count}:`,
    ...changes.flatMap(([first = '', ...more], index) => [
      `#   ${index + 1}. ${first}`,
      ...more.map((line) => `#      ${line}`),
    ]),
    ...(options.prefix === '' ? [] : ['#', `# Start the bot with SLACK_COMMAND_PREFIX=${options.prefix}.`]),
    ...(options.socket
      ? [
          '#',
          "# Then generate an app-level token with the scope connections:write on the app's page, Basic Information: it is",
          '# SLACK_APP_TOKEN. No manifest can make it.',
        ]
      : []),
    '#',
    "# After changing scopes or commands of an installed app, install it again: Slack asks for it on the app's page.",
  ];
}

function addressToChange({ socket, url }: ManifestOptions): readonly (readonly string[])[] {
  if (socket || url !== defaultManifest.url) return [];
  return [[`${url}, in every line that has it: the address under which Slack reaches your bot.`]];
}

function commandsToChange({ prefix }: ManifestOptions): readonly (readonly string[])[] {
  if (prefix !== '') return [];
  return [
    [
      'The commands, if another app of your workspace owns one of them: write /gl-deploy and so on, and start the bot',
      'with SLACK_COMMAND_PREFIX=gl-. Slack gives a command to the app that was installed last, without a word.',
    ],
  ];
}
