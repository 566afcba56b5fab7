import type { LinkedPerson } from '../domain/link.ts';
import { bold, code, say } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';

/** Somebody confirmed on the page that this GitLab account is theirs. */
export function renderAccountLinked(about: {
  readonly gitlab: LinkedPerson;
  /** The command that ends it, as installed. */
  readonly unlink: string;
}): Card {
  const { username, name } = about.gitlab;
  const linked = say`You are linked: in GitLab you are ${bold(`@${username}`)} (${name}).`;
  return buildCard({
    spoken: linked,
    lines: [linked, say`What you do here bears your own name there. ${code(about.unlink)} ends it.`],
  });
}
