import { describe, expect, it } from 'vitest';
import { readLiveVersion } from '../../src/monitoring/live-version.ts';
import { type Respond, sendJson, sendText, startLoopback } from '../gitlab/loopback.ts';

async function heardFrom(respond: Respond, field = 'version') {
  await using server = await startLoopback(respond);
  const heard = await readLiveVersion({ url: `${server.url}/api/version`, field });
  return { heard, received: server.received };
}

describe('readLiveVersion', () => {
  it('reads the field, and sends no credentials', async () => {
    const { heard, received } = await heardFrom((response) => sendJson(response, 200, { version: 'v1.4.0' }));

    expect(heard).toEqual({ kind: 'version', version: 'v1.4.0' });
    expect(Object.keys(received[0]?.headers ?? {})).not.toContain('authorization');
    expect(Object.keys(received[0]?.headers ?? {})).not.toContain('cookie');
  });

  it('reads a field inside of another, and a number', async () => {
    const { heard } = await heardFrom((response) => sendJson(response, 200, { build: { number: 7 } }), 'build.number');

    expect(heard).toEqual({ kind: 'version', version: '7' });
  });

  it('follows a redirect on the same host', async () => {
    const { heard } = await heardFrom((response, { url }) => {
      if (url === '/version') sendJson(response, 200, { version: 'v1.4.0' });
      else sendText(response, 302, '', { location: '/version' });
    });

    expect(heard).toEqual({ kind: 'version', version: 'v1.4.0' });
  });

  it('follows none to another host', async () => {
    await using other = await startLoopback((response) => sendJson(response, 200, { version: 'v1.4.0' }));

    const { heard } = await heardFrom((response) => sendText(response, 302, '', { location: `${other.url}/version` }));

    expect(heard).toEqual({ kind: 'unreadable', words: 'leads to another host, which is not followed' });
    expect(other.received).toEqual([]);
  });

  it('does not go round in circles', async () => {
    const { heard, received } = await heardFrom((response) => sendText(response, 302, '', { location: '/again' }));

    expect(heard).toEqual({ kind: 'unreadable', words: 'leads round in circles' });
    expect(received).toHaveLength(4);
  });

  it('reads no more than 64 kB', async () => {
    const { heard } = await heardFrom((response) => sendJson(response, 200, { version: 'v'.repeat(70_000) }));

    expect(heard).toEqual({ kind: 'unreadable', words: 'answered with more than 64 kB' });
  });

  it.each<readonly [string, Respond, string]>([
    ['an error page', (response) => sendJson(response, 503, { version: 'v1.4.0' }), 'answered with HTTP 503'],
    ['a page', (response) => sendText(response, 200, '<html>'), 'answered with something that is not JSON'],
    ['another field', (response) => sendJson(response, 200, { revision: 'x' }), 'says nothing under `version`'],
    ['no text', (response) => sendJson(response, 200, { version: { major: 1 } }), 'says nothing under `version`'],
  ])('takes %s for no answer', async (_, respond, words) => {
    expect((await heardFrom(respond)).heard).toEqual({ kind: 'unreadable', words });
  });
});
