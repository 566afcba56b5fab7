import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unknownOutcomeMs } from '../../src/domain/operation.ts';
import { finishRelease, movableClock, playRequests, rootsOf, saidTwice } from '../support/crash.ts';
import { type Flow, startFlow } from '../support/flow.ts';
import { until } from '../support/until.ts';

/** A message whose outcome is not known is looked for after five seconds. */
const lookAfterMs = 5_000;

const play = { method: 'POST', path: '/play' };

let clock: ReturnType<typeof movableClock>;
let flow: Flow;
let pipelineId: number;

beforeEach(async () => {
  clock = movableClock();
  flow = await startFlow({ clock });
});

afterEach(() => flow.stop());

async function press(): Promise<void> {
  await flow.presses('U0ANN', 'Deploy');
  await until('a play', () => playRequests(flow) === 1);
}

/** The version that production runs. */
function live(): string | undefined {
  return flow.gitlab.state().projects[0]?.environments.find(({ name }) => name === 'production')?.live;
}

function calls(method: string) {
  return flow.slack.calls.filter((call) => call.method === method);
}

async function tagWaitsForCanary(): Promise<void> {
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
}

/** Any work of the bot makes it look at what is due; when it has answered once, what failed before is on record. */
async function looksNow(): Promise<void> {
  await flow.types('U0ANN', '/chatops help');
  clock.moveMs(lookAfterMs);
  await flow.types('U0ANN', '/chatops help');
}

async function seesWholeThread(): Promise<void> {
  await flow.sees('v1.4.0 · waiting for a person');
  await flow.sees('v1.4.0 is deployed to staging.');
  await flow.sees('v1.4.0 waits for a person: deploy-canary');
}

describe('GitLab fails while a job is played', () => {
  beforeEach(async () => {
    ({ id: pipelineId } = await flow.gitlab.pushTag('v1.4.0'));
    await flow.gitlab.settle(pipelineId);
    await flow.types('U0ANN', '/deploy prod v1.4.0');
  });

  it('does not play again a job whose answer was lost', async () => {
    flow.gitlab.faults.resetAfter(play);

    await press();
    await finishRelease(flow, pipelineId);

    expect(playRequests(flow)).toBe(2);
    expect(live()).toBe('v1.4.0');
    expect(rootsOf(flow)).toHaveLength(1);
    expect(saidTwice(flow)).toEqual([]);
  });

  it.each([
    { fault: 'answers 502', make: () => flow.gitlab.faults.status(play, 502) },
    { fault: 'answers 500', make: () => flow.gitlab.faults.status(play, 500) },
    { fault: 'cuts the connection before it acts', make: () => flow.gitlab.faults.resetBefore(play) },
  ])('plays a job again when a minute of looking shows that it still waits: GitLab $fault', async ({ make }) => {
    make();

    await press();
    await until('the unknown outcome on record', () => flow.audit().some(({ outcome }) => outcome === 'unknown'));
    expect(playRequests(flow)).toBe(1);
    clock.moveMs(unknownOutcomeMs);
    await flow.restart();
    await finishRelease(flow, pipelineId);

    expect(playRequests(flow)).toBe(3);
    expect(live()).toBe('v1.4.0');
    expect(rootsOf(flow)).toHaveLength(1);
    expect(saidTwice(flow)).toEqual([]);
  });

  it('plays a job when GitLab has asked it to wait', async () => {
    flow.gitlab.faults.status(play, 429, { retryAfterS: 30 });

    await press();
    await until('the refusal on record', () => flow.audit().some(({ reason }) => reason === 'http_429'));
    expect(playRequests(flow)).toBe(1);
    clock.moveMs(30_000);
    await flow.restart();
    await finishRelease(flow, pipelineId);

    expect(playRequests(flow)).toBe(3);
    expect(live()).toBe('v1.4.0');
    expect(rootsOf(flow)).toHaveLength(1);
    expect(saidTwice(flow)).toEqual([]);
  });
});

describe('Slack fails while messages are sent', () => {
  it('finds a message whose answer was lost and does not send it twice', async () => {
    flow.slack.faults.add({ method: 'chat.postMessage', count: 1, effect: { kind: 'reset_after' } });

    await tagWaitsForCanary();
    await until('a lost answer', () => calls('chat.postMessage').some(({ reset }) => reset));
    await looksNow();

    await seesWholeThread();
    expect(rootsOf(flow)).toHaveLength(1);
    expect(saidTwice(flow)).toEqual([]);
    expect(calls('conversations.history')).toHaveLength(1);
    expect(calls('chat.postMessage')).toHaveLength(flow.shown().length);
  });

  it.each([
    { fault: 'Slack asks to wait', effect: { kind: 'rate_limited', retryAfter: 1 } },
    { fault: 'Slack has trouble of its own', effect: { kind: 'http', status: 503 } },
    { fault: 'the connection is cut', effect: { kind: 'reset_before' } },
  ] as const)('goes on looking when the look itself fails: $fault', async ({ effect }) => {
    flow.slack.faults.add({ method: 'chat.postMessage', count: 1, effect: { kind: 'reset_after' } });
    flow.slack.faults.add({ method: 'conversations.history', count: 1, effect });

    await tagWaitsForCanary();
    await until('a lost answer', () => calls('chat.postMessage').some(({ reset }) => reset));
    await looksNow();
    await until('a look that fails', () => calls('conversations.history').length === 1);
    await looksNow();

    await seesWholeThread();
    expect(rootsOf(flow)).toHaveLength(1);
    expect(saidTwice(flow)).toEqual([]);
    expect(calls('conversations.history')).toHaveLength(2);
    expect(calls('chat.postMessage')).toHaveLength(flow.shown().length);
  });

  it('sends a message that was lost on its way', async () => {
    flow.slack.faults.add({ method: 'chat.postMessage', count: 1, effect: { kind: 'reset_before' } });

    await tagWaitsForCanary();
    await until('a cut connection', () => calls('chat.postMessage').some(({ reset }) => reset));
    await looksNow();

    await seesWholeThread();
    expect(rootsOf(flow)).toHaveLength(1);
    expect(saidTwice(flow)).toEqual([]);
  });

  it('tells everything once after Slack was away', async () => {
    flow.slack.faults.outage(true);
    await tagWaitsForCanary();
    await until('an attempt', () => calls('chat.postMessage').length > 0);
    await flow.stopBot();
    clock.moveMs(lookAfterMs);
    await flow.startBot();
    await until('a look in vain', () => calls('conversations.history').length > 0);

    await flow.stopBot();
    flow.slack.faults.outage(false);
    clock.moveMs(lookAfterMs);
    await flow.startBot();

    await seesWholeThread();
    expect(rootsOf(flow)).toHaveLength(1);
    expect(saidTwice(flow)).toEqual([]);
  });
});
