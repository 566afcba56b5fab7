import { code, link, type Phrase, plainText, say } from '../domain/phrase.ts';
import type { Refusal, Todo } from '../domain/refusal.ts';
import { buildCard, type Card, type CardButton } from './card.ts';
import { type Line, shaped } from './phrase-blocks.ts';
import { shapes } from './status.ts';

/** Every refusal in one shape: what did not happen, the fact, one thing to do, and a small code. */
export function renderRefusal(refusal: Refusal): Card {
  const { notDone, fact, todo } = refusal;
  return buildCard({
    spoken: say`${notDone} ${fact}`,
    lines: [shaped(shapes.stop, notDone), fact, ...todo.flatMap(todoLine)],
    buttons: todo.flatMap((one) => todoButton(one, notDone)),
    small: `Code: ${refusal.code}`,
  });
}

function todoLine(todo: Todo): readonly Line[] {
  switch (todo.kind) {
    case 'say':
      return [todo.phrase];
    case 'type':
      return [say`→ ${code(todo.line)}`];
    case 'open':
      return [say`→ ${link(todo.label, todo.url)}`];
    case 'press':
      return [];
  }
}

/** Read aloud, the button says what it is about, since a screen reader comes to it without the lines above. */
function todoButton(todo: Todo, notDone: Phrase): readonly CardButton[] {
  if (todo.kind !== 'press') return [];
  const { label, actionId, value } = todo;
  return [{ label, spoken: `${label}: ${plainText(notDone)}`, actionId, value }];
}
