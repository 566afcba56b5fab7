import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { movableClock } from '../support/crash.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { type GrafanaStandIn, grafanaToken, startGrafana } from '../support/grafana.ts';
import { type MailServerStandIn, readMail, startMailServer } from '../support/mail-server.ts';
import { until } from '../support/until.ts';

let flow: Flow;
let grafana: GrafanaStandIn;
let mail: MailServerStandIn;

beforeEach(async () => {
  [grafana, mail] = await Promise.all([startGrafana(), startMailServer()]);
});

afterEach(async () => {
  await flow.stop();
  await Promise.all([grafana.stop(), mail.stop()]);
});

const file = `
projects:
  - project: acme/production-app
    aliases: [app]
    channels: [{ id: ${deploys} }]
    environments:
      production:
        aliases: [prod]
        requires: [unit-tests, trivy-scan]
        dashboard: https://grafana.example.com/d/app?var-env=prod
        notify_email: [ops@example.com]
identity:
  users: { U0ANN: ann, U0MIA: mia }
watchdog: { failures: 1 }
`;

const env = (): Readonly<Record<string, string>> => ({
  GRAFANA_URL: grafana.url,
  GRAFANA_TOKEN: grafanaToken,
  SMTP_URL: `smtp://127.0.0.1:${mail.port}?tls=off&from=chatops@example.com`,
});

/** On GitLab's page. */
async function ship(tag: string, outcome: 'success' | 'failed' = 'success'): Promise<void> {
  const { id } = await flow.gitlab.pushTag(tag);
  await flow.gitlab.settle(id);
  await flow.gitlab.play(flow.gitlab.job('deploy-canary', id).id);
  await flow.gitlab.settle(id);
  await flow.gitlab.play(flow.gitlab.job('deploy-prod', id).id);
  await flow.gitlab.finish('deploy-prod', outcome, { pipelineId: id });
  if (outcome === 'success') await flow.gitlab.settle(id);
}

/** The mails as people read them. */
const read = () => Promise.all(mail.mails.map(readMail));
const subjects = async () => (await read()).map(({ subject }) => subject);
const annotated = (): readonly string[] =>
  grafana.annotations.filter(({ tags }) => tags.includes('production')).map(({ tags }) => tags.join(' '));

describe('what is told beside Slack', () => {
  it('is an annotation of each deployment and rollback, a mail of the rollback, and the metrics', async () => {
    flow = await startFlow({ file, env: env() });
    await ship('v1.4.0');
    const told = await flow.sees('v1.4.0 is deployed to production');
    expect(words(told)).toContain('Checks: unit-tests passed · trivy-scan passed');
    expect(JSON.stringify(told.blocks)).toMatch(
      /"https:\/\/grafana\.example\.com\/d\/app\?var-env=prod&from=\d{13}&to=\d{13}"/,
    );
    // The first answer is lost, and still there is one annotation.
    grafana.fail('stores, then 500');
    await flow.types('U0MIA', '/rollback prod');
    await flow.presses('U0MIA', 'Roll back');
    await until('the job of v1.3.0 runs again', () => flow.writes().some((line) => line.endsWith('/retry')));
    await flow.gitlab.settle();
    await flow.sees('production is rolled back to v1.3.0');
    await until('the rollback is annotated', () => annotated().length === 2);
    grafana.fail('never');

    expect(annotated()).toEqual([
      'chatops deployment acme/production-app production v1.4.0 succeeded',
      'chatops rollback acme/production-app production v1.3.0 succeeded',
    ]);
    await until('the rollback is mailed', () => mail.mails.length > 0);
    expect(await subjects()).toEqual(['[acme/production-app production] @mia production is rolled back to v1.3.0.']);
    expect(mail.mails[0]?.to).toEqual(['ops@example.com']);
    const metrics = await (await fetch(`${flow.botUrl}/metrics`)).text();
    const of = 'project="acme/production-app",environment="production"';
    expect(metrics).toContain(`chatops_deployments_total{${of},outcome="succeeded"} 2`);
    expect(metrics).toContain(`chatops_rollbacks_total{${of},outcome="succeeded"} 1`);
    expect(metrics).toContain(`chatops_tag_to_production_seconds_count{${of}} 1`);
    expect(metrics).toContain(`chatops_production_failures{${of}} 0`);
  });

  it('is a mail of a failure, though Slack and Grafana are away, and of a warning that Slack does not take', async () => {
    const clock = movableClock();
    flow = await startFlow({ file, env: env(), clock });
    grafana.fail('always');
    flow.slack.faults.outage(true);
    await ship('v1.4.0', 'failed');

    await until('the failure is mailed', () => mail.mails.length === 1);
    expect(await subjects()).toEqual([
      '[acme/production-app production] The deployment of v1.4.0 to production failed.',
    ]);
    const [failure] = await read();
    expect(failure?.text).toContain('Job: deploy-prod');
    expect(failure?.text).toContain('/-/jobs/');
    await flow.restart();
    clock.moveMs(5 * 60_000);
    await until('the warning is mailed', () => mail.mails.length === 2);

    const [, warning] = await read();
    expect(warning?.text).toContain('Slack has not taken this message for five minutes.');
    expect(warning?.subject).toContain('failed');
    expect(flow.shown()).toEqual([]);
    grafana.fail('never');
    await until('the failure is annotated', () => annotated().length === 1);
    expect(annotated()).toEqual(['chatops deployment acme/production-app production v1.4.0 failed']);
  });

  it('is a mail of a request for approval, with who asks for what', async () => {
    const approvals = 'notify_email: [ops@example.com]\n        approvals: { required: 1 }';
    flow = await startFlow({ file: file.replace('notify_email: [ops@example.com]', approvals), env: env() });
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');

    await until('the request is mailed', () => mail.mails.length === 1);

    const [request] = await read();
    expect(request?.subject).toBe('[acme/production-app production] Approve v1.4.0 to production?');
    expect(request?.text).toContain('Ann Smith');
    expect(request?.text).toContain('To act, go to Slack.');
  });
});
