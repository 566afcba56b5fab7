import { code, say } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';
import { shaped } from './phrase-blocks.ts';
import { shapes } from './status.ts';

const shown = 7;

/** An edit of `chatops.yml` that cannot be used: nothing changed, and what to mend, as `chatops config check` lists it. */
export function renderConfigRefused({ problems }: { readonly problems: readonly string[] }): Card {
  const said = say`${code('chatops.yml')} was changed and is refused. The one before stays in force.`;
  const more = problems.length - shown;
  return buildCard({
    spoken: said,
    lines: [
      shaped(shapes.warning, said),
      say`Mend it, and it is read again by itself. ${code('chatops config check')} lists all problems.`,
    ],
    excerpt: [...problems.slice(0, shown), ...(more > 0 ? [`… and ${more} more`] : [])],
  });
}
