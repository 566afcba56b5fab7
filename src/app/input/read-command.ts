import { UsageError } from '../../domain/errors.ts';
import { didYouMean } from '../../domain/nearest.ts';
import { readWords, type Words } from '../arguments.ts';
import type { Command } from '../command.ts';

/**
 * Finds the command of this name, as installed or without the installation's prefix, and reads its words.
 * @throws UsageError for a name that is none, or words that the command cannot have.
 */
export function readCommand(
  line: { readonly name: string; readonly text: string },
  about: { readonly commands: readonly Command[]; readonly prefix: string },
): { readonly command: Command; readonly words: Words } {
  const { commands, prefix } = about;
  const typed = line.name.replace(/^\//, '').toLowerCase();
  const plain = prefix !== '' && typed.startsWith(prefix) ? typed.slice(prefix.length) : typed;
  const command = commands.find((candidate) => candidate.name === `/${plain}`);
  if (command) return { command, words: readWords(line.text, command.flags) };
  const near = didYouMean(
    plain,
    commands.map((candidate) => candidate.name.slice(1)),
  );
  throw new UsageError(`I do not know the command ${line.name.slice(0, 40)}.`, {
    hint: `Type: ${near ? `/${near}` : '/chatops help'}`,
  });
}
