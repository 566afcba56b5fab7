import { afterEach, describe, expect, it } from 'vitest';
import { count, fileWith, replies, roots, said, unpolled } from '../support/channel.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';
import { deliver, madeWebhook, quiet } from '../support/webhooks.ts';

let flow: Flow;

afterEach(() => flow.stop());

describe('the reply of a failed job', () => {
  it('comes without the log and gets its masked end as an edit', async () => {
    flow = await startFlow();
    flow.gitlab.faults.slow({ path: '/trace' }, 300);
    await flow.gitlab.pushTag('v1.4.0');

    await flow.gitlab.finish('validate-code', 'failed', { log: 'app/main.py:3: E999 SyntaxError' });
    const first = await flow.sees('validate-code failed in stage validate');
    const edited = await flow.sees('app/main.py:3: E999 SyntaxError');
    await quiet(flow);

    expect(words(first)).not.toContain('E999');
    expect(edited.ts).toBe(first.ts);
    expect(words(edited)).toContain('Authentication tried with token [secret]');
    expect(JSON.stringify(flow.slack.calls)).not.toContain('glpat-');
  });

  it('stands without a log when GitLab does not give it', async () => {
    flow = await startFlow();
    flow.gitlab.faults.status({ path: '/trace' }, 404);
    await flow.gitlab.pushTag('v1.4.0');

    await flow.gitlab.finish('validate-code', 'failed');
    const reply = await flow.sees('validate-code failed in stage validate');
    await until('GitLab refuses the log', () =>
      flow.gitlab.requests.some((request) => request.path.endsWith('/trace') && request.status === 404),
    );

    expect(words(reply)).toContain('A command in its script failed.');
    expect(count(flow.shown().map(words), 'validate-code failed in stage validate')).toBe(1);
  });
});

describe('the reply of a failed deployment', () => {
  it('keeps the log when its deployment is heard of after its job, and is not followed by its start', async () => {
    flow = await startFlow({ file: fileWith([`{ id: ${deploys} }`], unpolled) });
    flow.gitlab.faults.dropWebhooks('all');
    flow.gitlab.planFailure('deploy-staging');
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.gitlab.deliverWebhooks();

    await deliver(flow, madeWebhook(flow, { kind: 'build', status: 'failed', job: 'deploy-staging' }));
    await flow.sees('context deadline exceeded');
    await deliver(flow, madeWebhook(flow, { kind: 'deployment', status: 'running' }));
    await deliver(flow, madeWebhook(flow, { kind: 'deployment', status: 'failed' }));
    await quiet(flow);

    const texts = flow.shown().map(words);
    expect(count(texts, 'The deployment of v1.4.0 to staging failed.')).toBe(1);
    expect(count(texts, 'context deadline exceeded')).toBe(1);
    expect(count(texts, 'is deploying v1.4.0')).toBe(0);
  });
});

describe('the reply of a deployment', () => {
  it('names version, environment, address, and the person who played it in GitLab', async () => {
    flow = await startFlow();
    const { id, sha } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.gitlab.play(flow.gitlab.job('deploy-canary').id, 'raj');
    await flow.gitlab.settle(id);

    const reply = words(await flow.sees('v1.4.0 is deployed to production-canary.'));

    expect(reply).toContain(`Version: v1.4.0 (${sha.slice(0, 8)})`);
    expect(reply).toContain('Environment: production-canary');
    expect(reply).toMatch(/URL: https:\/\/\S+/);
    expect(reply).toContain('Deployed by: Raj Patel');
  });

  it('names who asked in Slack, not the bot that played the job for them', async () => {
    flow = await startFlow();
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.types('U0ANN', '/deploy prod v1.4.0');

    await flow.presses('U0ANN', 'Deploy');
    await until('the canary job starts', () => flow.gitlab.job('deploy-canary').status !== 'manual');
    await flow.gitlab.settle(id);
    const reply = words(await flow.sees('v1.4.0 is deployed to production-canary.'));
    await quiet(flow);

    expect(flow.gitlab.job('deploy-canary').username).toBe('chatops');
    expect(reply).toContain('Deployed by: Ann Smith');
    const [root] = roots(flow);
    const texts = [...flow.slack.calls.map(said), ...(root ? replies(flow, root).map(words) : [])];
    expect(count(texts, 'Deployed by: ChatOps')).toBe(0);
    expect(count(texts, 'ChatOps is deploying')).toBe(0);
  });

  it('tells a failed deployment once, with its reason and the end of its log', async () => {
    flow = await startFlow();
    flow.gitlab.planFailure('deploy-staging');

    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    const reply = await flow.sees('context deadline exceeded');
    await quiet(flow);

    expect(words(reply)).toContain('The deployment of v1.4.0 to staging failed.');
    expect(words(reply)).toContain('A command in its script failed.');
    expect(count(flow.shown().map(words), 'The deployment of v1.4.0 to staging failed.')).toBe(1);
    expect(JSON.stringify(flow.slack.calls)).not.toContain('glpat-');
  });
});
