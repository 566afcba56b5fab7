import type { ProcessSettings } from '../../config/schema.ts';
import { SlackError } from '../../domain/errors.ts';
import { createSlackSetup, refusalOfAppToken, type SlackAppFacts, type SlackSetup } from '../../slack/setup.ts';
import { count } from '../count.ts';
import { checkClock } from './clock.ts';
import { channelsOf, type Readable } from './configuration.ts';
import { type Checkup, type Finding, failed, ok, problem, skipped, warning } from './finding.ts';
import { checkEmailScope } from './identity-email.ts';
import { sampleCards } from './sample-cards.ts';

/** Looks at the Slack app, its channels and what Slack says of our cards. */
export async function* checkSlack(checkup: Checkup, readable: Readable): AsyncGenerator<Finding> {
  const { settings } = readable;
  const { slackBotToken: botToken, slackApiUrl: apiUrl } = settings;
  if (botToken === undefined || apiUrl === undefined) {
    yield skipped('slack', botToken === undefined ? 'SLACK_BOT_TOKEN' : 'SLACK_API_URL');
    return;
  }
  checkup.progress(apiUrl);
  const slack = createSlackSetup({ botToken, apiUrl, now: checkup.now });
  let app: SlackAppFacts;
  try {
    app = await slack.app();
  } catch (error) {
    yield failed('slack_token', 'Slack cannot be used', error);
    return;
  }
  yield ok('slack_token', `Slack knows the app as @${app.botName} in ${app.team}.`);
  yield checkClock('Slack', slack.clock(), checkup.now());
  yield checkScopes(app);
  if (readable.file?.identityEmail) yield checkEmailScope(app);
  if (settings.slackAppToken !== undefined) {
    yield await checkAppToken({ appToken: settings.slackAppToken, apiUrl, now: checkup.now });
  }
  yield unreadableParts(settings);
  yield* checkChannels(checkup, slack, { ids: readable.file ? channelsOf(readable.file) : [], app });
  yield* checkCards(checkup, slack);
}

function checkScopes({ missingScopes, installUrl }: SlackAppFacts): Finding {
  if (missingScopes.length === 0) return ok('slack_scopes', 'The token has every scope that this version needs.');
  return problem(
    'slack_scopes',
    `The token lacks ${missingScopes.join(', ')}.`,
    `Add them under OAuth & Permissions (\`chatops manifest\` prints them all), then reinstall the app: ${installUrl}`,
  );
}

async function checkAppToken(about: Parameters<typeof refusalOfAppToken>[0]): Promise<Finding> {
  const code = 'slack_app_token';
  try {
    const refusal = await refusalOfAppToken(about);
    if (refusal === undefined) return ok(code, 'Slack lets SLACK_APP_TOKEN open a connection (Socket Mode).');
    const mend =
      'Switch Socket Mode on for the app, and generate a token with scope connections:write (Basic Information).';
    return problem(code, `Slack refuses SLACK_APP_TOKEN (${refusal}).`, mend);
  } catch (error) {
    return failed(code, 'SLACK_APP_TOKEN could not be tried', error);
  }
}

function unreadableParts({ slackAppToken }: Partial<ProcessSettings>): Finding {
  const secret =
    slackAppToken === undefined ? 'nor whether SLACK_SIGNING_SECRET is right' : 'nor which events it is sent';
  return ok(
    'slack_commands',
    `Slack has no call that tells which commands the app has, ${secret}.`,
    'Compare the app\'s page with what `chatops manifest` prints, and type "/chatops help" in a channel.',
  );
}

async function* checkChannels(
  { progress }: Checkup,
  slack: SlackSetup,
  { ids, app }: { readonly ids: readonly string[]; readonly app: SlackAppFacts },
): AsyncGenerator<Finding> {
  let good = 0;
  for (const id of ids) {
    progress(`channel ${id}`);
    const finding = await checkChannel(slack, id, app);
    if (finding) yield finding;
    else good += 1;
  }
  if (good > 0) yield ok('slack_channels', `The bot is in ${count(good, 'channel')} of chatops.yml.`);
}

async function checkChannel(slack: SlackSetup, id: string, app: SlackAppFacts): Promise<Finding | undefined> {
  try {
    const channel = await slack.channel(id);
    if (!channel) {
      const mend = `Correct the id in chatops.yml; if the channel is private, type \`/invite @${app.botName}\` in it.`;
      return problem('channel_missing', `Channel ${id} does not exist, or is private and the bot is not in it.`, mend);
    }
    const name = `#${channel.name} (${id})`;
    if (channel.archived) {
      return problem('channel_archived', `${name} is archived.`, 'Unarchive it, or name another one in chatops.yml.');
    }
    if (!channel.isMember) {
      const mend = `Type \`/invite @${app.botName}\` in #${channel.name}.`;
      return problem('channel_not_member', `The bot is not in ${name}.`, mend);
    }
    if (channel.shared) {
      const mend =
        'Name a channel of your own workspace in chatops.yml: nothing can be deployed or approved from this one.';
      return warning(
        'channel_shared',
        `${name} is shared with another company or workspace, which reads all of it.`,
        mend,
      );
    }
    return undefined;
  } catch (error) {
    if (error instanceof SlackError && error.slackCode === 'missing_scope') {
      const mend = `Reinstall the app with the scopes above: ${app.installUrl}`;
      return warning('channel_unknown', `Channel ${id} cannot be looked at without channels:read, groups:read.`, mend);
    }
    return failed('channel_unknown', `Channel ${id} cannot be looked at`, error);
  }
}

async function* checkCards({ progress }: Checkup, slack: SlackSetup): AsyncGenerator<Finding> {
  const cards = Object.entries(sampleCards());
  const code = 'cards';
  let refused = 0;
  for (const [index, [name, card]] of cards.entries()) {
    progress(`card ${name}`);
    let refusal: string | undefined;
    try {
      refusal = await slack.refusalOf(card.blocks);
    } catch (error) {
      if (error instanceof SlackError && error.slackCode === 'http_429') {
        yield ok(code, `Slack asks to wait after ${index} of ${cards.length} cards; the others were not looked at.`);
        return;
      }
      yield failed(code, `The card "${name}" could not be validated`, error);
      return;
    }
    if (refusal === 'unknown_method') {
      yield ok(code, 'Whether Slack takes the cards cannot be asked here: it has no blocks.validate.');
      return;
    }
    if (refusal !== undefined) {
      refused += 1;
      yield problem(code, `Slack refuses the card "${name}" (${refusal}).`, 'Update the bot, or report it to us.');
    }
  }
  if (refused === 0) yield ok(code, `Slack takes all ${cards.length} cards.`);
}
