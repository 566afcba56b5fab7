import { renderAccountUnlinked } from '../../cards/account-unlinked.ts';
import { commandLine } from '../../domain/command-line.ts';
import { say } from '../../domain/phrase.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import { revokeLater } from './revoke-tokens.ts';

/** Erases the person's link at once; its tokens are ended in GitLab as soon as GitLab answers. */
export async function unlinkAccount({ actor, settings }: CommandContext): Promise<CommandResult> {
  const { slackUserId } = actor;
  const link = commandLine(settings.commandPrefix, '/chatops', ['link']);
  return {
    kind: 'act',
    about: {},
    async apply(tables, now) {
      const held = await tables.links.find(slackUserId);
      if (!held) {
        const refusal = {
          code: 'not_linked',
          notDone: say`Nothing was unlinked.`,
          fact: say`You have linked no GitLab account.`,
          todo: [{ kind: 'type', line: link }],
        } as const;
        return { kind: 'refused', refusal, noOp: true };
      }
      await tables.links.remove(slackUserId);
      await revokeLater(tables, held, now);
      return { kind: 'done', card: renderAccountUnlinked({ gitlab: held.gitlab, link }), reason: 'unlinked' };
    },
  };
}
