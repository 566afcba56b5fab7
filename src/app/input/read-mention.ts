import { normaliseText } from '../arguments.ts';
import type { Command } from '../command.ts';

/** What somebody wrote behind the bot's name: a command line, or nothing that is one. */
export type Said =
  | { readonly kind: 'command'; readonly name: string; readonly text: string }
  | { readonly kind: 'none'; readonly unknown: string | undefined };

/** Words that in a thread say everything: the pipeline is the thread's, and so is the deploy to be canceled. */
const plainWords: Readonly<Record<string, string>> = {
  logs: '/pipeline',
  log: '/pipeline',
  retry: '/pipeline',
  cancel: '/chatops',
};
const spelled: Readonly<Record<string, string>> = { log: 'logs' };

/** Reads the words behind a mention, with or without the slash of the command. */
export function readMention(
  text: string,
  { commands, prefix }: { readonly commands: readonly Command[]; readonly prefix: string },
): Said {
  const [word = '', ...rest] = text.trim().split(/\s+/);
  const typed = normaliseText(word).replace(/^\//, '').toLowerCase();
  const plain = prefix !== '' && typed.startsWith(prefix) ? typed.slice(prefix.length) : typed;
  const has = (name: string | undefined): boolean => commands.some((command) => command.name === name);
  if (has(`/${plain}`)) return { kind: 'command', name: `/${plain}`, text: rest.join(' ') };
  const command = Object.hasOwn(plainWords, plain) ? plainWords[plain] : undefined;
  if (command !== undefined && has(command))
    return { kind: 'command', name: command, text: [spelled[plain] ?? plain, ...rest].join(' ') };
  if (plain === 'help' && has('/chatops')) return { kind: 'command', name: '/chatops', text: 'help' };
  return { kind: 'none', unknown: word === '' ? undefined : word };
}
