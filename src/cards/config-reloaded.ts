import { code, say } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';
import { renderConfigRefused } from './config-refused.ts';
import { shaped } from './phrase-blocks.ts';
import { statuses } from './status.ts';

/** What came of `/chatops reload`, for whoever typed it. */
export function renderConfigReloaded(
  reloaded:
    | { readonly kind: 'used'; readonly projects: number }
    | { readonly kind: 'same' }
    | { readonly kind: 'refused'; readonly problems: readonly string[] },
): Card {
  switch (reloaded.kind) {
    case 'refused':
      return renderConfigRefused(reloaded);
    case 'same': {
      const said = say`${code('chatops.yml')} is as it was. Nothing changed.`;
      return buildCard({ spoken: said, lines: [said] });
    }
    case 'used': {
      const { projects } = reloaded;
      const said = say`${code('chatops.yml')} is in force as it stands now, with ${projects} ${projects === 1 ? 'project' : 'projects'}.`;
      return buildCard({ spoken: said, lines: [shaped(statuses.passed.shape, said)] });
    }
  }
}
