import { describe, expect, it } from 'vitest';
import { decodeSlackInput } from '../../src/slack/interactions.ts';
import { aClick, aCommand, aMention } from './bot.ts';

const decode = (payload: object) => decodeSlackInput(JSON.stringify(payload), 'T0ACME');
const command = (overrides = {}) => Object.fromEntries(new URLSearchParams(aCommand(overrides)));

describe('decodeSlackInput', () => {
  it('reads a command', () => {
    expect(decode(command())).toEqual({
      kind: 'command',
      command: '/deploy',
      text: 'prod v1.4.0',
      userId: 'U0ANN',
      channelId: 'C0DEPLOYS',
      responseUrl: 'https://hooks.slack.com/commands/T0ACME/1/abc',
    });
  });

  it('reads a command without text', () => {
    const { text: _text, ...bare } = command();

    expect(decode(bare)).toMatchObject({ kind: 'command', text: '' });
  });

  it('reads a press of a button below a message', () => {
    expect(decode(aClick())).toEqual({
      kind: 'action',
      actionId: 'plan_confirm',
      value: 'plan-1',
      userId: 'U0ANN',
      channelId: 'C0DEPLOYS',
      messageTs: '1700000000.000100',
      threadTs: undefined,
      responseUrl: 'https://hooks.slack.com/actions/T0ACME/1/abc',
      ephemeral: false,
    });
  });

  it('reads a press in an answer that one person sees, in a thread', () => {
    const container = { message_ts: '2.1', thread_ts: '1.1', is_ephemeral: true };

    expect(decode(aClick({ container }))).toMatchObject({ ephemeral: true, messageTs: '2.1', threadTs: '1.1' });
  });

  it.each([
    [{ type: 'static_select', action_id: 'a', selected_option: { value: 'app' } }, 'app'],
    [{ type: 'users_select', action_id: 'a', selected_user: 'U1' }, 'U1'],
    [{ type: 'button', action_id: 'a' }, ''],
  ])('reads the value of %j', (action, value) => {
    expect(decode(aClick({ actions: [action] }))).toMatchObject({ kind: 'action', value });
  });

  it('reads a mention without the name it starts with', () => {
    expect(decode(aMention())).toEqual({
      kind: 'mention',
      text: 'retry',
      userId: 'U0ANN',
      channelId: 'C0DEPLOYS',
      ts: '1700000001.000100',
      threadTs: '1700000000.000100',
    });
  });

  it('keeps mentions of others inside of the text', () => {
    expect(decode(aMention({ text: ' <@U0CHATOPS|chatops>  logs for <@U0ANN>' }))).toMatchObject({
      text: 'logs for <@U0ANN>',
    });
  });

  const place = { channel: 'C0DEPLOYS', openedAt: 1_700_000_000_000, project: { id: 7, path: 'acme/app' } };
  const view = {
    id: 'V1',
    hash: '1.abc',
    callback_id: 'deploy_form',
    private_metadata: JSON.stringify(place),
    state: {
      values: {
        'environment:7': { deploy_environment: { selected_option: { value: 'production' } } },
        'version:7': { deploy_version: { selected_option: null } },
      },
    },
  };
  const form = {
    viewId: 'V1',
    hash: '1.abc',
    callbackId: 'deploy_form',
    place: { ...place, openedAt: new Date(1_700_000_000_000) },
    values: {
      deploy_environment: { blockId: 'environment:7', value: 'production' },
      deploy_version: { blockId: 'version:7', value: '' },
    },
  };

  it('reads a form that was sent, with the place it was opened at', () => {
    expect(decode(aClick({ type: 'view_submission', view }))).toEqual({ kind: 'submission', userId: 'U0ANN', form });
  });

  it('reads a press inside of a form, where there is no channel', () => {
    const pressed = aClick({ view, channel: undefined, container: { type: 'view', view_id: 'V1' } });

    expect(decode(pressed)).toEqual({
      kind: 'form_action',
      actionId: 'plan_confirm',
      value: 'plan-1',
      userId: 'U0ANN',
      form,
    });
  });

  it('reads the entry in the menu of a message', () => {
    const message = { ts: '2.1', thread_ts: '1.1' };

    expect(decode(aClick({ type: 'message_action', callback_id: 'chatops_here', message }))).toMatchObject({
      kind: 'shortcut',
      callbackId: 'chatops_here',
      messageTs: '2.1',
      threadTs: '1.1',
      channelId: 'C0DEPLOYS',
    });
  });

  it('reads what is written to the bot alone, with and without its name', () => {
    const direct = { type: 'message', channel_type: 'im', channel: 'D0ANN', thread_ts: undefined };

    expect(decode(aMention({ ...direct, text: 'deploy prod v1.4.0' }))).toMatchObject({ text: 'deploy prod v1.4.0' });
    expect(decode(aMention({ ...direct, text: '<@U0CHATOPS> deploy for <@U0ANN>' }))).toMatchObject({
      text: 'deploy for <@U0ANN>',
    });
    expect(decode(aMention({ ...direct, subtype: 'message_changed' }))).toMatchObject({ kind: 'malformed' });
  });

  it('reads what we noted of the form that was opened', () => {
    const opened = { ...command(), chatops_view: { external_id: 'slack:trigger:1', opened: true } };

    expect(decode(opened)).toMatchObject({ view: { externalId: 'slack:trigger:1', opened: true } });
  });

  it.each([
    ['a command', command({ team_id: 'T0OTHER' })],
    ['a press in another workspace', aClick({ team: { id: 'T0OTHER' } })],
    [
      'a form sent by a person of another workspace',
      aClick({ type: 'view_submission', view, user: { id: 'U9', team_id: 'T0OTHER' } }),
    ],
    [
      'an entry chosen by a person of another workspace',
      aClick({
        type: 'message_action',
        callback_id: 'x',
        message: { ts: '1.1' },
        user: { id: 'U9', team_id: 'T0OTHER' },
      }),
    ],
    ['a press by a person of another workspace', aClick({ user: { id: 'U9', team_id: 'T0OTHER' } })],
    ['a mention in another workspace', aMention({}, { team_id: 'T0OTHER' })],
    ['a mention by a person of another workspace', aMention({ user_team: 'T0OTHER' })],
  ])('calls %s foreign', (_name, payload) => {
    expect(decode(payload)).toMatchObject({ kind: 'foreign' });
  });

  it('calls what was meant for another app foreign, where it knows its own', () => {
    const meant = ['A0OTHER', 'A0CHATOPS'].map((appId) => JSON.stringify(aClick({ api_app_id: appId })));
    const [others = '', ours = ''] = meant;

    expect(decodeSlackInput(others, 'T0ACME', 'A0CHATOPS')).toEqual({ kind: 'foreign' });
    expect(decodeSlackInput(ours, 'T0ACME', 'A0CHATOPS')).toMatchObject({ kind: 'action' });
    expect(decodeSlackInput(others, 'T0ACME')).toMatchObject({ kind: 'action' });
  });

  it.each([
    ['text that is not JSON', '{'],
    ['JSON that is no object', 'null'],
    ['a type that is not handled', JSON.stringify({ type: 'view_submission' })],
    ['a press whose person has no workspace', JSON.stringify(aClick({ user: { id: 'U1' } }))],
    [
      'a form that is not ours',
      JSON.stringify(aClick({ type: 'view_submission', view: { ...view, private_metadata: 'x' } })),
    ],
    ['a press of nothing', JSON.stringify(aClick({ actions: [] }))],
    ['a press outside of a channel', JSON.stringify(aClick({ channel: undefined }))],
    ['a mention by a bot', JSON.stringify(aMention({ bot_id: 'B1' }))],
    ['another event', JSON.stringify(aMention({ type: 'message' }))],
  ])('calls %s malformed', (_name, body) => {
    expect(decodeSlackInput(body, 'T0ACME')).toMatchObject({ kind: 'malformed' });
  });

  it('names what is wrong without the values', () => {
    const undecoded = decode(command({ user_id: 'U0ANN', team_id: 'T0ACME' }));
    const broken = decode({ ...command(), user_id: 7, text: 'very private' });

    expect(undecoded.kind).toBe('command');
    expect(broken).toEqual({ kind: 'malformed', problem: 'user_id: invalid_type' });
  });
});
