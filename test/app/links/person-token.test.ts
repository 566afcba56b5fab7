import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TokenPair } from '../../../src/app/links/link-ports.ts';
import { createPersonTokens, resealTokens, sealPair } from '../../../src/app/links/person-token.ts';
import { GitLabError, LinkError } from '../../../src/domain/errors.ts';
import type { OpenStore } from '../../../src/store/open-store.ts';
import { createSeal } from '../../../src/store/seal.ts';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import { aLog } from '../../workers/log.ts';

const key = Buffer.alloc(32, 1).toString('base64');
const otherKey = Buffer.alloc(32, 2).toString('base64');
const start = Date.UTC(2026, 2, 1, 12);

function after(minutes: number): Date {
  return new Date(start + minutes * 60_000);
}

function pair(n: number, expiresAt: Date): TokenPair {
  return { access: `access-${n}`, refresh: `refresh-${n}`, expiresAt };
}

describe('a person’s token', () => {
  let store: OpenStore;
  let now: Date;
  let renew: (refresh: string) => Promise<TokenPair | 'refused'>;
  let asked: string[];
  const seal = createSeal([key]);
  const clock = { now: () => now };
  const { log } = aLog();
  const oauth = {
    renew: (refresh: string) => {
      asked.push(refresh);
      return renew(refresh);
    },
  };
  const tokens = () => createPersonTokens({ store, seal, oauth, clock, log })('U0ANN');

  beforeEach(async () => {
    now = after(0);
    asked = [];
    renew = () => Promise.resolve(pair(2, after(240)));
    store = await createSqliteStore({ path: ':memory:', now: () => now });
    await store.tables.links.put({
      slackUserId: 'U0ANN',
      gitlab: { id: 11, username: 'ann', name: 'Ann' },
      state: 'good',
      linkedAt: now,
      ...sealPair('U0ANN', pair(1, after(120)), { seal }),
    });
  });
  afterEach(() => store.close());

  it('is the stored one while it lasts', async () => {
    now = after(117);

    expect(await tokens().current()).toBe('access-1');
    expect(asked).toEqual([]);
  });

  it('is renewed once for all who ask, shortly before it ends, and stored before it is used', async () => {
    now = after(119);
    const token = tokens();

    expect(await Promise.all([token.current(), token.current(), token.current()])).toEqual(Array(3).fill('access-2'));

    expect(asked).toEqual(['refresh-1']);
    expect(await tokens().current()).toBe('access-2');
    expect(await store.tables.links.find('U0ANN')).toMatchObject({ expiresAt: after(240), state: 'good' });
    expect(JSON.stringify(await store.tables.links.all())).not.toContain('access');
  });

  it('is renewed when GitLab took it no more, unless it was meanwhile', async () => {
    expect(await tokens().renew('access-1')).toBe('access-2');
    expect(await tokens().renew('access-1')).toBe('access-2');
    expect(asked).toEqual(['refresh-1']);
  });

  it('is left alone while another process renews it, and taken over when that one died', async () => {
    const held = await store.tables.links.find('U0ANN');
    if (!held) throw new Error('no link');
    now = after(119);
    await store.tables.links.save({ ...held, renewingUntil: after(119.2) });

    await expect(tokens().current()).rejects.toMatchObject({ code: 'link_broken', retryable: true });
    now = after(119.3);
    expect(await tokens().current()).toBe('access-2');
  });

  it('marks the link broken when GitLab renews it no more', async () => {
    now = after(119);
    renew = () => Promise.resolve('refused');

    await expect(tokens().current()).rejects.toBeInstanceOf(LinkError);

    expect(await store.tables.links.find('U0ANN')).toMatchObject({ state: 'broken', gitlab: { username: 'ann' } });
    await expect(tokens().current()).rejects.toMatchObject({ retryable: false });
    expect(asked).toHaveLength(1);
  });

  it('stays good when GitLab is away, and is renewed later', async () => {
    now = after(119);
    const away = new GitLabError('away', { status: 0, method: 'POST', path: '/oauth/token', outcome: 'unknown' });
    renew = () => Promise.reject(away);
    await expect(tokens().current()).rejects.toBe(away);
    renew = () => Promise.resolve(pair(3, after(240)));

    expect(await tokens().current()).toBe('access-3');
  });

  it('does not open without its key, which is not the fault of the link', async () => {
    const other = { store, seal: createSeal([otherKey]), oauth, clock, log };

    await expect(createPersonTokens(other)('U0ANN').current()).rejects.toThrow(
      'the key that closed its tokens is gone',
    );

    expect(await tokens().current()).toBe('access-1');
  });

  it('is sealed with the new first key at the start, so that the old one can go', async () => {
    const rotating = createSeal([otherKey, key]);

    await resealTokens({ store, seal: rotating, log });

    const alone = { store, seal: createSeal([otherKey]), oauth, clock, log };
    expect(await createPersonTokens(alone)('U0ANN').current()).toBe('access-1');
  });
});
