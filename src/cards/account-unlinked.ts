import type { LinkedPerson } from '../domain/link.ts';
import { bold, code, say } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';

/** Somebody ended the link of their GitLab account. */
export function renderAccountUnlinked(about: {
  readonly gitlab: LinkedPerson;
  /** The command that links anew, as installed. */
  readonly link: string;
}): Card {
  const unlinked = say`You are not linked to ${bold(`@${about.gitlab.username}`)} in GitLab any more.`;
  return buildCard({
    spoken: unlinked,
    lines: [unlinked, say`The bot has forgotten your tokens and has GitLab end them. ${code(about.link)} links anew.`],
  });
}
