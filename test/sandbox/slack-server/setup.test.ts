import { describe, expect, it } from 'vitest';
import { startSlack } from './support.ts';

describe('blocks.validate of the stand-in', () => {
  it('takes what the channels take, and says where it does not', async () => {
    const { api } = await startSlack();

    expect(await api('blocks.validate', { blocks: [{ type: 'divider' }] })).toEqual({ ok: true });
    expect(await api('blocks.validate', { blocks: [{ type: 'dividers' }] })).toMatchObject({
      ok: false,
      error: 'invalid_blocks',
      errors: [{ pointer: expect.stringContaining('/blocks/0'), code: 'failed_constraint' }],
    });
    expect(await api('blocks.validate', { message: { blocks: [{ type: 'divider' }] } })).toEqual({ ok: true });
    expect(await api('blocks.validate', { view: { type: 'modal', blocks: [] } })).toMatchObject({
      error: 'invalid_view',
    });
  });

  it('wants exactly one thing to look at', async () => {
    const { api } = await startSlack();

    expect(await api('blocks.validate', {})).toMatchObject({ error: 'invalid_arguments' });
    expect(await api('blocks.validate', { blocks: [], view: {} })).toMatchObject({ error: 'invalid_arguments' });
  });
});

describe('scopes of the stand-in', () => {
  it('stand in a header, for a token that counts alone', async () => {
    const { slack } = await startSlack({ scopes: ['commands', 'chat:write'] });
    const ask = async (token: string): Promise<string | null> => {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fetch(`${slack.url}/api/auth.test`, { method: 'POST', headers });
      return answer.headers.get('x-oauth-scopes');
    };

    expect(await ask(slack.botToken)).toBe('commands,chat:write');
    expect(await ask('xoxb-wrong')).toBeNull();
  });
});
