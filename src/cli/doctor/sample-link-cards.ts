import { renderAccountLinked } from '../../cards/account-linked.ts';
import { renderAccountUnlinked } from '../../cards/account-unlinked.ts';
import type { Card } from '../../cards/card.ts';
import { renderLinkInvitation } from '../../cards/link-invitation.ts';
import { renderWhoAmI } from '../../cards/who-am-i.ts';
import type { LinkedPerson } from '../../domain/link.ts';

/** One of each card about who somebody is, for Slack to look at. */
export function sampleLinkCards(
  actor: { readonly slackUserId: string; readonly gitlab: LinkedPerson },
  until: Date,
): Readonly<Record<string, Card>> {
  const { gitlab } = actor;
  const url = 'https://chatops.example.com/oauth/gitlab/start?for=sample';
  return {
    'link invitation': renderLinkInvitation({ url, until, linked: gitlab }),
    'account linked': renderAccountLinked({ gitlab, unlink: '/chatops unlink' }),
    'who am i': renderWhoAmI({
      email: false,
      actor,
      configured: 'ann',
      restricted: false,
      admin: false,
      link: '/chatops link',
      timezone: 'Europe/Paris',
      standings: [
        { project: 'acme/app', role: 'developer', environments: { may: ['staging'], mayNot: ['production'] } },
      ],
    }),
    'account unlinked': renderAccountUnlinked({ gitlab, link: '/chatops link' }),
  };
}
