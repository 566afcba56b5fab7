import { code, join, type Phrase, say } from '../domain/phrase.ts';
import { buildCard, type Card, type CardButton } from './card.ts';
import type { Line } from './phrase-blocks.ts';
import { buildView, type View } from './view.ts';

/** What a person can do where they are. */
export interface PossibleHere {
  /** What the place is about; empty where it is about nothing. */
  readonly about: Phrase;
  /** A word that was taken for a command and is none. */
  readonly unknown?: string | undefined;
  /** Buttons: each stands for a whole command line. */
  readonly deeds: readonly { readonly label: string; readonly spoken: string; readonly line: string }[];
  readonly commands: readonly { readonly words: string; readonly description: string }[];
}

const maxDeeds = 8;
const maxCommands = 10;

/** The answer to a mention that is no command. */
export function renderPossibleHere(possible: PossibleHere): Card {
  const { about, unknown, commands } = possible;
  const strange = unknown === undefined ? [] : say`I do not know ${code(unknown.slice(0, 40))}. Nothing was done. `;
  return buildCard({
    spoken: say`${strange}${about.length === 0 ? [] : say`${about} `}This is what you can do here.`,
    lines: [strange, about, say`This is what you can do here:`, ...commandLines(commands)],
    buttons: buttons(possible),
    more: [say`Write the words after my name. Nothing is deployed before you have seen the plan and pressed Deploy.`],
  });
}

/** The same as a form, for the menu of a message. */
export function renderHereMenu(possible: PossibleHere): View {
  return buildView({ title: 'ChatOps here', name: 'here_menu', blocks: [...renderPossibleHere(possible).blocks] });
}

function commandLines(commands: PossibleHere['commands']): readonly Line[] {
  const told = commands
    .slice(0, maxCommands)
    .map((command): Line => say`• ${code(command.words)} ${command.description}`);
  const left = commands.slice(maxCommands).map(({ words }) => code(words));
  return left.length === 0 ? told : [...told, say`• and ${join(left, ', ')}`];
}

function buttons({ deeds }: PossibleHere): readonly CardButton[] {
  return deeds.slice(0, maxDeeds).map(({ label, spoken, line }) => ({
    label,
    spoken,
    actionId: 'run_command',
    value: line,
  }));
}
