import { questions } from './answers.ts';

/** What `chatops init --help` prints: what it does, and each flag with where else its value may come from. */
export function initHelp(): string {
  const flags = Object.entries(questions).map(([name, { ask, ...more }]) => {
    const setting = 'setting' in more ? `; else ${more.setting} of the settings` : '';
    return flagLine(`${name} …`, `${ask}${setting}`);
  });
  return [
    'chatops init [flags]',
    '',
    "Asks for what is missing, checks each answer, then writes .env and chatops.yml and makes the project's webhook.",
    'Run it again for another project, or to mend what is there: nothing is overwritten without a question.',
    '',
    ...flags,
    flagLine('app-token …', 'App-level token (xapp-…) for Socket Mode, in place of --signing-secret'),
    flagLine('group-hook', 'The webhook of the group above the project, for all of its projects (Premium, Owner)'),
    flagLine('yes', 'Change .env and chatops.yml without asking'),
    '',
    'With all of them it asks nothing, as a script needs it. First: chatops manifest, for the Slack app.',
  ].join('\n');
}

function flagLine(flag: string, words: string): string {
  return `  --${flag.padEnd(18)} ${words}`;
}
