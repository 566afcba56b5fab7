import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { checkOutside } from '../../src/cli/doctor/outside.ts';
import { readEnvironment } from '../../src/config/environment.ts';
import { type GrafanaStandIn, grafanaToken, startGrafana } from '../support/grafana.ts';
import { type MailServerStandIn, startMailServer } from '../support/mail-server.ts';

let grafana: GrafanaStandIn;
let mail: MailServerStandIn;

beforeEach(async () => {
  [grafana, mail] = await Promise.all([startGrafana(), startMailServer()]);
});
afterEach(async () => {
  await Promise.all([grafana.stop(), mail.stop()]);
});

/** What `doctor` finds with these variables. */
async function look(env: Readonly<Record<string, string>>): Promise<readonly Finding[]> {
  const checkup = { env, cwd: '/', readFile: () => '', now: () => new Date(0), progress: () => undefined };
  const found = checkOutside(checkup, { settings: readEnvironment(env).values, file: undefined });
  const told: Finding[] = [];
  for await (const finding of found) told.push(finding);
  return told;
}

/** The same as `level: what is seen > mend`. */
async function findings(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  return (await look(env)).map(({ level, seen, mend }) => `${level}: ${seen}${mend ? ` > ${mend}` : ''}`);
}

describe('checkOutside', () => {
  it.each([
    ['ok', {}],
    [
      'problem',
      { GRAFANA_URL: 'http://127.0.0.1:9', GRAFANA_TOKEN: 'x', SMTP_URL: 'smtp://127.0.0.1:9?from=a@b.example' },
    ],
  ])('finds Grafana and mail %s', async (level, env) => {
    expect(await look(env)).toMatchObject([
      { code: 'grafana', level },
      { code: 'mail', level },
    ]);
  });

  it('asks nobody where nothing is set up', async () => {
    expect(await findings({})).toEqual([
      'ok: Grafana is not set up: deployments are not annotated.',
      'ok: Mail is not set up.',
    ]);
  });

  it('is content with a Grafana and a mail server that take what they are given, and writes to neither', async () => {
    const SMTP_URL = `smtp://127.0.0.1:${mail.port}?tls=off&from=chatops@example.com`;

    const [first, second] = await findings({ GRAFANA_URL: grafana.url, GRAFANA_TOKEN: grafanaToken, SMTP_URL });

    expect(first).toMatch(/^ok: Grafana 11\.3\.0 at .* takes the token\./);
    expect(second).toContain(
      `ok: The mail server 127.0.0.1:${mail.port} lets the bot in; mail comes from chatops@example.com.`,
    );
    expect(second).toContain('No environment has notify_email');
    expect([...grafana.annotations, ...mail.mails]).toEqual([]);
  });

  it('tells what is wrong with each, and the mend', async () => {
    const SMTP_URL = `smtp://127.0.0.1:${mail.port}?from=chatops@example.com`;

    const [first, second] = await findings({ GRAFANA_URL: grafana.url, GRAFANA_TOKEN: 'glsa_wrong', SMTP_URL });

    expect(first).toMatch(/^problem: Grafana at .* cannot be used: Grafana answered 401 .* > Check GRAFANA_TOKEN/);
    expect(second).toMatch(/^problem: Mail cannot be sent through 127\.0\.0\.1: .* > .*tls=off/);
  });
});
