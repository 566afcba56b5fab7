import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Checkpoint, Clock } from '../../src/app/ports.ts';
import { type BotProcess, startBotProcess } from './bot-process.ts';
import { type Flow, words } from './flow.ts';
import { until } from './until.ts';

export type CrashPoint = Parameters<Checkpoint>[0];

/** A bot that dies by itself. */
export interface CrashingBot extends BotProcess {
  /** From now on it dies when it comes to the point, or comes there for the `times`th time. */
  diesAt(point: CrashPoint, times?: number): void;
  /** Resolves when it has died. */
  dead(): Promise<void>;
}

/** In place of the flow's own bot, on the same store, one that can be told where to die. */
export async function startCrashingBot(flow: Flow): Promise<CrashingBot> {
  await flow.stopBot();
  const armed = path.join(path.dirname(flow.env['CHATOPS_CONFIG'] ?? ''), 'dies-at');
  writeFileSync(armed, '');
  const bot = await startBotProcess(flow, { entry: ['test/support/crashing-bot.ts', armed] });
  return {
    ...bot,
    diesAt: (point, times = 1) => writeFileSync(armed, `${point} ${times}`),
    async dead() {
      const { signal } = await bot.ended;
      if (signal !== 'SIGKILL') throw new Error(`the bot ended otherwise: ${bot.output()}`);
    },
  };
}

/** The real clock, moved forward by a test. */
export function movableClock(): Clock & { readonly moveMs: (ms: number) => void } {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    moveMs: (ms) => {
      ahead += ms;
    },
  };
}

/** What the channel shows more than once: messages of one outbox row, or of the same words. */
export function saidTwice(flow: Flow): readonly string[] {
  const shown = flow.shown();
  const ids = shown.map((message) => JSON.stringify(message.metadata?.['event_payload']));
  return [...repeated(ids), ...repeated(shown.map((message) => words(message)))];
}

/** The first messages of the channel's threads. */
export function rootsOf(flow: Flow): readonly string[] {
  return flow
    .shown()
    .filter((message) => message.threadTs === undefined || message.threadTs === message.ts)
    .map((message) => words(message));
}

/** Takes a release from its canary, once that was started, to the end. */
export async function finishRelease(flow: Flow, pipelineId: number): Promise<void> {
  await until('the canary job starts', () => flow.gitlab.job('deploy-canary').status !== 'manual');
  await flow.gitlab.settle(pipelineId);
  await promote(flow);
  await flow.gitlab.settle(pipelineId);
  await flow.sees('Verified by verify-deployment');
}

/** Ann answers the question after the canary and the production job starts. */
export async function promote(flow: Flow): Promise<void> {
  const question = await flow.sees('Promote v1.4.0 to production?');
  await flow.pressesOn('U0ANN', question, 'Promote to production');
  await until('the production job starts', () => flow.gitlab.job('deploy-prod').status !== 'manual');
}

/** How often GitLab was asked to play a job, whatever it answered. */
export function playRequests(flow: Flow): number {
  return flow.writes().filter((write) => write.endsWith('/play')).length;
}

function repeated(texts: readonly string[]): readonly string[] {
  return texts.filter((text, index) => texts.indexOf(text) !== index);
}
