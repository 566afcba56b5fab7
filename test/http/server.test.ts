import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Route, sendJson } from '../../src/http/server.ts';
import { aLog, serve } from './serve.ts';

const hello: Route = {
  method: 'GET',
  path: '/hello',
  handle: (_request, response) => sendJson(response, 200, { hello: 'you' }),
};

describe('createHttpServer', () => {
  it('answers a route, whatever its query', async () => {
    const { url } = await serve([hello]);

    const response = await fetch(`${url}/hello?a=1`);

    expect([response.status, await response.json()]).toEqual([200, { hello: 'you' }]);
  });

  it('answers HEAD like GET, without a body', async () => {
    const { url } = await serve([hello]);

    const response = await fetch(`${url}/hello`, { method: 'HEAD' });

    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it('answers 404 where there is nothing', async () => {
    const { url } = await serve([hello]);

    const response = await fetch(`${url}/hello/`);

    expect([response.status, await response.json()]).toEqual([404, expect.objectContaining({ error: 'not_found' })]);
  });

  it('answers 405 and names what is allowed', async () => {
    const { url } = await serve([hello]);

    const response = await fetch(`${url}/hello`, { method: 'DELETE' });

    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET']);
  });

  it('lets no browser guess what an answer is', async () => {
    const { url } = await serve([hello]);

    for (const page of ['/hello', '/nowhere']) {
      expect((await fetch(`${url}${page}`)).headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('closes a connection that is one too many, and serves those that it has', async () => {
    const { url, port } = await serve([hello], { maxConnections: 1 });
    const held = connect(port, '127.0.0.1');
    await once(held, 'connect');

    await expect(fetch(`${url}/hello`)).rejects.toThrow('fetch failed');
    held.setEncoding('utf8').write('GET /hello HTTP/1.1\r\nHost: x\r\n\r\n');
    const [answer] = (await once(held, 'data')) as [string];

    expect(answer).toContain('200 OK');
    held.destroy();
  });

  it('answers 500 when a route throws, logs it, and goes on', async () => {
    const { log, lines } = aLog();
    const broken: Route = {
      method: 'POST',
      path: '/broken',
      handle: async () => {
        throw new Error('private detail');
      },
    };
    const { url } = await serve([hello, broken], { log });

    const response = await fetch(`${url}/broken`, { method: 'POST' });

    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('private detail');
    expect(lines).toEqual([expect.stringContaining('request failed')]);
    expect((await fetch(`${url}/hello`)).status).toBe(200);
  });

  it('cuts off a sender whose body does not come', async () => {
    const take: Route = {
      method: 'POST',
      path: '/take',
      handle: (request, response) => void request.resume().on('end', () => response.end()),
    };
    const { port } = await serve([take], { requestTimeoutMs: 300, headersTimeoutMs: 200 });

    const socket = connect(port, '127.0.0.1');
    socket.write('POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
    const [answer] = (await once(socket.setEncoding('utf8'), 'data')) as [string];

    expect(answer).toContain('408');
    socket.destroy();
  });

  it('rejects the start when the port is taken', async () => {
    const { port } = await serve([hello]);

    await expect(serve([hello], { port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('finishes what is under way before it stops, and takes nothing new', async () => {
    const begun = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const slow: Route = {
      method: 'GET',
      path: '/slow',
      async handle(_request, response) {
        begun.resolve();
        await release.promise;
        sendJson(response, 200, { done: true });
      },
    };
    const { url, server } = await serve([slow]);
    const underWay = fetch(`${url}/slow`);
    await begun.promise;

    const stopped = server.stop();
    await wait(20);
    await expect(fetch(`${url}/slow`)).rejects.toThrow('fetch failed');
    release.resolve();

    expect(await (await underWay).json()).toEqual({ done: true });
    await stopped;
  });

  it('cuts what does not end in time', async () => {
    const begun = Promise.withResolvers<void>();
    const never: Route = { method: 'GET', path: '/never', handle: () => begun.resolve() };
    const { url, server } = await serve([never]);
    const underWay = fetch(`${url}/never`).then(
      () => 'answered',
      () => 'cut',
    );
    await begun.promise;

    await server.stop(30);

    expect(await underWay).toBe('cut');
  });
});
