import { createElement as h, type ReactNode } from 'react';
import { list, obj, str } from './block-elements.ts';
import { renderBlocks } from './blocks.ts';
import { plainText } from './mrkdwn.ts';
import { type Looking, surroundingsOf } from './slack-panel.ts';

/** The modal on top of the actor's stack, or nothing. */
export function renderModal(looking: Looking): ReactNode {
  const top = looking.slack
    .views(looking.actor.id)
    .filter((one) => one.type === 'modal')
    .at(-1);
  if (top === undefined) return null;
  const { view } = top;
  const text = (key: string, fallback: string) => plainText(str(obj(view[key])['text'])) || fallback;
  const around = { ...surroundingsOf(looking), errors: top.errors };
  const trouble =
    top.trouble === undefined ? null : h('div', { className: 'sl-error', role: 'alert' }, `✖ ${top.trouble}`);
  const submit =
    view['submit'] === undefined
      ? null
      : h('button', { type: 'submit', className: 'sl-button primary' }, text('submit', 'Submit'));
  return h(
    'form',
    {
      className: 'sl-modal',
      role: 'dialog',
      'aria-modal': true,
      'aria-label': text('title', 'Form'),
      'data-view': top.id,
      'data-root': top.rootId,
    },
    h(
      'header',
      null,
      h('h2', null, text('title', '')),
      h('button', { type: 'button', 'data-close': 'all', 'aria-label': 'Close' }, '✕'),
    ),
    h('div', { className: 'sl-modal-body' }, trouble, renderBlocks(list(view['blocks']), around)),
    h(
      'footer',
      null,
      h('button', { type: 'button', className: 'sl-button', 'data-close': 'one' }, text('close', 'Close')),
      submit,
    ),
  );
}
