import { bold, code, join, say } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';
import type { Line } from './phrase-blocks.ts';

/** What help says of a command; names as they are installed. */
export interface CommandHelp {
  readonly name: string;
  readonly usage: string;
  readonly description: string;
  readonly examples: readonly string[];
}

const maxCommands = 12;

/** The commands, each with what it is for and how it is typed; one alone also with its examples. */
export function renderHelp({ commands }: { readonly commands: readonly CommandHelp[] }): Card {
  const [only] = commands;
  const single = commands.length === 1 && only ? only : undefined;
  const names = join(
    commands.slice(0, maxCommands).map((command) => command.name),
    ', ',
  );
  return buildCard({
    spoken: single
      ? say`${single.name}: ${single.description}. Type ${single.usage}.`
      : say`You can type ${names} here.`,
    lines: single ? detail(single) : commands.slice(0, maxCommands).flatMap(summary),
    more: single
      ? []
      : [
          say`Words in [brackets] may be left out. Nothing is deployed before you have seen the plan and pressed Deploy.`,
        ],
  });
}

function summary({ name, usage, description, examples }: CommandHelp): readonly Line[] {
  const [example] = examples;
  const such = example === undefined || example === usage ? [] : say`, such as ${code(example)}`;
  return [say`${bold(name)} · ${description}`, say`${code(usage)}${such}`];
}

function detail({ name, usage, description, examples }: CommandHelp): readonly Line[] {
  return [
    say`${bold(name)} · ${description}`,
    say`${code(usage)}`,
    ...examples.slice(0, 5).map((example): Line => say`• ${code(example)}`),
  ];
}
