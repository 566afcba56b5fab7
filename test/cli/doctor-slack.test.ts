import { describe, expect, it } from 'vitest';
import { sampleCards } from '../../src/cli/doctor/sample-cards.ts';
import { smallestFile } from '../../src/config/file.ts';
import { emailScope, requiredScopes } from '../../src/slack/scopes.ts';
import { filesIn, read } from '../contract/repository.ts';
import { type Installation, install } from './setup.ts';

function changeChannel(
  { slack }: Installation,
  change: { isArchived?: boolean; isShared?: boolean; members?: ReadonlySet<string> },
): void {
  const channel = slack.channels().find(({ id }) => id === 'C0DEPLOYS');
  if (channel) slack.setChannel({ ...channel, ...change });
}

describe('chatops doctor, Slack', () => {
  it('says that the token is refused', async () => {
    const installation = await install();
    installation.env['SLACK_BOT_TOKEN'] = 'xoxb-old';

    expect(await installation.findings('slack_token')).toMatchObject([
      { level: 'problem', mend: expect.stringMatching(/SLACK_BOT_TOKEN/) },
    ]);
  });

  it('says that Slack cannot be reached', async () => {
    const installation = await install();
    installation.slack.faults.outage(true);

    expect(await installation.findings('slack_token')).toMatchObject([
      { level: 'problem', mend: expect.stringMatching(/SLACK_API_URL/) },
    ]);
  });

  it('names missing scopes, with the page on which the app is installed again', async () => {
    const installation = await install({ slack: { scopes: ['chat:write', 'users:read', 'channels:read'] } });

    expect(await installation.findings('slack_scopes')).toMatchObject([
      {
        level: 'problem',
        seen: expect.stringMatching(/commands, app_mentions:read/),
        mend: expect.stringMatching(/reinstall.*apps\/A0CHATOPS\/install-on-team/),
      },
    ]);
  });

  it.each([
    [[], 'warning'],
    [[emailScope], 'ok'],
  ])('tells whether identity.email finds anybody with the further scopes %j', async (more, level) => {
    const installation = await install({ slack: { scopes: [...requiredScopes, ...more] } });
    installation.writeFile(`${smallestFile}\nidentity: { email: true }\n`);

    expect(await installation.findings('identity_email_slack')).toMatchObject([{ level }]);
  });

  it('finds the list of apps where not even its own id may be asked for', async () => {
    const installation = await install({ slack: { scopes: ['chat:write'] } });

    expect(await installation.findings('slack_scopes')).toMatchObject([
      { mend: expect.stringMatching(/api\.slack\.com\/apps$/) },
    ]);
    expect(await installation.findings('channel_unknown')).toMatchObject([
      { level: 'warning', mend: expect.stringMatching(/Reinstall/) },
    ]);
  });

  it.each([
    ['xapp-sandbox', 'ok'],
    ['xapp-wrong', 'problem'],
  ])('tries the app-level token: %s is %s', async (token, level) => {
    const installation = await install({ slack: { appToken: 'xapp-sandbox' } });
    installation.env['SLACK_APP_TOKEN'] = token;

    expect(await installation.findings('slack_app_token')).toMatchObject([{ level }]);
  });

  it('says that the app-level token could not be tried', async () => {
    const installation = await install();
    installation.env['SLACK_APP_TOKEN'] = installation.slack.appToken;
    installation.slack.faults.add({ method: 'apps.connections.open', effect: { kind: 'http', status: 500 } });

    expect(await installation.findings('slack_app_token')).toMatchObject([{ level: 'problem' }]);
  });

  it('says that the commands of the app cannot be read', async () => {
    const installation = await install({ slack: { scopes: requiredScopes } });

    expect(await installation.findings('slack_scopes')).toMatchObject([{ level: 'ok' }]);
    expect(await installation.findings('slack_commands')).toMatchObject([
      { level: 'ok', mend: expect.stringMatching(/chatops manifest/) },
    ]);
  });

  it('says which channel there is not', async () => {
    const installation = await install();
    installation.writeFile('projects: [{ project: acme/production-app, channels: [{ id: C0NOWHERE }] }]');

    expect(await installation.findings('channel_missing')).toMatchObject([
      { level: 'problem', seen: expect.stringMatching(/C0NOWHERE/) },
    ]);
  });

  it('looks at the operations channel too', async () => {
    const installation = await install();
    installation.writeFile(
      'projects: [{ project: acme/production-app, channels: [{ id: C0DEPLOYS }] }]\noperations: { channel: C0NOWHERE }',
    );

    expect(await installation.findings('channel_missing')).toMatchObject([
      { seen: expect.stringMatching(/C0NOWHERE/) },
    ]);
  });

  it('says that it is in every channel of chatops.yml', async () => {
    const installation = await install();

    expect(await installation.findings('slack_channels')).toMatchObject([
      { level: 'ok', seen: expect.stringMatching(/1 channel/) },
    ]);
  });

  it('says in which channel it is not', async () => {
    const installation = await install();
    changeChannel(installation, { members: new Set(['U0ANN']) });

    expect(await installation.findings('channel_not_member')).toMatchObject([
      { level: 'problem', mend: 'Type `/invite @chatops` in #deploys.' },
    ]);
  });

  it('says which channel is archived', async () => {
    const installation = await install();
    changeChannel(installation, { isArchived: true });

    expect(await installation.findings('channel_archived')).toMatchObject([
      { level: 'problem', seen: expect.stringMatching(/#deploys/) },
    ]);
  });

  it('warns of a channel that another company reads', async () => {
    const installation = await install();
    changeChannel(installation, { isShared: true });

    expect(await installation.findings('channel_shared')).toMatchObject([
      { level: 'warning', mend: expect.stringMatching(/of your own workspace/) },
    ]);
  });

  it('says that a channel could not be looked at', async () => {
    const installation = await install();
    installation.slack.faults.add({ method: 'conversations.info', effect: { kind: 'error', error: 'fatal_error' } });

    expect(await installation.findings('channel_unknown')).toMatchObject([{ level: 'problem' }]);
  });
});

describe('chatops doctor, the cards', () => {
  it('are all taken by Slack', async () => {
    const installation = await install();

    expect(await installation.findings('cards')).toMatchObject([
      { level: 'ok', seen: expect.stringMatching(/takes all \d+ cards/) },
    ]);
  });

  it('are one of each kind', () => {
    const renders = filesIn('src/cards').flatMap((file) => [
      ...read(file).matchAll(/^export function (render\w+)\([^)]*\): Card\b/gm),
    ]);
    const samples = filesIn('src/cli/doctor')
      .filter((file) => file.includes('/sample-'))
      .map(read)
      .join('');

    expect(renders.length).toBeGreaterThan(15);
    expect(renders.map(([, name = '']) => name).filter((name) => !samples.includes(`${name}(`))).toEqual([]);
  });

  it('that Slack refuses are a problem each', async () => {
    const installation = await install();
    installation.slack.faults.add({
      method: 'blocks.validate',
      count: 2,
      effect: { kind: 'error', error: 'invalid_blocks' },
    });

    expect(await installation.findings('cards')).toMatchObject([
      { level: 'problem', seen: `Slack refuses the card "${Object.keys(sampleCards())[0]}" (invalid_blocks).` },
      { level: 'problem' },
    ]);
  });

  it('are not looked at where Slack has no such call', async () => {
    const installation = await install();
    installation.slack.faults.add({ method: 'blocks.validate', effect: { kind: 'error', error: 'unknown_method' } });

    expect(await installation.findings('cards')).toMatchObject([
      { level: 'ok', seen: expect.stringMatching(/no blocks\.validate/) },
    ]);
  });

  it('are looked at until Slack asks to wait', async () => {
    const installation = await install();
    installation.slack.faults.add({ method: 'blocks.validate', skip: 3, effect: { kind: 'rate_limited' } });

    expect(await installation.findings('cards')).toMatchObject([
      { level: 'ok', seen: expect.stringMatching(/after 3 of/) },
    ]);
  });

  it('that could not be asked about are a problem', async () => {
    const installation = await install();
    installation.slack.faults.add({ method: 'blocks.validate', effect: { kind: 'http', status: 500 } });

    expect(await installation.findings('cards')).toMatchObject([
      { level: 'problem', seen: expect.stringMatching(/could not be validated/) },
    ]);
  });
});
