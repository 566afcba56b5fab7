import { describe, expect, it } from 'vitest';
import { type Setup, startSlack } from './support.ts';

const ANN = { user: 'U0ANN', channel: 'C0DEPLOYS' };
const label = { type: 'plain_text', text: 'Reason' };
const REASON = { type: 'input', block_id: 'why', label, element: { type: 'plain_text_input', action_id: 'text' } };
const VERSION = {
  type: 'input',
  block_id: 'what',
  optional: true,
  label,
  element: { type: 'external_select', action_id: 'version', min_query_length: 1 },
};

const BUTTON = {
  type: 'actions',
  elements: [{ type: 'button', action_id: 'more', text: label }],
};

function aModal(more: Record<string, unknown> = {}): Record<string, unknown> {
  const title = { type: 'plain_text', text: 'Deploy' };
  return { type: 'modal', title, submit: title, blocks: [REASON, VERSION], ...more };
}

async function openModal(setup: Setup, view = aModal()): Promise<{ viewId: string; hash: string }> {
  const trigger_id = await triggerId(setup);
  const opened = (await setup.api('views.open', { trigger_id, view }))['view'] as Record<string, unknown>;
  return { viewId: String(opened['id']), hash: String(opened['hash']) };
}

async function triggerId(setup: Setup): Promise<unknown> {
  await setup.slack.command({ ...ANN, command: '/deploy', text: '' });
  return setup.app.received.at(-1)?.content['trigger_id'];
}

const submit = (setup: Setup, viewId: string, values = { why: { text: 'because' } }) =>
  setup.slack.submitView({ user: 'U0ANN', viewId, values });

describe('a trigger id', () => {
  it('opens one view', async () => {
    const setup = await startSlack();
    const trigger_id = await triggerId(setup);

    expect(await setup.api('views.open', { trigger_id, view: aModal() })).toMatchObject({ ok: true });
    expect(await setup.api('views.open', { trigger_id, view: aModal() })).toMatchObject({
      error: 'exchanged_trigger_id',
    });
    expect(await setup.api('views.open', { trigger_id: 'x', view: aModal() })).toMatchObject({
      error: 'invalid_trigger_id',
    });
  });

  it('lives three seconds', async () => {
    const setup = await startSlack();
    const trigger_id = await triggerId(setup);
    setup.clock.now = new Date(setup.clock.now.getTime() + 3001);

    expect(await setup.api('views.open', { trigger_id, view: aModal() })).toMatchObject({
      error: 'expired_trigger_id',
    });
  });

  it('pushes only when it came from a modal', async () => {
    const setup = await startSlack();
    const fromCommand = await triggerId(setup);
    const { viewId } = await openModal(setup, aModal({ blocks: [BUTTON] }));
    const push = (trigger_id: unknown) => setup.api('views.push', { trigger_id, view: aModal() });

    await setup.slack.clickView({ user: 'U0ANN', viewId, actionId: 'more' });
    const fromModal = setup.app.received.at(-1)?.content['trigger_id'];

    expect(await push(fromCommand)).toMatchObject({ error: 'invalid_trigger_id' });
    expect(await push(fromModal)).toMatchObject({ ok: true, view: { root_view_id: viewId, previous_view_id: viewId } });
  });

  it('lets three views lie on each other', async () => {
    const setup = await startSlack();
    await openModal(setup);
    const top = () => setup.slack.views('U0ANN').at(-1)?.id ?? '';
    for (let count = 0; count < 3; count += 1) {
      setup.app.answers.push({ body: { response_action: 'push', view: aModal() } });
      await submit(setup, top());
    }

    expect(setup.slack.views('U0ANN')).toHaveLength(3);
    expect(setup.slack.views('U0ANN').at(-1)?.trouble).toBeDefined();
  });
});

describe('views.update', () => {
  it('refuses an old hash and an unknown view', async () => {
    const setup = await startSlack();
    const { viewId, hash } = await openModal(setup);
    const update = (view_id: string, with_: string) =>
      setup.api('views.update', { view_id, hash: with_, view: aModal() });

    expect(await update(viewId, hash)).toMatchObject({ ok: true });
    expect(await update(viewId, hash)).toMatchObject({ error: 'hash_conflict' });
    expect(await update('V9', '')).toMatchObject({ error: 'not_found' });
  });

  it('refuses a view that is too large or has an external id that is taken', async () => {
    const setup = await startSlack();
    await openModal(setup, aModal({ external_id: 'one' }));
    const blocks = Array.from({ length: 90 }, () => ({
      type: 'section',
      text: { type: 'mrkdwn', text: 'x'.repeat(3000) },
    }));

    const taken = await setup.api('views.open', {
      trigger_id: await triggerId(setup),
      view: aModal({ external_id: 'one' }),
    });
    const large = await setup.api('views.open', { trigger_id: await triggerId(setup), view: aModal({ blocks }) });

    expect([taken['error'], large['error']]).toEqual(['duplicate_external_id', 'view_too_large']);
  });
});

