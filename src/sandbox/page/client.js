// The page's script: it sends what a person does, and puts the server's new HTML in place without losing what was typed.
'use strict';

const start = JSON.parse(document.getElementById('start').textContent);
const looking = { actor: start.actor, channel: start.channel, thread: start.thread, project: start.project };
const commands = start.commands;
const root = document.getElementById('slack_blocks_to_jsx');
const shown = new Map();
let refreshing = false;
let again = false;

/* ---- showing ---- */

async function refresh() {
  if (refreshing) {
    again = true;
    return;
  }
  refreshing = true;
  try {
    const query = new URLSearchParams({ as: looking.actor, channel: looking.channel });
    if (looking.thread) query.set('thread', looking.thread);
    if (looking.project) query.set('project', looking.project);
    const response = await fetch(`/parts?${query}`);
    const parts = await response.json();
    for (const [id, html] of Object.entries(parts)) place(id, html);
    root.classList.toggle('has-thread', Boolean(looking.thread));
    history.replaceState(null, '', `/?${query}`);
    countUnread();
  } finally {
    refreshing = false;
    if (again) {
      again = false;
      void refresh();
    }
  }
}

function place(id, html) {
  if (shown.get(id) === html) return;
  shown.set(id, html);
  const part = document.getElementById(id);
  const typed = readControls(part);
  const folds = new Map([...part.querySelectorAll('details[data-keep]')].map((one) => [one.dataset.keep, one.open]));
  const focus = part.contains(document.activeElement) ? keyOf(document.activeElement) : undefined;
  const atEnd = isAtEnd(part);
  const before = part.querySelectorAll('article').length;
  part.innerHTML = html;
  for (const one of part.querySelectorAll('details[data-keep]')) {
    if (folds.has(one.dataset.keep)) one.open = folds.get(one.dataset.keep);
  }
  writeControls(part, typed);
  if (focus) [...part.querySelectorAll('button,input,select,textarea')].find((one) => keyOf(one) === focus)?.focus();
  if (part.getAttribute('role') === 'log') {
    if (atEnd) part.scrollTop = part.scrollHeight;
    else if (part.querySelectorAll('article').length > before) newestButton(part).hidden = false;
  }
  if (id === 'modal') {
    // Behind a modal nothing can be reached, by keyboard neither.
    for (const one of root.children) one.inert = html !== '' && !['modal', 'confirm', 'notice'].includes(one.id);
  }
  if (id === 'modal' && html !== '' && !part.contains(document.activeElement)) {
    part.querySelector('.sl-modal-body input, .sl-modal-body select, .sl-modal-body textarea, footer button')?.focus();
  }
}

function isAtEnd(part) {
  return part.scrollHeight - part.scrollTop - part.clientHeight < 60;
}

// Shown while something new stands below what is in view.
function newestButton(part) {
  return document.querySelector(`[data-newest="${part.id}"]`);
}

function toNewest(id) {
  document.getElementById(id).scrollTop = 1e9;
  newestButton(document.getElementById(id)).hidden = true;
}

// Inputs keep what was typed only where block and action id stay the same, as in Slack.
function keyOf(control) {
  const data = control.dataset;
  const place = control.closest('[data-message],[data-view]');
  const where = place?.dataset.message ?? place?.dataset.root ?? '';
  return [
    where,
    data.block,
    data.action,
    data.value,
    data.gitlab,
    data.job,
    data.ref,
    data.actor,
    data.show,
    data.channel,
    data.thread,
    control.name,
    control.type === 'radio' || control.type === 'checkbox' ? control.value : '',
  ].join('|');
}

function readControls(part) {
  const typed = new Map();
  for (const one of part.querySelectorAll('input,select,textarea')) {
    if (one.dataset.fault) continue;
    typed.set(
      keyOf(one),
      one.type === 'checkbox' || one.type === 'radio'
        ? one.checked
        : one.multiple
          ? [...one.selectedOptions].map((o) => o.value)
          : { value: one.value, chosen: one.dataset.chosen },
    );
  }
  return typed;
}

function writeControls(part, typed) {
  for (const one of part.querySelectorAll('input,select,textarea')) {
    const was = typed.get(keyOf(one));
    if (was === undefined) continue;
    if (typeof was === 'boolean') one.checked = was;
    else if (Array.isArray(was)) for (const option of one.options) option.selected = was.includes(option.value);
    else {
      one.value = was.value;
      if (was.chosen !== undefined) one.dataset.chosen = was.chosen;
    }
  }
}

