import { code, say } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';

/** What a form shows once a button in it was pressed: forms cannot be closed by us. */
export function renderHandedOn({ line, channel }: { readonly line: string; readonly channel: string }): Card {
  return buildCard({
    spoken: say`${line} is being looked at. The answer comes where you opened this.`,
    lines: [
      say`${code(line)} is being looked at.`,
      [...say`The answer comes in `, { kind: 'channel', channelId: channel }, ...say`, for you alone. Close this.`],
    ],
  });
}