describe('submitView', () => {
  it('sends what was typed and closes on an empty answer', async () => {
    const setup = await startSlack();
    const { viewId } = await openModal(setup, aModal({ private_metadata: 'p', callback_id: 'deploy' }));

    await submit(setup, viewId);

    expect(setup.app.received.at(-1)?.content).toMatchObject({
      type: 'view_submission',
      view: {
        id: viewId,
        callback_id: 'deploy',
        private_metadata: 'p',
        state: { values: { why: { text: { type: 'plain_text_input', value: 'because' } } } },
      },
    });
    expect(setup.slack.views('U0ANN')).toEqual([]);
  });

  it.each<[string, object, object]>([
    ['errors beside an input', { response_action: 'errors', errors: { why: 'no' } }, { errors: { why: 'no' } }],
    [
      'errors that belong nowhere',
      { response_action: 'errors', errors: { x: 'no' } },
      { errors: {}, trouble: expect.any(String) },
    ],
    [
      'an update',
      { response_action: 'update', view: aModal({ callback_id: 'new' }) },
      { view: { callback_id: 'new' } },
    ],
    [
      'a view that Slack refuses',
      { response_action: 'update', view: { type: 'modal' } },
      { trouble: expect.any(String) },
    ],
    ['an answer that is none', { hello: 1 }, { trouble: expect.any(String) }],
  ])('shows %s', async (_name, body, shown) => {
    const setup = await startSlack();
    const { viewId } = await openModal(setup);
    setup.app.answers.push({ body });

    await submit(setup, viewId);

    expect(setup.slack.views('U0ANN')).toMatchObject([shown]);
  });

  it('clears the stack', async () => {
    const setup = await startSlack();
    const { viewId } = await openModal(setup);
    setup.app.answers.push(
      { body: { response_action: 'push', view: aModal() } },
      { body: { response_action: 'clear' } },
    );

    await submit(setup, viewId);
    expect(setup.slack.views('U0ANN')).toHaveLength(2);
    await submit(setup, setup.slack.views('U0ANN')[1]?.id ?? '');

    expect(setup.slack.views('U0ANN')).toEqual([]);
  });

  it('keeps the form and says so when the app does not answer', async () => {
    const setup = await startSlack();
    const { viewId } = await openModal(setup);
    setup.app.answers.push({ status: 500 });

    await submit(setup, viewId);

    expect(setup.slack.views('U0ANN')[0]?.trouble).toBe('We had some trouble connecting. Try again?');
  });

  it('is refused by the client while something must be filled in', async () => {
    const setup = await startSlack();
    const { viewId } = await openModal(setup);

    await expect(submit(setup, viewId, { why: { text: '' } })).rejects.toThrow('"Reason" must be filled in');
    await expect(setup.slack.submitView({ user: 'U0ANN', viewId, values: { no: { text: '' } } })).rejects.toThrow(
      'the form has no input no / text',
    );
  });
});

describe('suggest', () => {
  it('asks the app after enough letters, and only what it offered can be chosen', async () => {
    const setup = await startSlack();
    const { viewId } = await openModal(setup);
    const options = [{ text: { type: 'plain_text', text: 'v1.4.0' }, value: 'v1.4.0' }];
    const ask = (value: string) => setup.slack.suggest({ user: 'U0ANN', viewId, actionId: 'version', value });
    const before = setup.app.received.length;

    expect((await ask('')).body).toEqual({ options: [] });
    expect(setup.app.received).toHaveLength(before);
    setup.app.answers.push({ body: { options } });
    expect((await ask('v')).body).toEqual({ options });
    const choose = (version: string) =>
      setup.slack.submitView({ user: 'U0ANN', viewId, values: { why: { text: 'x' }, what: { version } } });
    await expect(choose('v9')).rejects.toThrow('version does not offer that');
    await choose('v1.4.0');

    expect(setup.app.received.at(-1)?.content).toMatchObject({
      view: { state: { values: { what: { version: { selected_option: { value: 'v1.4.0' } } } } } },
    });
  });

  it('offers nothing when the answer breaks a limit', async () => {
    const setup = await startSlack();
    const { viewId } = await openModal(setup);
    const options = Array.from({ length: 101 }, (_one, i) => ({
      text: { type: 'plain_text', text: `${i}` },
      value: `${i}`,
    }));
    setup.app.answers.push({ body: { options } });

    const delivery = await setup.slack.suggest({ user: 'U0ANN', viewId, actionId: 'version', value: 'v' });

    expect(delivery.body).toEqual({ options: [] });
  });
});

describe('the home tab', () => {
  it('is published for a user and told when it is opened', async () => {
    const setup = await startSlack();
    const view = { type: 'home', blocks: [{ type: 'divider' }] };

    expect(await setup.api('views.publish', { user_id: 'U0ANN', view })).toMatchObject({ ok: true });
    await setup.slack.openHome('U0ANN');

    expect(setup.slack.views('U0ANN')).toMatchObject([{ type: 'home' }]);
    expect(setup.app.received[0]?.content).toMatchObject({ event: { type: 'app_home_opened', tab: 'home' } });
  });
});