function countUnread() {
  const key = `seen-${looking.actor}`;
  const seen = JSON.parse(sessionStorage.getItem(key) ?? '{}');
  for (const one of document.querySelectorAll('#channels [data-channel]')) {
    const count = Number(one.dataset.count);
    if (one.dataset.channel === looking.channel) seen[one.dataset.channel] = count;
    const unread = count - (seen[one.dataset.channel] ?? 0);
    const badge = one.querySelector('.pg-badge');
    badge.hidden = unread <= 0;
    badge.textContent = String(unread);
    badge.title = `${unread} new`;
  }
  sessionStorage.setItem(key, JSON.stringify(seen));
}

let noticeTimer;
function notice(text) {
  const box = document.getElementById('notice');
  box.textContent = text;
  box.classList.add('is-shown');
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => box.classList.remove('is-shown'), 6000);
}

/* ---- doing ---- */

async function perform(name, args) {
  const response = await fetch(`/do/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(args),
  });
  const body = await response.json();
  if (!body.ok) notice(body.error);
  return body;
}

function ask(confirm) {
  const dialog = document.getElementById('confirm');
  const [no, yes] = dialog.querySelectorAll('button');
  dialog.querySelector('h2').textContent = confirm.title;
  dialog.querySelector('p').textContent = confirm.text;
  no.textContent = confirm.deny;
  yes.textContent = confirm.confirm;
  no.className = 'sl-button';
  yes.className = `sl-button ${confirm.style === 'danger' ? 'danger' : 'primary'}`;
  dialog.returnValue = 'no';
  dialog.showModal();
  yes.focus();
  return new Promise((resolve) => {
    no.onclick = () => dialog.close('no');
    yes.onclick = () => dialog.close('yes');
    dialog.onclose = () => resolve(dialog.returnValue === 'yes');
  });
}

// What the inputs beside a control hold, by block id and action id.
function valuesIn(place) {
  const values = {};
  for (const one of place.querySelectorAll('[data-action]')) {
    const { action, block, kind } = one.dataset;
    if (/button|overflow/.test(kind) && kind !== 'radio_buttons') continue;
    const value = valueOf(one);
    if (value !== undefined) (values[block] ??= {})[action] = value;
  }
  return values;
}

function valueOf(one) {
  if (one.classList.contains('sl-checks')) {
    const checked = [...one.querySelectorAll('input:checked')].map((input) => input.value);
    return one.dataset.kind === 'checkboxes' ? checked : (checked[0] ?? '');
  }
  if (one.multiple) return [...one.selectedOptions].map((option) => option.value);
  if (one.dataset.kind === 'external_select') return one.dataset.chosen;
  if (one.dataset.kind === 'multi_external_select') return one.dataset.chosen ? [one.dataset.chosen] : [];
  return one.value;
}

async function act(control, value) {
  const { action, block, confirm, url } = control.dataset;
  if (confirm && !(await ask(JSON.parse(confirm)))) return;
  const message = control.closest('[data-message]');
  const view = control.closest('[data-view]');
  const args = { user: looking.actor, actionId: action, blockId: block, values: valuesIn(view ?? message) };
  if (value !== undefined) args.value = value;
  control.setAttribute('aria-busy', 'true');
  try {
    if (view) await perform('clickView', { ...args, viewId: view.dataset.view });
    else {
      const deed = message.dataset.ephemeral ? 'clickEphemeral' : 'click';
      await perform(deed, { ...args, channel: looking.channel, messageTs: message.dataset.message });
    }
  } finally {
    control.removeAttribute('aria-busy');
  }
  if (url) window.open(url, '_blank', 'noopener');
}

async function say(text, threadTs) {
  const who = { user: looking.actor, channel: looking.channel };
  if (text.startsWith('/')) {
    if (threadTs) return notice(`${text.split(' ')[0]} is not supported in threads. Sorry!`);
    const [, command, rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(text);
    // A phone begins a line with a capital.
    if (command !== '/invite' && !commands.some((one) => one.name === command.toLowerCase())) {
      return notice(`${command} is not a valid command.`);
    }
    if (command === '/invite') return invite(rest);
    return perform('command', { ...who, command, text: rest });
  }
  const args = { ...who, text, ...(threadTs ? { threadTs } : {}) };
  // In a direct message the app hears of everything.
  const isHeard = looking.channel.startsWith('D') || /(^|\s)@chatops\b/i.test(text);
  return perform(isHeard ? 'mention' : 'say', args);
}

function useShortcut(messageTs) {
  return perform('shortcut', {
    user: looking.actor,
    channel: looking.channel,
    messageTs,
    callbackId: 'chatops_here',
  });
}

async function invite(text) {
  const { ok } = await perform('command', { user: looking.actor, channel: looking.channel, command: '/invite', text });
  if (ok) notice(`${text.trim()} is in ${document.querySelector('#title h1').textContent} now.`);
}

// An address of Slack's own is a message on this page.
function openMessage(event, address) {
  const found = /^https:\/\/[\w-]+\.slack\.com\/archives\/(\w+)\/p(\d+)(\d{6})(?:\?(.*))?$/.exec(address);
  if (!found) return;
  event.preventDefault();
  const [, channel, seconds, micros, query] = found;
  look({ channel, thread: new URLSearchParams(query).get('thread_ts') ?? `${seconds}.${micros}` });
}

/* ---- events ---- */

document.addEventListener('click', (event) => {
  const address = event.target.closest('a')?.href;
  if (address) return openMessage(event, address);
  const control = event.target.closest('button');
  if (!control || control.type === 'submit') return;
  const data = control.dataset;
  if (data.actor !== undefined) look({ actor: data.actor, thread: null });
  else if (data.channel !== undefined) look({ channel: data.channel, thread: null });
  else if (data.thread === '') closeThread();
  else if (data.thread !== undefined) look({ thread: data.thread });
  else if (data.newest !== undefined) toNewest(data.newest);
  else if (data.show !== undefined) show(data.show);
  else if (data.gitlab !== undefined) void gitlab(data);
  else if (data.shortcut !== undefined) void useShortcut(data.shortcut);
  else if (data.close !== undefined) closeModal(data.close === 'all');
  else if (data.action !== undefined) void act(control, data.value);
});

function look(change) {
  Object.assign(looking, change);
  shown.delete('timeline');
  shown.delete('thread');
  void refresh().then(() => {
    for (const id of ['timeline', 'thread']) toNewest(id);
  });
}

function show(project) {
  looking.project = project;
  void refresh().then(() => {
    document.getElementById('gitlab').scrollTop = 0;
  });
}

// The keyboard goes on where the thread was opened.
function closeThread() {
  const from = looking.thread;
  look({ thread: null });
  (
    document.querySelector(`#timeline [data-thread="${CSS.escape(from)}"]`) ?? document.querySelector('#say input')
  ).focus();
}

