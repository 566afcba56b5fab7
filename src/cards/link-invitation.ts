import type { Person } from '../domain/actor.ts';
import { bold, say, time } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';

/** Where somebody links their GitLab account. */
export function renderLinkInvitation(about: {
  readonly url: string;
  /** How long the address is good. */
  readonly until: Date;
  /** The account that they have linked already. */
  readonly linked: Person | undefined;
}): Card {
  const { url, until, linked } = about;
  return buildCard({
    spoken: say`Link your GitLab account: open the page behind the button.`,
    lines: [
      say`Here you link your GitLab account.`,
      say`Open the page in the browser in which you are signed in to GitLab. It is for you alone, good once, until ${time(until)}.`,
      ...(linked ? [say`You are linked as ${bold(`@${linked.username}`)} now; this replaces it.`] : []),
    ],
    buttons: [
      { label: 'Link my account', spoken: 'Link your GitLab account', actionId: 'link_account', value: '', url },
    ],
  });
}
