import { renderAccountLinked } from '../../src/cards/account-linked.ts';
import { renderAccountUnlinked } from '../../src/cards/account-unlinked.ts';
import type { Card } from '../../src/cards/card.ts';
import { renderLinkInvitation } from '../../src/cards/link-invitation.ts';

/** Each card about linked accounts; `outside` is what people put into their names. */
export function linkCards(outside: string): Readonly<Record<string, Card>> {
  const gitlab = { id: 2, username: outside, name: outside };
  const invitation = {
    url: 'https://chatops.example.com/oauth/gitlab/start?for=secret',
    until: new Date('2026-03-02T10:10:00Z'),
  };
  return {
    'link invitation': renderLinkInvitation({ ...invitation, linked: undefined }),
    'link invitation, linked before': renderLinkInvitation({ ...invitation, linked: gitlab }),
    'account linked': renderAccountLinked({ gitlab, unlink: '/chatops unlink' }),
    'account unlinked': renderAccountUnlinked({ gitlab, link: '/chatops link' }),
  };
}
