import type {
  ActionsBlock,
  Button,
  ConfirmationDialog,
  ContextBlock,
  KnownBlock,
  PlainTextElement,
} from '@slack/types';
import { clip, literal } from './literal.ts';
import { type Line, renderLines, renderText } from './phrase-blocks.ts';

/** A Slack message: the blocks, and the whole sentence that phones push and screen readers read. */
export interface Card {
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/** A button. `spoken` is what a screen reader says: with version and environment, since it hears no context. */
export interface CardButton {
  readonly label: string;
  readonly spoken: string;
  readonly actionId: string;
  readonly value: string;
  /** A page that it opens in the browser. */
  readonly url?: string | undefined;
  readonly style?: 'primary' | 'danger' | undefined;
  /** Slack asks this before it sends the press. */
  readonly confirm?: { readonly title: string; readonly text: string; readonly yes: string } | undefined;
}

/** The parts of a card from top to bottom. */
export interface CardParts {
  readonly spoken: Line;
  /** The first says what happened, the second what to do. */
  readonly lines: readonly Line[];
  readonly excerpt?: readonly string[] | undefined;
  readonly buttons?: readonly CardButton[] | undefined;
  /** Below the buttons. */
  readonly more?: readonly Line[] | undefined;
  /** Small print. */
  readonly small?: string | undefined;
}

const maxButtons = 10;
const maxExcerptLines = 8;

/** Puts a card together from its parts; empty lines and parts are left out. */
export function buildCard(parts: CardParts): Card {
  const lines = parts.lines.filter((line) => line.length > 0);
  const more = (parts.more ?? []).filter((line) => line.length > 0);
  return {
    text: renderText(parts.spoken),
    blocks: [
      renderLines(lines, parts.excerpt?.slice(-maxExcerptLines)),
      ...renderButtons(parts.buttons ?? []),
      ...(more.length === 0 ? [] : [renderLines(more)]),
      ...(parts.small === undefined ? [] : [renderSmall(parts.small)]),
    ],
  };
}

/** The words a button carries about its target, short enough that both fit into the 75 characters Slack reads out. */
export function target(version: string, environment: string): string {
  return `${literal(version, 20)} to ${literal(environment, 28)}`;
}

/** Slack wants each action id once in a message: where several buttons share one, `:1`, `:2`, … follow it. */
function renderButtons(buttons: readonly CardButton[]): ActionsBlock[] {
  // A value that Slack would refuse cannot be cut either: the button is left out, and the card's words remain.
  const usable = buttons.filter((button) => button.value.length <= 2000).slice(0, maxButtons);
  if (usable.length === 0) return [];
  const elements = usable.map((button, index): Button => {
    const id = clip(button.actionId, 250);
    const shared = usable.filter((other) => clip(other.actionId, 250) === id).length > 1;
    return {
      type: 'button',
      text: { type: 'plain_text', text: literal(button.label, 75) || '?', emoji: false },
      action_id: shared ? `${id}:${index + 1}` : id,
      ...(button.value === '' ? {} : { value: button.value }),
      ...(button.url === undefined ? {} : { url: button.url }),
      ...(button.style === undefined ? {} : { style: button.style }),
      ...(button.confirm === undefined ? {} : { confirm: renderConfirm(button.confirm) }),
      accessibility_label: literal(button.spoken, 75) || '?',
    };
  });
  return [{ type: 'actions', elements }];
}

/** @see https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object */
function renderConfirm({ title, text, yes }: NonNullable<CardButton['confirm']>): ConfirmationDialog {
  return { title: plain(title, 100), text: plain(text, 300), confirm: plain(yes, 30), deny: plain('Not now', 30) };
}

function plain(words: string, max: number): PlainTextElement {
  return { type: 'plain_text', text: literal(words, max) };
}

function renderSmall(text: string): ContextBlock {
  return { type: 'context', elements: [{ type: 'plain_text', text: literal(text, 150) || '?', emoji: false }] };
}
