import type { Actor, Person } from '../domain/actor.ts';
import type { Lock } from '../domain/lock.ts';
import { bold, code, link, type Phrase, say, user } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';
import { literal } from './literal.ts';
import { holderName, lockPlace, lockReason, lockTerms } from './lock-words.ts';
import { actorName } from './step-words.ts';

/** What happened to a lock that the project's channel is told of. */
export type LockNews =
  | { readonly kind: 'taken'; readonly lock: Lock; readonly from?: Lock | undefined }
  | { readonly kind: 'released'; readonly lock: Lock; readonly by: Actor }
  | { readonly kind: 'lapsed'; readonly lock: Lock }
  | { readonly kind: 'nagged'; readonly lock: Lock; readonly unlock: string }
  | {
      readonly kind: 'ignored';
      readonly lock: Lock;
      readonly version: string;
      readonly environment: string;
      readonly url: string;
      readonly by?: Person | undefined;
    };

/** News of a lock for everybody. Only whom it takes something from, or what they may have forgotten, is mentioned. */
export function renderLockTold(news: LockNews): Card {
  const said = sentence(news);
  return buildCard({ spoken: said, lines: [said] });
}

function sentence(news: LockNews): Phrase {
  const { lock } = news;
  switch (news.kind) {
    case 'taken':
      return news.from === undefined
        ? say`Locked: ${lockPlace(lock)}, ${lockTerms(lock)}`
        : say`Lock taken over: ${lockPlace(lock)}, ${lockTerms(lock)} ${called(news.from)}it was yours: ${lockReason(news.from)}.`;
    case 'released':
      return say`Unlocked: ${lockPlace(lock)}, by ${actorName(news.by)}.${whose(lock, news.by)}`;
    case 'lapsed':
      return say`Unlocked: ${lockPlace(lock)}. The lock of ${holderName(lock)} has lapsed.`;
    case 'nagged':
      return say`${called(lock)}${lockPlace(lock)} is still locked, ${lockTerms(lock)} ${code(news.unlock)} releases it.`;
    case 'ignored': {
      const by = news.by ? say` by ${news.by.name}` : [];
      return say`${called(lock)}${link(literal(news.version, 60), news.url)} is being deployed to ${bold(news.environment)} from GitLab${by}, although it is locked, ${lockTerms(lock)}`;
    }
  }
}

/** A mention, where a person holds it. */
function called({ holder }: Lock): Phrase {
  return holder === 'chatops' ? [] : say`${user(holder.slackUserId)}, `;
}

function whose(lock: Lock, by: Actor): Phrase {
  // A person's may stand beside it, and stays.
  if (lock.holder === 'chatops') return say` It was this bot's.`;
  if (lock.holder.slackUserId === by.slackUserId) return [];
  return say` ${called(lock)}it was yours.`;
}
