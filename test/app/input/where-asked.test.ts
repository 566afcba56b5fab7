import { describe, expect, it } from 'vitest';
import { whereLate } from '../../../src/app/input/where-asked.ts';

const slack: Parameters<typeof whereLate>[1] = {
  place: async (id) => ({ id, name: id, kind: 'channel', shared: false, isMember: id === 'C0ROOM' }),
};

describe('whereLate', () => {
  it.each([
    ['the thread where it is told', 'C0DEPLOYS', { channel: 'C0DEPLOYS', threadTs: '1.2' }],
    ['another channel that the bot is in', 'C0ROOM', { channel: 'C0ROOM', threadTs: '1.2' }],
    ['a direct message', 'D0MIA', { channel: 'D0MIA', threadTs: '1.2' }],
    ['nowhere that the bot may post: where it is told', 'C0ELSEWHERE', { channel: 'C0DEPLOYS', threadTs: undefined }],
  ])('answers in %s', async (_, channel, place) => {
    const asked = { slackUserId: 'U0MIA', at: { channel, threadTs: '1.2' }, toldIn: 'C0DEPLOYS' };

    expect(await whereLate(asked, slack)).toEqual({ kind: 'ephemeral', user: 'U0MIA', ...place });
  });
});
