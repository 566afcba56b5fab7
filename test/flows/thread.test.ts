import { afterEach, describe, expect, it } from 'vitest';
import { startBotProcess } from '../support/bot-process.ts';
import { count, fileWith, roots, said, unpolled } from '../support/channel.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';
import { deliver, madeWebhook, quiet } from '../support/webhooks.ts';

let flow: Flow;

afterEach(() => flow.stop());

const told = fileWith([`{ id: ${deploys}, notify: [started, succeeded, failed, fixed, deployed, approval] }`]);

/** So many jobs in stages of six, on tags; on main there are three of them. */
function manyJobs(jobs: number): string {
  const numbers = Array.from({ length: jobs }, (_, index) => index);
  const stages = [...new Set(numbers.map(stageOf))];
  return `stages: [${stages.join(', ')}]\n${numbers.map(jobText).join('')}`;
}

function stageOf(index: number): string {
  return `stage-${Math.floor(index / 6) + 1}`;
}

function jobText(index: number): string {
  const rules = index < 3 ? '' : '  rules: [{ if: $CI_COMMIT_TAG }]\n';
  return `job-${index + 1}:\n  stage: ${stageOf(index)}\n  script: ["true"]\n${rules}`;
}

describe('a thread', () => {
  it('has one root when a job is told of before its pipeline, and loses no job', async () => {
    flow = await startFlow({ file: fileWith([`{ id: ${deploys} }`], unpolled) });
    flow.gitlab.faults.dropWebhooks('all');
    await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.deliverWebhooks();
    const earlier = madeWebhook(flow, { kind: 'pipeline', status: 'pending' });
    await flow.gitlab.finish('validate-code', 'failed');
    await flow.gitlab.deliverWebhooks();

    await deliver(flow, madeWebhook(flow, { kind: 'build', status: 'failed', job: 'validate-code' }));
    await flow.sees('validate-code failed in stage validate');
    await deliver(flow, earlier);
    const root = await flow.sees('to come');

    expect(roots(flow)).toHaveLength(1);
    expect(words(root)).toContain('Failed: validate-code');
    expect(words(root)).toContain('v1.4.0');
    expect(count(flow.shown().map(words), 'validate-code failed in stage')).toBe(1);
  });

  it('tells a failed job at once, while the progress of the root still waits', async () => {
    const now = new Date();
    flow = await startFlow({ file: told, paced: true, clock: { now: () => now } });
    await flow.gitlab.pushTag('v1.4.0');
    await flow.sees('The pipeline of v1.4.0 started');

    await flow.gitlab.finish('validate-helm', 'success');
    await flow.gitlab.finish('validate-code', 'failed');
    await flow.sees('validate-code failed in stage validate');

    expect(flow.slack.calls.filter((call) => call.method === 'chat.update')).toEqual([]);
  });

  it('does not turn the root red for a job that may fail', async () => {
    flow = await startFlow({ file: told });
    flow.gitlab.planFailure('e2e-tests');

    const { id } = await flow.gitlab.pushBranch('main');
    await flow.gitlab.settle(id);
    await flow.sees('The pipeline of main passed with warnings');

    await quiet(flow);

    expect(words(roots(flow)[0])).toContain('main · passed with warnings ·');
    const shown = flow.slack.calls.map(said);
    expect(count(shown, 'main · failed')).toBe(0);
    expect(count(shown, 'e2e-tests failed in stage')).toBe(0);
  });

  it('keeps its height with 72 jobs, within the limits of Slack', async () => {
    flow = await startFlow({ file: told, gitlab: { ciYaml: manyJobs(72) } });
    const small = await flow.gitlab.pushBranch('main');
    await flow.gitlab.settle(small.id);
    const large = await flow.gitlab.pushTag('v1.4.0');
    expect(large.jobs).toHaveLength(72);

    await flow.gitlab.settle(large.id);
    const ended = await until('both pipelines end', () => {
      const all = roots(flow).filter((root) => words(root).includes('· passed ·'));
      return all.length === 2 && all;
    });

    const [lower = 0, higher = 0] = ended.map((root) => words(root).split('\n').length).toSorted((a, b) => a - b);
    expect(higher - lower).toBeLessThanOrEqual(1);
    expect(flow.slack.calls.filter((call) => call.result['ok'] !== true)).toEqual([]);
  });

  it('shows a commit title as it is written and pings nobody', async () => {
    flow = await startFlow({ file: told });

    await flow.gitlab.pushBranch('main', { title: '<!channel> *x* <@U0ANN> &lt;' });
    const root = await flow.sees('<!channel> *x* <@U0ANN> &lt;');

    expect(JSON.stringify(root.blocks)).not.toMatch(/"type":"(?:broadcast|user|usergroup|mrkdwn)"/);
    expect(flow.slack.calls.filter((call) => /<[!@#]/.test(String(call.args['text'])))).toEqual([]);
  });

  it('goes on after the process was killed and started again', async () => {
    flow = await startFlow({ file: told });
    await flow.stopBot();
    const bot = await startBotProcess(flow);
    await flow.gitlab.pushTag('v1.4.0');
    await flow.sees('The pipeline of v1.4.0 started');

    await bot.kill();
    await flow.startBot();
    await flow.gitlab.settle();
    const reply = await flow.sees('v1.4.0 is deployed to staging');

    expect(roots(flow)).toHaveLength(1);
    expect(reply.threadTs).toBe(roots(flow)[0]?.ts);
  });

  it('tells a success quietly and a failure in the channel as well', async () => {
    flow = await startFlow({ file: told });
    flow.gitlab.planFailure('smoke-test-staging');

    await flow.gitlab.pushTag('v1.4.0');
    await flow.sees('The pipeline of v1.4.0 started');
    await flow.gitlab.settle();
    const success = await flow.sees('v1.4.0 is deployed to staging');
    const failure = await flow.sees('The pipeline of v1.4.0 failed');

    expect(success.replyBroadcast).toBe(false);
    expect(failure.replyBroadcast).toBe(true);
    expect(count(flow.shown().map(words), 'is deployed to staging')).toBe(1);
  });

  it('stays green when an older event comes late', async () => {
    flow = await startFlow({ file: told });
    const { id } = await flow.gitlab.pushBranch('main');
    await flow.gitlab.run('validate-code');
    await flow.gitlab.deliverWebhooks();
    const running = madeWebhook(flow, { kind: 'pipeline', status: 'running' });
    await flow.gitlab.settle(id);
    await quiet(flow);
    const calls = flow.slack.calls.length;

    await deliver(flow, running, { headers: { 'idempotency-key': 'a-late-delivery-of-running' } });
    await deliver(flow, madeWebhook(flow, { kind: 'build', status: 'running', job: 'validate-code' }), {
      headers: { 'idempotency-key': 'a-late-delivery-of-the-job' },
    });
    await quiet(flow);

    expect(words(roots(flow)[0])).toContain('main · passed ·');
    expect(flow.slack.calls.slice(calls).map(said)).toEqual([]);
  });
});
