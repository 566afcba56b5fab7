import { afterEach, describe, expect, it } from 'vitest';
import { startBotProcess } from '../support/bot-process.ts';
import { fileWith, replies, roots } from '../support/channel.ts';
import { movableClock } from '../support/crash.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';
import { deliver, madeWebhook, quiet } from '../support/webhooks.ts';

let flow: Flow;

afterEach(() => flow.stop());

const halfAnHourMs = 30 * 60_000;
const file = fileWith([`{ id: ${deploys}, notify: [started, succeeded, failed, fixed, deployed, approval] }`]);

function rootOf(version: string): ReturnType<typeof roots>[number] | undefined {
  return roots(flow).find((root) => words(root).includes(`${version} ·`));
}

/** Replies in the first thread of that version. */
function repliesTo(version: string): readonly string[] {
  const root = rootOf(version);
  return root ? replies(flow, root).map(words) : [];
}

async function failMain(): Promise<void> {
  flow.gitlab.planFailure('unit-tests');
  const { id } = await flow.gitlab.pushBranch('main');
  await flow.gitlab.settle(id);
}

describe('a bot that was away for half an hour', () => {
  it('tells each pipeline once in its present state, marked late', async () => {
    const clock = movableClock();
    flow = await startFlow({ file, clock });
    const known = await flow.gitlab.pushTag('v1.4.0');
    await flow.sees('The pipeline of v1.4.0 started');
    await quiet(flow);
    const before = repliesTo('v1.4.0').length;

    await flow.stopBot();
    clock.moveMs(60_000);
    await flow.gitlab.settle(known.id);
    flow.gitlab.planFailure('unit-tests');
    const unknown = await flow.gitlab.pushTag('v1.5.0');
    await flow.gitlab.settle(unknown.id);
    await flow.gitlab.deliverWebhooks();
    clock.moveMs(halfAnHourMs);
    await flow.startBot();
    await flow.sees('v1.5.0 moved on while I was away');
    await quiet(flow);

    expect(roots(flow)).toHaveLength(2);
    const [ofKnown, ofUnknown] = [repliesTo('v1.4.0').slice(before), repliesTo('v1.5.0')];
    expect(ofKnown.toSorted()).toEqual([
      expect.stringMatching(/Late: v1\.4\.0 moved on while I was away[^]*Now: waiting for a person · deploy-canary/),
      // A question that is still open keeps its button.
      expect.stringMatching(/v1\.4\.0 waits for a person: deploy-canary[^]*Deploy to production-canary/),
    ]);
    expect(ofUnknown).toEqual([expect.stringContaining('Now: failed')]);
    expect(words(rootOf('v1.4.0'))).toContain('waiting for a person');
    expect(words(rootOf('v1.5.0'))).toContain('Failed: unit-tests');
  });

  it('marks what it missed of a broken branch late too, under the pipeline that broke it', async () => {
    const clock = movableClock();
    flow = await startFlow({ file, clock });
    await failMain();
    await flow.sees('The pipeline of main failed');
    await quiet(flow);

    await flow.stopBot();
    clock.moveMs(60_000);
    await failMain();
    await flow.gitlab.deliverWebhooks();
    clock.moveMs(halfAnHourMs);
    await flow.startBot();
    await flow.sees('Late: main moved on while I was away');
    await quiet(flow);

    expect(repliesTo('main').filter((reply) => reply.includes('Late:'))).toHaveLength(1);
    expect(repliesTo('main').filter((reply) => reply.includes('main is still failing'))).toEqual([]);
  });

  it('finds nothing new in the webhooks that waited in its inbox', async () => {
    const clock = movableClock();
    flow = await startFlow({ file, clock });
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.sees('The pipeline of v1.4.0 started');
    await quiet(flow);
    const before = repliesTo('v1.4.0').length;
    await flow.stopBot();
    await flow.gitlab.settle(id);
    await flow.gitlab.deliverWebhooks();
    clock.moveMs(halfAnHourMs);

    await flow.startBot();
    await deliver(flow, madeWebhook(flow, { kind: 'build', status: 'success', job: 'unit-tests' }));
    await deliver(flow, madeWebhook(flow, { kind: 'deployment', status: 'running' }));
    await deliver(flow, madeWebhook(flow, { kind: 'deployment', status: 'success' }));
    await deliver(flow, madeWebhook(flow, { kind: 'pipeline', status: 'manual' }));
    await flow.sees('v1.4.0 moved on while I was away');
    await quiet(flow);

    expect(repliesTo('v1.4.0').slice(before).toSorted()).toEqual([
      expect.stringContaining('Late: v1.4.0 moved on'),
      expect.stringContaining('v1.4.0 waits for a person'),
    ]);
  });

  it.each([
    ['offers the way back', 'that is fresh', 119 * 60_000, true],
    ['offers no rollback any more', 'older than two hours', 121 * 60_000, false],
  ])('marks a failed deployment late and %s from one %s', async (_, __, awayMs, isOffered) => {
    const clock = movableClock();
    flow = await startFlow({ file, clock });
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.gitlab.play(flow.gitlab.job('deploy-canary', id).id);
    await flow.gitlab.settle(id);
    await flow.sees('v1.4.0 waits for a person: deploy-prod');
    await quiet(flow);

    await flow.stopBot();
    await flow.gitlab.play(flow.gitlab.job('deploy-prod', id).id);
    await flow.gitlab.finish('deploy-prod', 'failed', { pipelineId: id });
    await flow.gitlab.deliverWebhooks();
    clock.moveMs(awayMs);
    await flow.startBot();
    const late = words(await flow.sees('Late: v1.4.0 moved on while I was away'));
    await quiet(flow);

    expect(late).toContain('the deployment to production failed');
    expect(late.includes('Roll back')).toBe(isOffered);
    expect(flow.shown().filter((message) => words(message).includes('Roll back'))).toHaveLength(isOffered ? 1 : 0);
  });

  it('marks the end of a deploy late that failed hours ago, and offers no rollback of it', async () => {
    const clock = movableClock();
    flow = await startFlow({ clock });
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary job starts', () => flow.gitlab.job('deploy-canary', id).status !== 'manual');
    await flow.gitlab.settle(id);
    await flow.pressesOn('U0ANN', await flow.sees('Promote v1.4.0 to production?'), 'Promote to production');
    await until('the production job starts', () => flow.gitlab.job('deploy-prod', id).status !== 'manual');
    await quiet(flow);

    await flow.stopBot();
    await flow.gitlab.finish('deploy-prod', 'failed', { pipelineId: id });
    await flow.gitlab.deliverWebhooks();
    clock.moveMs(3 * 3_600_000);
    await flow.startBot();

    expect(words(await flow.sees('failed at deploy-prod'))).toContain('Late: that was ');
    await quiet(flow);
    expect(flow.shown().filter((message) => words(message).includes('Roll back'))).toEqual([]);
  });

  it.each([
    ['ten minutes', 10 * 60_000],
    ['half an hour and more, when Slack takes no late answer any more', halfAnHourMs + 60_000],
  ])('answers a command from before and does not carry it out, after %s', async (_, awayMs) => {
    const clock = movableClock();
    flow = await startFlow({ clock });
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await quiet(flow);
    await flow.stopBot();
    const bot = await startBotProcess(flow);
    flow.gitlab.faults.slow({}, 8_000, 100);
    const typed = { user: 'U0ANN', channel: deploys, command: '/deploy', text: 'prod v1.4.0' };
    const taken = await flow.slack.command(typed);
    await bot.kill();
    flow.gitlab.faults.clear();

    clock.moveMs(awayMs);
    await flow.startBot();
    const answer = await flow.reads('U0ANN', 'I was away, nothing was done.');
    await quiet(flow);

    expect(taken.status).toBe(200);
    expect(words(answer)).toContain('/deploy prod v1.4.0');
    expect(flow.slack.ephemerals('U0ANN')).toHaveLength(1);
    expect(flow.writes()).toEqual([]);
  });
});

describe('history', () => {
  it('is not told: neither what ended before the installation nor its late webhooks', async () => {
    const clock = movableClock();
    flow = await startFlow({
      file: `${file}poll_every: 1s\n`,
      clock,
      before: async (gitlab) => {
        gitlab.setWebhook('http://127.0.0.1:9/nobody', 'no-token');
        gitlab.planFailure('unit-tests');
        const { id } = await gitlab.pushBranch('main');
        await gitlab.settle(id);
        await gitlab.deliverWebhooks();
        clock.moveMs(30_000);
      },
    });
    const headers = { 'x-gitlab-token': flow.env['GITLAB_WEBHOOK_SECRET'] };

    const taken = [
      await deliver(flow, madeWebhook(flow, { kind: 'build', status: 'failed', job: 'unit-tests' }), { headers }),
      await deliver(flow, madeWebhook(flow, { kind: 'pipeline', status: 'failed' }), { headers }),
    ];
    await flow.gitlab.pushTag('v1.4.0');
    await flow.sees('The pipeline of v1.4.0 started');
    await quiet(flow);

    expect(taken).toEqual([200, 200]);
    expect(roots(flow).map(words)).toEqual([expect.stringContaining('v1.4.0')]);
  });
});
