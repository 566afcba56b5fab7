import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { showConfig } from '../../src/cli/config.ts';
import { readTextFile } from '../../src/config/load.ts';
import { startBotProcess } from '../support/bot-process.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';
import { deliver, metric, quiet } from '../support/webhooks.ts';

const operations = 'C0OPS';

const file = `
defaults:
  channels: [{ id: ${deploys}, notify: [started] }]
  environments:
    production: { aliases: [prod], deployers: [maintainer] }
projects:
  - project: acme/payments/*
identity: { users: { U0ANN: ann } }
operations: { channel: ${operations} }
poll_every: 1s
`.trim();

const payments = Array.from({ length: 300 }, (_, index) => ({
  id: 1000 + index,
  path: `acme/payments/svc-${String(index).padStart(3, '0')}`,
}));

let flow: Flow;
afterEach(() => flow.stop());

/** The newest pipeline webhook, as another project would send it. */
async function deliverAs(project: { readonly id: number; readonly path: string }, pipelineId: number): Promise<number> {
  await flow.gitlab.deliverWebhooks();
  const webhook = flow.gitlab.webhooks.findLast(({ payload }) => payload['object_kind'] === 'pipeline');
  if (!webhook) throw new Error('GitLab made no webhook of a pipeline');
  const { project: main, object_attributes: attributes } = webhook.payload;
  const url = `${flow.gitlab.url}/${project.path}`;
  return deliver(flow, webhook, {
    headers: { 'idempotency-key': `other-project-${project.id}-${pipelineId}` },
    payload: {
      project: { ...(main as object), id: project.id, path_with_namespace: project.path, web_url: url },
      object_attributes: { ...(attributes as object), id: pipelineId, url: `${url}/-/pipelines/${pipelineId}` },
    },
  });
}

function polledIds(): ReadonlySet<string> {
  const lists = flow.gitlab.requests.flatMap(({ path }) => /\/projects\/(1\d{3})\/pipelines$/.exec(path)?.[1] ?? []);
  return new Set(lists);
}

/** A chatops.yml whose one project takes its events from there. */
function only(events: string): string {
  return `
projects:
  - project: acme/production-app
    events: ${events}
    channels: [{ id: ${deploys}, notify: [started] }]
poll_every: 1s
`;
}

describe('300 projects under one pattern', () => {
  it('are known from ten lines, polled, and followed from their first webhook', async () => {
    expect(file.split('\n').length).toBeLessThanOrEqual(10);
    flow = await startFlow({ file, gitlab: { otherProjects: payments } });

    await until(
      () => `polls of 300 projects, got ${polledIds().size}`,
      () => polledIds().size === 300,
    );
    await flow.gitlab.pushTag('v1.4.0');
    const chosen = payments.filter((_, index) => [0, 150, 299].includes(index));
    for (const project of chosen) await deliverAs(project, 4000 + project.id);

    for (const { path } of chosen) expect(words(await flow.sees(path))).toContain('v1.4.0');
  });

  it('have each value explained with the line that says it', async () => {
    flow = await startFlow({ file, gitlab: { otherProjects: payments } });

    const shown = showConfig({ env: flow.env, readFile: readTextFile }, 'acme/payments/svc-042');

    expect(shown.map((line) => line.trim().replaceAll(/ {2,}/g, ' | '))).toEqual([
      'acme/payments/svc-042',
      'aliases | [] | built-in default',
      'events | both | built-in default',
      `channels[0].id | ${deploys} | chatops.yml line 2, under defaults`,
      'channels[0].notify | [started] | chatops.yml line 2, under defaults',
      'channels[0].refs | the default branch and tags | built-in default',
      'channels[0].environments | all | built-in default',
      'channels[0].exclude | nothing | built-in default',
      'channels[0].broadcast | failures | built-in default',
      'channels[0].mention | author | built-in default',
      'channels[0].default | false | built-in default',
      'environments.production.aliases | [prod] | chatops.yml line 4, under defaults',
      'environments.production.deployers | [maintainer] | chatops.yml line 4, under defaults',
      "environments.production.job | found from the pipeline's own graph | built-in default",
      'environments.production.rollback | redeploy, by developers, locked afterwards on tier production | built-in default',
      'environments.production.approvals | none | built-in default',
      'environments.production.variables | any, on tier production none | built-in default',
      'environments.production.confirm | true | built-in default',
      'environments.production.link | optional | built-in default',
      'environments.production.versions | all | built-in default',
      'environments.production.after | [] | built-in default',
      'environments.production.requires | [] | built-in default',
      'environments.production.freeze | [] | built-in default',
      'environments.production.migrations | [] | built-in default',
      'environments.production.dashboard | none | built-in default',
      'environments.production.notify_email | [] | built-in default',
      "environments.production.verify | the pipeline's own verify jobs | built-in default",
      'environments.production.canary | not watched by the bot | built-in default',
      'environments.production.oncall | nobody | built-in default',
      expect.stringMatching(/^policy of production \| [0-9a-f]{64} \| the rules above$/),
    ]);
  });

  it('make one of them known by its webhook where GitLab does not list the group, and remember it', async () => {
    flow = await startFlow({
      file,
      gitlab: { otherProjects: payments },
      before: async (gitlab) => gitlab.faults.status({ path: '/groups/' }, 403, { count: 100 }),
    });
    await flow.gitlab.pushTag('v1.4.0');

    await deliverAs({ id: 1042, path: 'acme/payments/svc-042' }, 5042);

    await flow.sees('acme/payments/svc-042');
    await flow.restart();
    await until('a poll of the one project', () => polledIds().has('1042'));
    expect(polledIds().size).toBe(1);
  });

  it('drop a webhook that claims the path of another project', async () => {
    flow = await startFlow({ file, gitlab: { otherProjects: payments } });
    await flow.gitlab.pushTag('v1.4.0');

    await deliverAs({ id: 1042, path: 'acme/payments/svc-043' }, 5042);

    await quiet(flow);
    expect(flow.shown()).toEqual([]);
  });
});

