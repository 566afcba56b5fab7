import { describe, expect, it } from 'vitest';
import { createPace } from '../../../src/app/messages/pace.ts';
import type { OutboxRow } from '../../../src/app/store-ports.ts';
import { at } from '../../support/builders.ts';

function aRow(change: Partial<OutboxRow> = {}): OutboxRow {
  return {
    id: '1',
    key: 'C1/pipeline:9',
    channel: 'C1',
    rootKey: undefined,
    rootTs: undefined,
    rootDead: false,
    lane: 'progress',
    broadcast: false,
    answer: undefined,
    ts: undefined,
    version: 1,
    sentVersion: 0,
    attempts: 0,
    notBefore: at(0),
    sendingSince: undefined,
    createdAt: at(0),
    seq: 1,
    text: 'x',
    blocks: [],
    ...change,
  };
}

describe('createPace', () => {
  it('lets a root and its first replies go together, then one a second in that channel', () => {
    const pace = createPace();
    for (const id of ['1', '2', '3']) pace.sent(aRow({ id }), at(0));

    expect(pace.waitMs(aRow({ id: '4' }), at(0))).toBe(1_000);
    expect(pace.waitMs(aRow({ id: '4' }), at(1))).toBe(0);
    expect(pace.waitMs(aRow({ id: '5', channel: 'C2' }), at(0))).toBe(0);
  });

  it('keeps edits of one message three seconds apart', () => {
    const pace = createPace();
    pace.sent(aRow({ ts: '1.1' }), at(0));

    expect(pace.waitMs(aRow({ ts: '1.1', lane: 'failure' }), at(1))).toBe(2_000);
    expect(pace.waitMs(aRow({ id: '2', ts: '1.2', lane: 'failure' }), at(1))).toBe(0);
  });

  it('leaves the last edits of a minute to failures and ends', () => {
    const pace = createPace();
    for (let id = 0; id < 6; id += 1) pace.sent(aRow({ id: String(id), ts: '1.1' }), at(0));
    const edit = { id: 'next', ts: '1.9' };

    expect(pace.waitMs(aRow({ ...edit, lane: 'progress' }), at(0))).toBeGreaterThan(0);
    expect(pace.waitMs(aRow({ ...edit, lane: 'failure' }), at(0))).toBe(0);
  });

  it('rests as long as Slack says, in what Slack said it of', () => {
    const pace = createPace();
    pace.rest(aRow(), at(30));

    expect(pace.waitMs(aRow(), at(0))).toBe(30_000);
    expect(pace.waitMs(aRow({ channel: 'C2' }), at(0))).toBe(0);
    expect(pace.waitMs(aRow({ ts: '1.1', lane: 'failure' }), at(0))).toBe(0);
    expect(pace.waitMs(aRow(), at(30))).toBe(0);
  });

  it('never holds an answer back', () => {
    const pace = createPace();
    const answer = aRow({ answer: { kind: 'ephemeral', channel: 'C1', user: 'U0ANN', threadTs: undefined } });
    for (let sent = 0; sent < 50; sent += 1) pace.sent(answer, at(0));
    pace.rest(aRow(), at(30));

    expect(pace.waitMs(answer, at(0))).toBe(0);
  });
});
