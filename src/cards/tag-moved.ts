import { bold, code, join, link, type Phrase, type Segment, say } from '../domain/phrase.ts';
import { proseLines, type TagMoved } from '../domain/tag-news.ts';
import { buildCard, type Card } from './card.ts';
import { literal } from './literal.ts';
import { shaped } from './phrase-blocks.ts';
import { refName, shortSha } from './pipeline-words.ts';
import { shapes } from './status.ts';

const maxLines = 3;

/** A tag came, was moved or went: who did it, and what they wrote with it. */
export function renderTagMoved(news: TagMoved): Card {
  const { project, tag, message = '' } = news;
  return buildCard({
    spoken: say`${headline(news, refName(tag))} Project: ${project.path}.`,
    lines: [
      shaped(shapes.tag, headline(news, bold(refName(tag)))),
      ...proseLines(message, maxLines).map((line) => [literal(line, 200)]),
      factsLine(news),
    ],
  });
}

function headline({ move, user }: TagMoved, tag: Segment): Phrase {
  const who = user === undefined ? undefined : literal(user.name, 60);
  switch (move) {
    case 'created':
      return who === undefined ? say`The tag ${tag} was pushed.` : say`${who} pushed the tag ${tag}.`;
    case 'moved':
      return who === undefined
        ? say`The tag ${tag} was moved to another commit.`
        : say`${who} moved the tag ${tag} to another commit.`;
    case 'deleted':
      return who === undefined ? say`The tag ${tag} was deleted.` : say`${who} deleted the tag ${tag}.`;
  }
}

function factsLine({ move, project, tag, sha }: TagMoved): Phrase {
  const parts: (Phrase | Segment)[] = sha === undefined ? [] : [code(shortSha(sha))];
  if (move === 'deleted') parts.push('What was deployed from it stays deployed.');
  else parts.push(link('Open the tag', `${project.url}/-/tags/${encodeURIComponent(tag.toWellFormed())}`));
  parts.push(link(project.path, project.url));
  return join(parts, ' · ');
}
