import { renderLinkInvitation } from '../../cards/link-invitation.ts';
import { say } from '../../domain/phrase.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { CommandContext, CommandResult } from '../command.ts';

/** Gives the person the address at which they link their GitLab account. */
export async function inviteToLink(context: CommandContext): Promise<CommandResult> {
  const { actor, restricted, slackName, answerTo: to, invite, now } = context;
  if (restricted) return { kind: 'refused', refusal: forMembers, about: {} };
  if (!invite || !to) return { kind: 'refused', refusal: switchedOff, about: {} };
  const { attempt, url } = invite({ slackUserId: actor.slackUserId, slackName, to, now });
  const linked = actor.knownBy === 'link' ? actor.gitlab : undefined;
  return {
    kind: 'act',
    about: {},
    async apply(tables) {
      await tables.linkAttempts.add(attempt);
      const card = renderLinkInvitation({ url, until: attempt.expiresAt, linked });
      return { kind: 'done', card, reason: 'link_invited' };
    },
  };
}

const notDone = say`No account was linked.`;

const forMembers: Refusal = {
  code: 'guest',
  notDone,
  fact: say`Guests and bots can look, not act in GitLab.`,
  todo: [{ kind: 'say', phrase: say`Ask a full member of this workspace.` }],
};

const switchedOff: Refusal = {
  code: 'linking_off',
  notDone,
  fact: say`This bot is not set up to link GitLab accounts.`,
  todo: [
    {
      kind: 'say',
      phrase: say`Ask whoever runs it to set GITLAB_OAUTH_CLIENT_ID and what belongs to it, or to add you to identity.users.`,
    },
  ],
};
