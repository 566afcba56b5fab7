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

  it.each([
    ['a command', command({ team_id: 'T0OTHER' })],
    ['a press in another workspace', aClick({ team: { id: 'T0OTHER' } })],
    ['a press by a person of another workspace', aClick({ user: { id: 'U9', team_id: 'T0OTHER' } })],
    ['a mention in another workspace', aMention({}, { team_id: 'T0OTHER' })],
    ['a mention by a person of another workspace', aMention({ user_team: 'T0OTHER' })],
  ])('calls %s foreign', (_name, payload) => {
    expect(decode(payload)).toEqual({ kind: 'foreign' });
  });

  it.each([
    ['text that is not JSON', '{'],
    ['JSON that is no object', 'null'],
    ['a type that is not handled', JSON.stringify({ type: 'view_submission' })],
    ['a press whose person has no workspace', JSON.stringify(aClick({ user: { id: 'U1' } }))],
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
