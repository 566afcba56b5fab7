import { afterEach, describe, expect, it } from 'vitest';
import { startBotProcess } from '../support/bot-process.ts';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';
import { deliver, madeWebhook } from '../support/webhooks.ts';

let flow: Flow;

afterEach(() => flow.stop());

describe('a webhook that nobody of GitLab sent, under a valid token', () => {
  it('plays nothing: what it claims is asked of GitLab first', async () => {
    flow = await startFlow();
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary job is played', () => flow.played().length === 1);
    const told = madeWebhook(flow, { kind: 'pipeline', status: 'manual' });
    const { object_attributes: attributes, builds } = told.payload;

    const answer = await deliver(flow, told, {
      payload: {
        object_attributes: { ...(attributes as object), status: 'success' },
        builds: (builds as readonly object[]).map((build) => ({ ...build, status: 'success' })),
      },
      headers: { 'idempotency-key': 'forged-delivery-1' },
    });
    await flow.types('U0ANN', '/chatops help');

    expect(answer).toBe(200);
    expect(flow.played()).toEqual(['deploy-canary']);
    expect(flow.audit().filter(({ action, outcome }) => action === 'job.play' && outcome === 'intended')).toHaveLength(
      1,
    );
    expect(flow.shown().map(words).join()).not.toContain('Promote v1.4.0 to production?');
  });
});

describe('secrets', () => {
  it('are in no output: neither the log at its most talkative, nor what Slack is sent, metrics, pages and the audit', async () => {
    flow = await startFlow();
    const values = ['canary-of-a-hook-variable', 'canary-of-a-typed-value', 'glpat-canary-typed-by-mistake'];
    const settings = ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'GITLAB_TOKEN', 'GITLAB_WEBHOOK_SECRET'];
    const secrets = [...values, ...settings.map((name) => flow.env[name] ?? '')];
    await flow.stopBot();
    const bot = await startBotProcess(flow, { env: { LOG_LEVEL: 'debug' } });
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.sees('v1.4.0 is deployed to staging');
    const pipeline = madeWebhook(flow, { kind: 'pipeline', status: 'manual' });
    const attributes = pipeline.payload['object_attributes'];
    const variables = [{ key: 'DB_PASSWORD', value: values[0] }];
    await deliver(flow, pipeline, {
      payload: { object_attributes: { ...(attributes as object), variables } },
      headers: { 'idempotency-key': 'with-variables-1' },
    });
    await flow.types('U0ANN', `/deploy prod v1.4.0 LOG_LEVEL=${values[1]}`);
    await flow.types('U0ANN', `/deploy staging v1.4.0 ${values[2]}`);
    flow.gitlab.faults.refuseToken(true);
    await flow.types('U0RAJ', '/deployments prod');
    const pages = await Promise.all(
      ['/metrics', '/readyz', '/healthz', '/nowhere', '/gitlab/webhook'].map((page) => fetch(`${flow.botUrl}${page}`)),
    );
    const texts = await Promise.all(pages.map((page) => page.text()));
    await bot.terminate();

    expect(bot.output()).toContain('"audit_head":');
    const outputs = {
      log: bot.output(),
      slack: JSON.stringify(flow.shown()),
      pages: texts.join(),
      audit: JSON.stringify([flow.audit(), flow.observed()]),
    };
    const leaks = Object.entries(outputs).flatMap(([name, output]) =>
      secrets.filter((secret) => secret !== '' && output.includes(secret)).map((secret) => `${secret} in ${name}`),
    );
    expect(leaks).toEqual([]);
  });
});
