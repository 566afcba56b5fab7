import { bold, join, link, type Phrase, type Segment, say, time } from '../domain/phrase.ts';
import { proseLines, type ReleaseChanged } from '../domain/tag-news.ts';
import { buildCard, type Card } from './card.ts';
import { literal } from './literal.ts';
import { shaped } from './phrase-blocks.ts';
import { refName } from './pipeline-words.ts';
import { shapes } from './status.ts';

const maxLines = 4;

/** A release was published, is announced for a time to come, or was deleted; with the first lines of its notes. */
export function renderReleaseChanged({ news, now }: { readonly news: ReleaseChanged; readonly now: Date }): Card {
  const { project, change, description = '' } = news;
  const notes = change === 'deleted' ? [] : proseLines(description, maxLines);
  return buildCard({
    spoken: say`${headline(news, now)} Project: ${project.path}.`,
    lines: [shaped(shapes.release, headline(news, now)), ...notes.map((line) => [literal(line, 200)]), factsLine(news)],
  });
}

function headline(news: ReleaseChanged, now: Date): Phrase {
  const { change, releasedAt } = news;
  if (change === 'deleted') return say`The release ${title(news)} was deleted. Its tag may still be there.`;
  if (releasedAt !== undefined && releasedAt > now)
    return say`Release ${title(news)} is announced for ${time(releasedAt)}.`;
  return say`Release ${title(news)} is published.`;
}

/** Most releases bear the name of their tag. */
function title({ name, tag }: ReleaseChanged): Phrase {
  const known = name.trim() === '' ? tag : name;
  return known === tag ? [bold(refName(tag))] : say`${bold(literal(known, 80))} (${refName(tag)})`;
}

function factsLine({ change, url, project }: ReleaseChanged): Phrase {
  const parts: Segment[] = change === 'deleted' || url === undefined ? [] : [link('Open the release', url)];
  return join([...parts, link(project.path, project.url)], ' · ');
}
