import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGrafana } from '../../src/monitoring/grafana.ts';
import { type GrafanaStandIn, startGrafana, grafanaToken as token } from '../support/grafana.ts';

let server: GrafanaStandIn;

beforeEach(async () => {
  server = await startGrafana();
});

afterEach(() => server.stop());

const annotation = {
  from: new Date('2026-11-23T10:00:00Z'),
  to: new Date('2026-11-23T10:03:00Z'),
  tags: ['chatops', 'deployment', 'acme/production-app', 'production', 'v1.4.0', 'succeeded'],
  text: 'Deployment of v1.4.0 to production of acme/production-app succeeded.',
  url: 'https://gitlab.example.com/acme/production-app/-/jobs/9?a=1&b="2"',
};

const connect = (url = server.url, own = token) => createGrafana({ url, token: own });

const failure = (work: Promise<unknown>): Promise<unknown> => work.then(String, (error: unknown) => error);

describe('createGrafana', () => {
  it('writes a region with its tags, and what outsiders wrote as plain words', async () => {
    await connect().annotate({ ...annotation, text: '<img src=x> & co' });

    expect(server.annotations).toEqual([
      {
        time: annotation.from.getTime(),
        timeEnd: annotation.to.getTime(),
        tags: annotation.tags,
        text: '&lt;img src=x&gt; &amp; co <a href="https://gitlab.example.com/acme/production-app/-/jobs/9?a=1&amp;b=&quot;2&quot;">GitLab</a>',
      },
    ]);
  });

  it('finds what an attempt without an answer has written, and does not write it again', async () => {
    server.fail('stores, then 500');
    await expect(connect().annotate(annotation)).rejects.toMatchObject({ code: 'outside', retryable: true });
    server.fail('never');

    await connect().annotate(annotation);
    expect(server.annotations).toHaveLength(1);
    await connect().annotate({ ...annotation, to: new Date('2026-11-23T10:04:00Z') });

    expect(server.annotations).toHaveLength(2);
  });

  it('says what to mend, and never its token', async () => {
    const wrong = await failure(connect(server.url, 'glsa_wrong').annotate(annotation));
    const elsewhere = await failure(connect(`${server.url}/grafana`).annotate(annotation));
    const gone = await startGrafana();
    await gone.stop();
    const nowhere = await failure(connect(gone.url).annotate(annotation));

    expect(wrong).toMatchObject({ hint: expect.stringContaining('GRAFANA_TOKEN') });
    expect(String(wrong)).not.toContain('glsa_wrong');
    expect(elsewhere).toMatchObject({ hint: expect.stringContaining('GRAFANA_URL') });
    expect(nowhere).toMatchObject({ hint: expect.stringContaining('GRAFANA_URL'), retryable: true });
  });

  it('is checked with its token', async () => {
    expect(await connect().check()).toBe('11.3.0');
    await expect(connect(server.url, 'glsa_wrong').check()).rejects.toThrow('Grafana answered 401');
  });
});