function gitlab(data) {
  const person = document.querySelector(`#people [data-actor="${CSS.escape(looking.actor)}"]`);
  const username = person.textContent.trim().split(' ')[0].toLowerCase();
  return perform(`gitlab/${data.gitlab}`, {
    job: data.job,
    username,
    outcome: data.outcome,
    ref: data.ref,
    on: data.on,
    project: shownProject(),
  });
}

function shownProject() {
  return document.querySelector('#gitlab [data-project]').dataset.project;
}

function closeModal(all) {
  const modal = document.querySelector('.sl-modal');
  if (modal) void perform('closeView', { user: looking.actor, viewId: modal.dataset.view, all });
}

document.addEventListener('change', (event) => {
  const control = event.target;
  if (control.dataset.fault) return void flip(control);
  const holder = control.closest('[data-action]');
  if (!holder || holder.dataset.input || /_input$|external_select$/.test(holder.dataset.kind)) return;
  const value = valueOf(holder);
  if (value !== '') void act(holder, value);
  if (holder.dataset.kind === 'overflow') control.value = '';
});

// A switch that was refused stands where it stood.
async function flip(control) {
  const { ok } = await perform('fault', { name: control.dataset.fault, mode: control.value });
  if (ok) return;
  shown.delete('faults');
  await refresh();
}

document.addEventListener('submit', (event) => {
  event.preventDefault();
  const form = event.target;
  if (form.classList.contains('sl-modal')) {
    void perform('submitView', { user: looking.actor, viewId: form.dataset.view, values: valuesIn(form) });
  } else if (form.dataset.gitlabForm) {
    const field = form.elements.name;
    const name = field.value.trim() || field.placeholder;
    field.value = '';
    void perform(`gitlab/${event.submitter?.dataset.gitlab ?? form.dataset.gitlabForm}`, {
      name,
      project: shownProject(),
    });
  } else {
    const text = form.elements.text.value.trim();
    if (text === '') return;
    form.elements.text.value = '';
    complete(form);
    void say(text, form.id === 'reply' ? looking.thread : undefined);
    for (const id of ['timeline', 'thread']) toNewest(id);
  }
});

/* ---- completion of commands ---- */

function complete(form) {
  const list = form.querySelector('.pg-completion');
  const word = form.elements.text.value;
  const isCommand = form.id === 'say' && word.startsWith('/');
  const name = word.split(' ')[0];
  const found = isCommand
    ? commands.filter((one) => (word.includes(' ') ? one.name === name : one.name.startsWith(name)))
    : [];
  list.replaceChildren(
    ...found.map((one, index) => {
      const item = document.createElement('li');
      item.setAttribute('role', 'option');
      item.setAttribute('aria-selected', String(index === 0 && !word.includes(' ')));
      item.dataset.name = one.name;
      const usage = document.createElement('code');
      usage.textContent = one.usage.startsWith('/') ? one.usage : `${one.name} ${one.usage}`;
      const help = document.createElement('small');
      help.textContent = one.description;
      item.append(usage, help);
      return item;
    }),
  );
  list.hidden = found.length === 0;
}

