import { createElement as h, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import type { SandboxUser } from '../slack-server/workspace.ts';
import { renderGitLab } from './gitlab-panel.ts';
import type { GitLabSide } from './gitlab-side.ts';
import { renderModal } from './modal-panel.ts';
import { type Looking, renderChannels, renderThread, renderTimeline } from './slack-panel.ts';

export interface CommandHelp {
  readonly name: string;
  readonly usage: string;
  readonly description: string;
}

/** One switch of the fault bar; its first mode is how it is when all is well. */
export interface FaultSwitch {
  readonly name: string;
  readonly label: string;
  readonly modes: readonly string[];
  readonly mode: string;
}

/** What each person is there for, shown beside the name. */
const ROLES: Readonly<Record<string, string>> = {
  U0ANN: 'deploys',
  U0RAJ: 'approves',
  U0MIA: 'on call',
  U0OLU: 'runs the bot',
  U0GIL: 'guest',
};

/** The parts of the page that change, as HTML by the id of the element that holds them. */
export function renderParts(
  looking: Looking,
  gitlab: GitLabSide | undefined,
  faults: readonly FaultSwitch[],
): Readonly<Record<string, string>> {
  const channel = looking.slack.channels().find((one) => one.id === looking.channel);
  const name = channel?.kind === 'im' ? '● ChatOps' : `# ${channel?.name ?? ''}`;
  return {
    people: html(renderPeople(looking)),
    faults: html(renderFaults(faults)),
    channels: html(renderChannels(looking)),
    title: html(h('h1', null, name)),
    threadTitle: html(h('h2', null, 'Thread', h('small', null, ` ${name}`))),
    timeline: html(renderTimeline(looking)),
    thread: html(renderThread(looking)),
    modal: html(renderModal(looking)),
    gitlab: html(renderGitLab(gitlab, looking.project)),
  };
}

function html(node: ReactNode): string {
  return renderToStaticMarkup(node);
}

function renderPeople(looking: Looking): ReactNode {
  const people = looking.slack.users().filter((user) => !user.isBot && !user.deleted);
  return h(
    'div',
    { role: 'group', 'aria-label': 'Act as' },
    h('span', null, 'Act as '),
    ...people.map((user: SandboxUser) =>
      h(
        'button',
        {
          key: user.id,
          type: 'button',
          'data-actor': user.id,
          'aria-pressed': user.id === looking.actor.id,
        },
        user.realName.split(' ')[0],
        h('small', null, ROLES[user.id] === undefined ? '' : ` ${ROLES[user.id]}`),
      ),
    ),
  );
}

function renderFaults(faults: readonly FaultSwitch[]): ReactNode {
  return h(
    'div',
    null,
    ...faults.map((one) =>
      h(
        'label',
        { key: one.name, className: one.mode === one.modes[0] ? '' : 'is-faulty' },
        `${one.label} `,
        h(
          'select',
          { 'data-fault': one.name, defaultValue: one.mode },
          ...one.modes.map((mode) => h('option', { key: mode, value: mode }, mode)),
        ),
      ),
    ),
  );
}

/** The whole page, complete without a script but for the deeds. */
export function renderShell(
  looking: Looking,
  parts: Readonly<Record<string, string>>,
  commands: readonly CommandHelp[],
): string {
  const start = JSON.stringify({
    actor: looking.actor.id,
    channel: looking.channel,
    thread: looking.thread ?? null,
    project: looking.project ?? null,
    commands,
  }).replaceAll('<', '\\u003c');
  const part = (tag: string, id: string, attributes: string) =>
    `<${tag} id="${id}" ${attributes}>${parts[id] ?? ''}</${tag}>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>gitlab-chatops demo</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/blocks.css"><link rel="stylesheet" href="/style.css">
<script type="application/json" id="start">${start}</script>
<script src="/client.js" defer></script></head>
<body><div id="slack_blocks_to_jsx" data-theme="light" class="pg ${looking.thread === undefined ? '' : 'has-thread'}">
<header class="pg-top"><strong class="pg-brand">gitlab-chatops <small>demo</small></strong>
${part('div', 'people', '')}${part('div', 'faults', '')}</header>
${part('nav', 'channels', 'class="pg-channels" aria-label="Channels"')}
<main class="pg-main"><div class="pg-head">${part('div', 'title', '')}</div>
${part('div', 'timeline', 'class="pg-scroll" role="log" aria-label="Messages" tabindex="0"')}
${newest('timeline')}
${composer('say', 'Message or /command', 'Type /deploy prod v1.4.0, or @chatops help')}</main>
<aside class="pg-thread" aria-label="Thread"><div class="pg-head">${part('div', 'threadTitle', '')}
<button type="button" data-thread="" aria-label="Close thread">✕</button></div>
${part('div', 'thread', 'class="pg-scroll" role="log" aria-label="Replies" tabindex="0"')}
${newest('thread')}
${composer('reply', 'Reply to the thread', 'Reply, or @chatops deploy prod v1.4.0')}</aside>
<aside class="pg-gitlab" aria-label="GitLab"><div class="pg-head"><h2>🦊 GitLab</h2></div>
${part('div', 'gitlab', 'class="pg-scroll" tabindex="0"')}</aside>
${part('div', 'modal', 'class="pg-modal"')}
<dialog id="confirm"><h2></h2><p></p><div><button value="no"></button><button value="yes"></button></div></dialog>
<div id="notice" role="status"></div></div></body></html>`;
}

function newest(part: string): string {
  return `<button type="button" class="pg-newest" data-newest="${part}" hidden>↓ New messages</button>`;
}

function composer(id: string, label: string, placeholder: string): string {
  return `<form class="pg-composer" id="${id}"><ul class="pg-completion" id="${id}-list" role="listbox" hidden></ul>
<input type="text" name="text" aria-label="${label}" aria-controls="${id}-list" placeholder="${placeholder}" autocomplete="off">
<button type="submit">Send</button></form>`;
}
