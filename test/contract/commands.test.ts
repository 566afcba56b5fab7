import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { commands } from '../../commands/index.ts';
import { requiredScopes } from '../../src/slack/scopes.ts';
import { Manifest, reserved } from '../support/slack-manifest.ts';
import { read, tableUnder } from './repository.ts';

const manifest = Manifest.parse(parse(read('manifest.yml')));

describe('commands', () => {
  it('stand in the manifest with their usage and description', () => {
    const installed = manifest.features.slash_commands.map(({ command, usage_hint, description }) => ({
      name: command,
      usage: `${command} ${usage_hint}`,
      description,
    }));

    expect(installed).toEqual(commands.map(({ name, usage, description }) => ({ name, usage, description })));
  });

  it('stand in the table of the README with their usage and description', () => {
    const rows = commands.map(({ usage, description }) => `| \`${usage.replaceAll('|', '\\|')}\` | ${description} |`);

    expect(tableUnder(read('README.md'), 'Commands')).toEqual(rows);
  });

  it('have names that Slack leaves to apps', () => {
    expect(commands.length).toBeGreaterThan(0);
    expect(commands.map(({ name }) => name.slice(1)).filter((name) => reserved.includes(name))).toEqual([]);
  });

  it('have examples that begin with their name', () => {
    for (const { name, examples } of commands) {
      expect(examples.length).toBeGreaterThan(0);
      expect(examples.filter((example) => example !== name && !example.startsWith(`${name} `))).toEqual([]);
    }
  });
});

describe('manifest', () => {
  it('asks for the scopes that the code needs, and for no other', () => {
    expect(manifest.oauth_config.scopes.bot).toEqual([...requiredScopes]);
  });

  it('subscribes to mentions, and to what is written to the bot alone', () => {
    expect(manifest.settings.event_subscriptions.bot_events).toEqual(['app_mention', 'message.im']);
  });
});
