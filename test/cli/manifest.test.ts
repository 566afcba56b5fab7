import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { commands } from '../../commands/index.ts';
import { defaultManifest, manifestFor, renderManifest } from '../../src/cli/manifest.ts';
import { UsageError } from '../../src/domain/errors.ts';
import { emailScope, requiredScopes } from '../../src/slack/scopes.ts';
import { read } from '../contract/repository.ts';
import { Manifest, reserved } from '../support/slack-manifest.ts';

function made(...args: readonly string[]) {
  return Manifest.parse(parse(manifestFor(args)));
}

describe('chatops manifest', () => {
  it('prints manifest.yml as it is in the repository (after a change: `npx chatops manifest > manifest.yml`)', () => {
    expect(manifestFor([])).toBe(read('manifest.yml'));
    expect(renderManifest(defaultManifest)).toBe(read('manifest.yml'));
  });

  it('keeps within what Slack allows, whatever the flags', () => {
    for (const flags of [
      [],
      ['--socket'],
      ['--root-only'],
      ['--prefix', 'a-prefix-of-20-chars'],
      ['--prefix', 'gl-'],
    ]) {
      const { features, oauth_config } = made(...flags);

      expect(features.slash_commands.filter(({ command }) => reserved.includes(command.slice(1)))).toEqual([]);
      expect(oauth_config.scopes.bot).toEqual([...requiredScopes]);
    }
  });

  it('asks for the addresses of people only when told to', () => {
    expect(made('--email').oauth_config.scopes.bot).toEqual([...requiredScopes, emailScope]);
  });

  it('names the commands as they are installed', () => {
    const { features } = made('--prefix', 'gl-');

    expect(features.slash_commands.map(({ command }) => command)).toEqual(
      commands.map(({ name }) => `/gl-${name.slice(1)}`),
    );
    expect(manifestFor(['--prefix', 'gl-'])).toContain('SLACK_COMMAND_PREFIX=gl-');
  });

  it('leaves the one root command where the others belong to somebody else', () => {
    expect(made('--root-only').features.slash_commands.map(({ command }) => command)).toEqual(['/chatops']);
  });

  it('leaves every address out in Socket Mode', () => {
    expect(made('--socket').settings.socket_mode_enabled).toBe(true);
    expect(manifestFor(['--socket'])).not.toMatch(/(?<!# ).*chatops\.example\.com|request_url|slack\/events/);
  });

  it('puts the address of the bot everywhere', () => {
    const text = manifestFor(['--url', 'https://bot.acme.test/']);

    expect(text).not.toContain('chatops.example.com');
    expect(made('--url', 'https://bot.acme.test').settings.event_subscriptions.request_url).toBe(
      'https://bot.acme.test/slack/events',
    );
  });

  it.each([
    [['--url', 'http://bot.acme.test']],
    [['--url', 'nowhere']],
    [['--prefix', '/gl']],
    [['--prefix', 'a-prefix-that-is-far-too-long']],
    [['--sockets']],
    [['everything']],
  ])('refuses %j and says what to write', (args) => {
    expect(() => manifestFor(args)).toThrow(UsageError);
  });
});
