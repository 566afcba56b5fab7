import { nudgeApprovers } from '../src/app/approvals/nudge-approvers.ts';
import type { FlagRules, Words } from '../src/app/arguments.ts';
import { showAudit } from '../src/app/audit/show-audit.ts';
import type { Command, CommandContext, CommandResult } from '../src/app/command.ts';
import { inviteToLink } from '../src/app/links/invite-to-link.ts';
import { unlinkAccount } from '../src/app/links/unlink-account.ts';
import { whoAmI } from '../src/app/links/who-am-i.ts';
import { cancelOwn } from '../src/app/operations/cancel-own.ts';
import { askReload } from '../src/app/projects/ask-reload.ts';
import { unwatchChannel } from '../src/app/watches/unwatch-channel.ts';
import { watchChannel } from '../src/app/watches/watch-channel.ts';
import { renderHelp } from '../src/cards/help.ts';
import { commandLine } from '../src/domain/command-line.ts';
import { UsageError } from '../src/domain/errors.ts';
import { didYouMean } from '../src/domain/nearest.ts';

/** What only `/chatops` can: the words behind the name, and the context, become a result. */
const subcommands: Readonly<
  Record<string, (words: readonly string[], context: CommandContext) => Promise<CommandResult>>
> = {
  link: (_words, context) => inviteToLink(context),
  unlink: (_words, context) => unlinkAccount(context),
  watch: watchChannel,
  unwatch: unwatchChannel,
  nudge: nudgeApprovers,
  cancel: cancelOwn,
  whoami: (_words, context) => whoAmI(context),
  reload: (_words, context) => askReload(context),
  audit: showAudit,
};

/**
 * The root command: `/chatops help`, what is about the bot itself, and every other command as `/chatops deploy …`, for
 * workspaces where another app owns `/deploy`.
 */
export function createChatops(others: readonly Command[]): Command {
  const known = ['help', ...Object.keys(subcommands), ...others.map((other) => other.name.slice(1))];
  const chatops: Command = {
    name: '/chatops',
    usage: '/chatops help|link|unlink|whoami|watch|unwatch|cancel|nudge|reload|audit|<command> …',
    description: 'Help, your GitLab account, which channel is told of what, and every command under one name',
    examples: ['/chatops help', '/chatops watch acme/app', '/chatops deploy prod v1.4.0'],
    flags: {
      valueFlags: [...new Set(others.flatMap(({ flags }) => flags.valueFlags))],
      switches: [...new Set(others.flatMap(({ flags }) => flags.switches ?? []))],
    },

    action({ words }) {
      const name = words[0]?.toLowerCase() ?? 'help';
      return known.includes(name) ? name : 'chatops';
    },

    needsForm({ words, flags }, place) {
      const [name = '', ...rest] = words;
      const command = others.find((other) => other.name === `/${name.toLowerCase()}`);
      return command?.needsForm?.({ words: rest, flags }, place) ?? false;
    },

    async run({ words, flags }, context): Promise<CommandResult> {
      const [name = 'help', ...rest] = words;
      const lower = name.toLowerCase();
      if (lower === 'help')
        return { kind: 'answer', about: {}, card: helpCard(context.settings.commandPrefix, rest[0]) };
      const own = Object.hasOwn(subcommands, lower) ? subcommands[lower] : undefined;
      if (own) {
        refuseFlags({ flags }, { name: `/chatops ${lower}`, usage: `/chatops ${lower}`, valueFlags: [] });
        return own(rest, context);
      }
      const command = others.find((other) => other.name === `/${lower}`);
      if (command) {
        refuseFlags({ flags }, { ...command, ...command.flags });
        return command.run({ words: rest, flags }, context);
      }
      const line = `/chatops ${didYouMean(name, known) ?? 'help'}`;
      throw new UsageError(`I do not know the command ${name.slice(0, 40)}.`, { hint: `Type: ${line}` });
    },
  };

  /** Of the command that is asked for, as it is written here or as it is installed; else of all. */
  function helpCard(prefix: string, about: string | undefined): ReturnType<typeof renderHelp> {
    const installed = [...others, chatops].map((command) => ({
      ...command,
      name: commandLine(prefix, command.name, []),
      usage: withPrefix(prefix, command.usage),
      examples: command.examples.map((example) => withPrefix(prefix, example)),
    }));
    const asked = about?.toLowerCase().replace(/^\/+/, '');
    const one = installed.find(({ name }) => name === `/${asked}` || name === `/${prefix}${asked}`);
    return renderHelp({ commands: one ? [one] : installed });
  }

  return chatops;
}

function withPrefix(prefix: string, line: string): string {
  return `/${prefix}${line.slice(1)}`;
}

function refuseFlags(
  { flags }: Pick<Words, 'flags'>,
  command: { readonly name: string; readonly usage: string } & FlagRules,
): void {
  const strange = Object.keys(flags).find(
    (flag) => ![...command.valueFlags, ...(command.switches ?? [])].includes(flag),
  );
  if (strange === undefined) return;
  throw new UsageError(`--${strange} is not a flag of ${command.name}.`, { hint: `Type: ${command.usage}` });
}