document.addEventListener('input', (event) => {
  const control = event.target;
  if (control.form?.classList.contains('pg-composer')) complete(control.form);
  if (/external_select$/.test(control.dataset.kind ?? '')) {
    control.dataset.chosen = '';
    void offer(control);
  }
});

document.addEventListener('keydown', (event) => {
  const list = listOf(event.target);
  if (event.key === 'Escape') {
    if (list && !list.hidden) list.hidden = true;
    else if (document.querySelector('.sl-modal')) closeModal(false);
    else if (looking.thread) closeThread();
    return;
  }
  if (!list || list.hidden || list.children.length === 0) return;
  const items = [...list.children];
  const at = items.findIndex((one) => one.getAttribute('aria-selected') === 'true');
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault();
    const next = (at + (event.key === 'ArrowDown' ? 1 : -1) + items.length) % items.length;
    items.forEach((one, index) => one.setAttribute('aria-selected', String(index === next)));
    items[next].scrollIntoView({ block: 'nearest' });
  } else if ((event.key === 'Tab' || event.key === 'Enter') && at >= 0) {
    const isTyped = items[at].dataset.name !== undefined && event.target.value.includes(' ');
    if (isTyped || (event.key === 'Enter' && items[at].dataset.name === event.target.value)) return;
    event.preventDefault();
    pick(items[at]);
  }
});

document.addEventListener('mousedown', (event) => {
  const item = event.target.closest('[role="option"]');
  if (!item) return;
  event.preventDefault();
  pick(item);
});

function listOf(control) {
  return control.form?.classList.contains('pg-composer')
    ? control.form.querySelector('.pg-completion')
    : control.closest?.('.sl-external')?.querySelector('.sl-options');
}

function pick(item) {
  const list = item.parentElement;
  if (item.dataset.name !== undefined) {
    const field = list.closest('form').elements.text;
    field.value = `${item.dataset.name} `;
    field.focus();
    complete(field.form);
    return;
  }
  const field = list.parentElement.querySelector('input');
  field.value = item.textContent;
  field.dataset.chosen = item.dataset.value;
  list.hidden = true;
  field.setAttribute('aria-expanded', 'false');
  if (!field.dataset.input) void act(field, field.dataset.chosen);
}

/* ---- selects whose options come from the app ---- */

let offering = 0;
async function offer(field) {
  if (field.value.length < Number(field.dataset.min)) return;
  const turn = ++offering;
  const view = field.closest('[data-view]');
  const message = field.closest('[data-message]');
  const place = view ? { viewId: view.dataset.view } : { channel: looking.channel, messageTs: message.dataset.message };
  const answer = await perform('suggest', {
    user: looking.actor,
    actionId: field.dataset.action,
    value: field.value,
    ...place,
  });
  if (turn !== offering || !field.isConnected) return;
  const body = answer.result?.body ?? {};
  const options = body.options ?? (body.option_groups ?? []).flatMap((group) => group.options);
  const list = field.parentElement.querySelector('.sl-options');
  list.replaceChildren(
    ...options.map((option) => {
      const item = document.createElement('span');
      item.setAttribute('role', 'option');
      item.setAttribute('aria-selected', 'false');
      item.dataset.value = option.value;
      item.textContent = option.text.text;
      return item;
    }),
  );
  if (options.length === 0) list.textContent = 'No result';
  list.hidden = false;
  field.setAttribute('aria-expanded', 'true');
}

document.addEventListener('focusin', (event) => {
  const { kind, min } = event.target.dataset ?? {};
  if (/external_select$/.test(kind ?? '') && Number(min) === 0 && event.target.value === '') void offer(event.target);
});
document.addEventListener('focusout', (event) => {
  const list = event.target.closest?.('.sl-external')?.querySelector('.sl-options');
  if (list) list.hidden = true;
});

/* ---- beginning ---- */

for (const id of ['timeline', 'thread']) {
  const part = document.getElementById(id);
  part.addEventListener('scroll', () => {
    if (isAtEnd(part)) newestButton(part).hidden = true;
  });
  toNewest(id);
}
countUnread();
const changes = new EventSource('/changes');
changes.onmessage = () => void refresh();
changes.onopen = () => void refresh();
changes.onerror = () => notice('The demo is not running any more. Waiting for it to come back.');
