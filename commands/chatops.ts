import type { Command, CommandResult } from '../src/app/command.ts';
import { renderHelp } from '../src/cards/help.ts';
import { commandLine } from '../src/domain/command-line.ts';
import { UsageError } from '../src/domain/errors.ts';
import { didYouMean } from '../src/domain/nearest.ts';

/**
 * The root command: `/chatops help`, and every other command as `/chatops deploy …`, for workspaces where another
 * app owns `/deploy`.
 */
export function createChatops(others: readonly Command[]): Command {
  const chatops: Command = {
    name: '/chatops',
    usage: '/chatops help|<command> …',
    description: 'Help, and every command under one name',
    examples: ['/chatops help', '/chatops deploy prod v1.4.0'],
    flags: { valueFlags: [...new Set(others.flatMap((command) => command.flags.valueFlags))] },

    async run({ words, flags }, context): Promise<CommandResult> {
      const [name = 'help', ...rest] = words;
      if (name.toLowerCase() === 'help')
        return { kind: 'answer', about: {}, card: helpCard(context.settings.commandPrefix) };
      const command = others.find((other) => other.name === `/${name.toLowerCase()}`);
      if (command) {
        const strange = Object.keys(flags).find((flag) => !command.flags.valueFlags.includes(flag));
        if (strange !== undefined)
          throw new UsageError(`--${strange} is not a flag of ${command.name}.`, { hint: `Type: ${command.usage}` });
        return command.run({ words: rest, flags }, context);
      }
      const near = didYouMean(name, ['help', ...others.map((other) => other.name.slice(1))]);
      const line = `/chatops ${near ?? 'help'}`;
      throw new UsageError(`I do not know the command ${name.slice(0, 40)}.`, { hint: `Type: ${line}` });
    },
  };

  function helpCard(prefix: string): ReturnType<typeof renderHelp> {
    const installed = [...others, chatops].map((command) => ({
      ...command,
      name: commandLine(prefix, command.name, []),
      usage: withPrefix(prefix, command.usage),
      examples: command.examples.map((example) => withPrefix(prefix, example)),
    }));
    return renderHelp({ commands: installed });
  }

  return chatops;
}

function withPrefix(prefix: string, line: string): string {
  return `/${prefix}${line.slice(1)}`;
}
