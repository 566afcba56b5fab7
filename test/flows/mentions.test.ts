import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxMessage } from '../../src/sandbox/slack-server/workspace.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { formWords, openForm, seesForm } from '../support/forms.ts';
import { until } from '../support/until.ts';

let flow: Flow;
let root: SandboxMessage;

const ann = 'U0ANN';
const question = 'Deploy v1.4.0 to production?';

beforeAll(async () => {
  flow = await startFlow();
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
  root = await flow.sees('v1.4.0 · waiting for a person');
});

afterAll(() => flow.stop());

describe('a mention in the thread of a pipeline', () => {
  it('needs no version to deploy: it is the thread’s', async () => {
    const plan = await flow.mentions(ann, 'deploy prod', { threadTs: root.ts });

    expect(words(plan)).toContain(question);
    expect(plan.threadTs).toBe(root.ts);
  });

  it('needs no project to ask what runs where', async () => {
    const answer = await flow.mentions(ann, 'deployments', { threadTs: root.ts });

    expect(words(answer)).toContain('acme/production-app');
  });

  it('needs no environment to lock and unlock: it is the thread’s', async () => {
    const taken = await flow.mentions(ann, 'lock hotfix for 2h', { threadTs: root.ts });
    const slip = await flow.mentions(ann, 'lock stagign hotfix', { threadTs: root.ts });
    const released = await flow.mentions(ann, 'unlock', { threadTs: root.ts });

    expect(words(taken)).toContain('You hold production of acme/production-app until');
    expect(words(slip)).toContain('Code: environment_unknown');
    expect(words(released)).toContain('Unlocked: production of acme/production-app');
  });

  it.each([
    ['nothing', '', ''],
    ['a word that is no command', 'frobnicate the thing', 'I do not know frobnicate. Nothing was done.'],
  ])('with %s shows what is possible there, as buttons', async (_, text, said) => {
    const answer = await flow.mentions(ann, text, { threadTs: root.ts });

    expect(words(answer)).toContain('This thread is about v1.4.0 of acme/production-app');
    expect(words(answer)).toContain('deploy prod v1.4.0');
    expect(words(answer)).toContain(said);
    await flow.presses(ann, 'Deploy to production', answer);
    await flow.reads(ann, question);
  });

  it('shows a stranger the commands alone', async () => {
    const answer = await flow.mentions('U0GIL', '', { threadTs: root.ts });

    expect(words(answer)).toContain('This is what you can do here');
    expect(JSON.stringify(answer.blocks)).not.toContain('acme/');
  });
});

describe('a mention outside of our threads', () => {
  it('in the thread of people is about the channel’s project', async () => {
    flow.slack.say({ user: ann, channel: deploys, text: 'Shall we?' });
    const said = await flow.sees('Shall we?');

    const answer = await flow.mentions(ann, 'deploy prod v1.4.0', { threadTs: said.ts });

    expect(words(answer)).toContain(question);
  });

  it('in a direct message needs no name, and offers the projects', async () => {
    const answer = await flow.mentions(ann, 'deploy prod v1.4.0', { channel: 'D0ANN' });
    await flow.presses(ann, 'acme/production-app', answer);

    const plan = await until('the plan in the direct message', () =>
      flow.slack.ephemerals(ann).find((card) => card.channel === 'D0ANN' && words(card).includes(question)),
    );
    expect(words(plan)).toContain('Told in #C0DEPLOYS');
  });
});

describe('the entry in the menu of a message', () => {
  it('opens what is possible about its thread, and a press there is answered beside it', async () => {
    await flow.slack.shortcut({ user: ann, channel: deploys, messageTs: root.ts, callbackId: 'chatops_here' });
    const atOnce = formWords(openForm(flow.slack, ann));
    const menu = await seesForm(flow.slack, ann, 'This thread is about v1.4.0');
    const before = flow.slack.ephemerals(ann).length;

    const press = pressed(menu.view, 'Deploy to production');
    await flow.slack.clickView({ user: ann, viewId: menu.id, ...press });
    const plan = await until('the plan', () => flow.slack.ephemerals(ann)[before]);

    expect(atOnce).toContain('Loading');
    expect(words(plan)).toContain(question);
    expect(plan.channel).toBe(deploys);
    await seesForm(flow.slack, ann, 'for you alone');
  });

  it('leads on to the form', async () => {
    await flow.slack.shortcut({ user: ann, channel: deploys, messageTs: root.ts, callbackId: 'chatops_here' });
    const menu = await seesForm(flow.slack, ann, 'This thread is about v1.4.0');

    await flow.slack.clickView({ user: ann, viewId: menu.id, ...pressed(menu.view, 'Deploy…') });
    const form = await seesForm(flow.slack, ann, 'Environment');

    expect(form.id).toBe(menu.id);
    expect(JSON.stringify(form.view['blocks'])).toContain('"value":"v1.4.0"');
  });

  it('works in a channel that the bot is not in', async () => {
    flow.slack.say({ user: ann, channel: 'C0RANDOM', text: 'Anybody?' });
    const said = await flow.sees('Anybody?', 'C0RANDOM');

    await flow.slack.shortcut({ user: ann, channel: 'C0RANDOM', messageTs: said.ts, callbackId: 'chatops_here' });

    const menu = await seesForm(flow.slack, ann, 'This is what you can do here');
    expect(formWords(menu)).toContain('Deploy…');
  });
});

describe('all of this', () => {
  it('has changed nothing in GitLab', () => {
    expect(flow.writes()).toEqual([]);
  });
});

function pressed(view: unknown, label: string): { readonly actionId: string; readonly value: string } {
  const buttons = JSON.stringify(view).matchAll(/\{"type":"button".*?"accessibility_label":"[^"]*"\}/g);
  const found = [...buttons].map(([text]) => JSON.parse(text) as unknown).find((button) => words(button) === label);
  if (typeof found !== 'object' || found === null) throw new Error(`no button ${label}`);
  return { actionId: String(Reflect.get(found, 'action_id')), value: String(Reflect.get(found, 'value')) };
}
