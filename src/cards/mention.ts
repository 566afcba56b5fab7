import type { Mention } from '../domain/mention.ts';
import { type Phrase, say, user } from '../domain/phrase.ts';

/** Calls a person to a failure, as the last line of its card. Empty where nobody is to be called. */
export function mentionLine(mention: Mention | undefined): Phrase {
  if (!mention) return [];
  const person = user(mention.slackUserId);
  return mention.as === 'author' ? say`${person}, this is your commit.` : say`${person}, you asked for this.`;
}

/** The same behind the sentence that is read aloud. */
export function spokenMention(mention: Mention | undefined): Phrase {
  return mention ? say` ${mentionLine(mention)}` : [];
}
