import type { KnownBlock } from '@slack/types';
import type { Card } from './card.ts';
import { literal } from './literal.ts';
import { type Line, renderLines } from './phrase-blocks.ts';

/** A form: what Slack shows in a window of its own. */
export interface View {
  readonly title: string;
  readonly submit?: string | undefined;
  readonly callbackId: string;
  readonly blocks: KnownBlock[];
}

/** Which form it is; `note` has nothing to send. */
export type FormName = 'deploy_form' | 'what_ships' | 'reject_form' | 'here_menu' | 'note';

/** Slack takes 24 characters. */
const maxTitle = 24;

/** A form of these blocks. */
export function buildView(parts: {
  readonly title: string;
  readonly name: FormName;
  readonly submit?: string;
  readonly blocks: KnownBlock[];
}): View {
  const { title, name, submit, blocks } = parts;
  return {
    title: literal(title, maxTitle),
    ...(submit === undefined ? {} : { submit }),
    callbackId: name,
    blocks,
  };
}

/** What is shown until the answers are there. `instead` is what to do if they never come. */
export function renderLoading({ title, instead }: { readonly title: string; readonly instead: Line }): View {
  return buildView({ title, name: 'note', blocks: [renderLines([['Loading…'], instead])] });
}

/** A card where the form was: a refusal, a failure, an answer. */
export function renderNote({ title, card }: { readonly title: string; readonly card: Card }): View {
  return buildView({ title, name: 'note', blocks: [...card.blocks] });
}