describe('an edit of chatops.yml while the bot runs', () => {
  it('changes nothing and is told in the operations channel once when it is wrong', async () => {
    flow = await startFlow({ file, gitlab: { otherProjects: payments } });
    const path = String(flow.env['CHATOPS_CONFIG']);

    writeFileSync(path, file.replace('notify: [started]', 'notify: [startd]'));

    const told = await flow.sees('refused', operations);
    expect(words(told)).toContain('defaults.channels[0].notify[0]');
    expect(words(told)).toContain('Did you mean `started`?');
    await flow.gitlab.pushTag('v1.4.0');
    await deliverAs({ id: 1042, path: 'acme/payments/svc-042' }, 5042);
    await flow.sees('acme/payments/svc-042');
    expect(flow.audit().filter(({ action }) => action === 'config.reload')).toEqual([]);

    writeFileSync(path, `${file}\n# touched`);
    await until('the reload in the audit', () =>
      flow.audit().some(({ action, outcome }) => action === 'config.reload' && outcome === 'succeeded'),
    );
    expect(flow.shown(operations).filter((message) => words(message).includes('refused'))).toHaveLength(1);
  });

  it('is in force without a restart when it is right', async () => {
    flow = await startFlow({ file, gitlab: { otherProjects: payments } });
    const path = String(flow.env['CHATOPS_CONFIG']);
    await flow.gitlab.pushTag('v1.4.0');
    await quiet(flow);

    writeFileSync(path, readFileSync(path, 'utf8').replace('/payments/*', '/*'));

    await flow.sees('acme/production-app');
    expect(flow.audit()).toContainEqual(expect.objectContaining({ action: 'config.reload', actor: 'chatops' }));
  });
});

describe('SIGHUP', () => {
  it('has chatops.yml read at once', async () => {
    flow = await startFlow({ file });
    await flow.stopBot();
    const bot = await startBotProcess(flow);
    writeFileSync(String(flow.env['CHATOPS_CONFIG']), `${file}\n# touched`);

    process.kill(Number(bot.pid), 'SIGHUP');

    await until('the file in force', () => bot.output().includes('chatops.yml is in force'));
    expect(await bot.terminate()).toBe(0);
  });
});

describe('where events come from', () => {
  it('ignores and counts webhooks of a project that is only polled', async () => {
    flow = await startFlow({ file: only('poll') });
    await flow.gitlab.pushTag('v1.4.0');

    await flow.sees('v1.4.0');

    await flow.gitlab.deliverWebhooks();
    const ignored = await metric(flow, 'chatops_webhooks_total{kind="pipeline",result="ignored"}');
    expect(ignored).toBeGreaterThan(0);
  });

  it('does not poll a project that only sends webhooks', async () => {
    flow = await startFlow({ file: only('webhook') });
    await flow.gitlab.pushTag('v1.4.0');
    await flow.sees('v1.4.0');
    await quiet(flow);

    const lists = flow.gitlab.requests.filter(({ path }) => path.endsWith('/projects/42/pipelines'));

    expect(lists).toEqual([]);
  });
});

describe('a project that was moved in GitLab', () => {
  const moving = `
projects:
  - project: acme/production-app
    channels: [{ id: ${deploys}, notify: [started] }]
identity: { users: { U0ANN: ann } }
`;

  it('goes on under its entry, with webhooks of its new path', async () => {
    flow = await startFlow({ file: moving });
    await flow.types('U0ANN', '/deployments');
    flow.gitlab.moveProject('acme/shop/app');

    await flow.gitlab.pushTag('v1.4.0');

    expect(words(await flow.sees('acme/shop/app'))).toContain('v1.4.0');
  });

  it('goes on after the entry was mended', async () => {
    flow = await startFlow({ file: moving });
    await flow.types('U0ANN', '/deployments');
    flow.gitlab.moveProject('acme/shop/app');
    writeFileSync(String(flow.env['CHATOPS_CONFIG']), moving.replace('acme/production-app', 'acme/shop/app'));
    await until('the reload', () => flow.audit().some(({ action }) => action === 'config.reload'));

    await flow.gitlab.pushTag('v1.4.0');

    expect(words(await flow.sees('v1.4.0'))).toContain('acme/shop/app');
  });
});
