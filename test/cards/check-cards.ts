import { renderByItself } from '../../src/cards/by-itself.ts';
import { renderCanaryWatch } from '../../src/cards/canary-watch.ts';
import type { Card } from '../../src/cards/card.ts';
import { renderOperation } from '../../src/cards/operation.ts';
import { renderOperationEnded } from '../../src/cards/operation-ended.ts';
import { renderPromote } from '../../src/cards/promote.ts';
import type { Reading, Watched } from '../../src/domain/canary.ts';
import type { WatchRule } from '../../src/domain/check-rules.ts';
import type { Operation, Step } from '../../src/domain/operation.ts';
import { say } from '../../src/domain/phrase.ts';
import { anOperation, at } from './builders.ts';

const rule: WatchRule = {
  query: 'sum(errors) / sum(all)',
  above: 0.01,
  forMs: 300_000,
  everyMs: 15_000,
  minRequests: 20,
};

/** A minute apart, from ten o'clock on. */
function readings(...of: readonly Partial<Reading>[]): readonly Reading[] {
  return of.map((reading, minute) => ({ at: at(`10:0${minute}`), ...reading }));
}

const good = readings(
  { gap: 'no_data' },
  { value: 0, requests: 180 },
  { value: 0.0021, requests: 184.6 },
  { value: 0.0042, requests: 190 },
);
const bad = [...good, { at: at('10:04'), value: 0.08333333, requests: 181 }];

function step(watched: Watched | undefined, change: Partial<Step> = {}): Step {
  const base = { kind: 'watch', job: 'deploy-prod', environment: 'production-canary', watch: rule } as const;
  return { ...base, state: 'running', watched, ...change };
}

const canary = {
  kind: 'play',
  job: 'deploy-canary',
  environment: 'production-canary',
  state: 'succeeded',
  jobId: 105,
  jobUrl: 'https://gitlab.example.com/acme/app/-/jobs/105',
} as const;
const prod = { kind: 'play', job: 'deploy-prod', environment: 'production' } as const;
const probe = {
  kind: 'probe',
  job: 'deploy-prod',
  environment: undefined,
  probe: { url: 'https://example.com/api/version?x=1', field: 'version', withinMs: 300_000, everyMs: 10_000 },
} as const;

function watching(watched: Watched | undefined, change: Partial<Step> = {}, rest: Partial<Operation> = {}): Operation {
  const ask = { kind: 'ask', job: 'deploy-prod', environment: 'production', state: 'pending' } as const;
  const left = [ask, { ...prod, state: 'pending' }, { ...probe, state: 'pending' }] as const;
  return anOperation([], { steps: [canary, step(watched, change), ...left], ...rest });
}

function watchCard(watched: Watched, shownRule: WatchRule = rule): Card {
  return renderCanaryWatch({ operation: watching(watched), step: step(watched), rule: shownRule, watched });
}

const heard = { since: at('10:10'), at: at('10:15'), looks: 30, last: { kind: 'version', version: 'v1.3.0' } } as const;
const notVerified = anOperation([], {
  state: 'failed',
  endedAt: at('10:15'),
  steps: [
    { ...prod, state: 'succeeded' },
    { ...probe, state: 'failed', reason: 'wrong_version', probed: heard },
  ],
});
const canceled = { state: 'canceled', reason: 'earlier_step_failed' } as const;
const threadUrl = 'https://acme.slack.com/archives/C0DEPLOYS/p1';

function byItself(what: Parameters<typeof renderByItself>[0]['what'], oncall: string | undefined = 'S0ONCALL'): Card {
  return renderByItself({ operation: notVerified, what, oncall, threadUrl });
}

/** The cards of a watch, a verification and a rollback that nobody asked for, in each of their states. */
export const checkCards: Readonly<Record<string, Card>> = {
  'canary watch, under way': watchCard({ readings: good }),
  'canary watch, silent so far': watchCard({ readings: good.slice(0, 1) }),
  'canary watch, Prometheus away': watchCard({
    readings: readings(
      { value: 0, requests: 50 },
      { gap: 'away', words: 'Prometheus cannot be reached (ECONNREFUSED)' },
    ),
  }),
  'canary watch, its deploy was canceled': renderCanaryWatch({
    operation: watching({ readings: good }, {}, { state: 'canceled', endedAt: at('10:04') }),
    step: step({ readings: good }, { state: 'canceled' }),
    rule,
    watched: { readings: good },
  }),
  'canary watch, passed': watchCard({ readings: good.slice(1), verdict: 'passed' }),
  'canary watch, passed above a floor': watchCard(
    { readings: readings({ value: 0.999 }, { value: 0.9987 }), verdict: 'passed' },
    { ...rule, above: undefined, below: 0.99 },
  ),
  'canary watch, failed': watchCard({ readings: bad, verdict: 'breach', abort: { state: 'done' } }),
  'canary watch, failed and still there': watchCard({ readings: bad, verdict: 'breach', abort: { state: 'refused' } }),
  'canary watch, too few requests': watchCard({
    readings: readings({ value: 0.5, requests: 3.2, gap: 'few_requests' }, { requests: 1, gap: 'few_requests' }),
    verdict: 'few_requests',
    abort: { state: 'not_needed' },
  }),
  'canary watch, several series': watchCard({
    readings: readings({ gap: 'several_series', words: '3 series' }),
    verdict: 'several_series',
    abort: { state: 'unknown' },
  }),
  'operation, watching the canary': renderOperation({ operation: watching({ readings: good }) }),
  'operation, verifying': renderOperation({
    operation: anOperation([], {
      steps: [
        { ...prod, state: 'succeeded' },
        { ...probe, state: 'running', probed: heard },
      ],
    }),
  }),
  'promote, after a watch': renderPromote({
    operation: watching({ readings: good.slice(1), verdict: 'passed' }, { state: 'succeeded' }),
  }),
  'operation ended, canary failed': renderOperationEnded({
    operation: anOperation([], {
      state: 'failed',
      endedAt: at('10:05'),
      steps: [
        canary,
        step({ readings: bad, verdict: 'breach', abort: { state: 'done' } }, { state: 'failed', reason: 'canary_bad' }),
        { ...prod, ...canceled },
      ],
    }),
    again: '/deploy production v1.4.0',
  }),
  'operation ended, wrong version': renderOperationEnded({ operation: notVerified }),
  'operation ended, taken back by the bot': renderOperationEnded({
    operation: { ...notVerified, takenBack: { by: 'chatops', to: 'v1.3.0' } },
  }),
  'operation ended, taken back by the pipeline': renderOperationEnded({
    operation: { ...notVerified, takenBack: { by: 'pipeline', job: 'auto-rollback-prod' } },
  }),
  'rollback by the bot itself': renderOperation({
    operation: anOperation([], {
      kind: 'rollback',
      fromVersion: 'v1.5.0',
      steps: [{ kind: 'retry', job: 'deploy-prod', environment: 'production', state: 'running' }],
      byItself: { because: 'operation-1' },
    }),
  }),
  'by itself, begun': byItself({ kind: 'begun', to: 'v1.3.0', locks: true }),
  'by itself, done': byItself({ kind: 'done', to: 'v1.3.0', locks: true }),
  'by itself, not done': byItself({ kind: 'not_done', to: 'v1.3.0', locks: true }, 'U0MIA'),
  'by itself, the pipeline did it': byItself({ kind: 'job_did', job: 'auto-rollback-prod' }),
  'by itself, the pipeline could not': byItself({ kind: 'job_failed', job: 'auto-rollback-prod' }),
  'by itself, the pipeline is late': byItself({ kind: 'job_overdue', job: 'auto-rollback-prod' }),
  'by itself, the canary was bad': renderByItself({
    operation: watching(
      { readings: bad, verdict: 'breach', abort: { state: 'done' } },
      { state: 'failed', reason: 'canary_bad' },
      { state: 'failed' },
    ),
    what: { kind: 'canary', locks: true },
    oncall: 'S0ONCALL',
    threadUrl,
  }),
  'by itself, the canary did not pass a job': renderByItself({
    operation: anOperation([], {
      state: 'failed',
      steps: [
        canary,
        { kind: 'wait', job: 'monitor-canary', environment: undefined, state: 'failed', reason: 'job_failed' },
        { ...prod, ...canceled },
      ],
    }),
    what: { kind: 'canary', locks: false },
    oncall: undefined,
    threadUrl,
  }),
  'by itself, impossible': renderByItself({
    operation: notVerified,
    what: { kind: 'impossible', fact: say`There is no earlier good version.` },
    oncall: undefined,
    threadUrl,
  }),
};

/** The same cards, with `outside` wherever GitLab, Prometheus or a deployed service may put words. */
export function hostileCheckCards(operation: Operation, outside: string): Readonly<Record<string, Card>> {
  const many = Array.from({ length: 1000 }, (_, index): Reading => ({ at: at('10:00'), value: index, words: outside }));
  const watched: Watched = {
    readings: [...many, { at: at('10:00'), gap: 'bad_query', words: outside }],
    verdict: 'bad_query',
    abort: { state: 'refused' },
  };
  const hostileStep = step(watched, { environment: outside, job: outside });
  const last = { kind: 'version', version: outside } as const;
  const probed = { since: at('10:00'), at: at('10:01'), looks: 3, last };
  const failed: Step = { ...probe, job: outside, state: 'failed', reason: 'wrong_version', probed };
  const bad = { ...operation, state: 'failed', steps: [failed] } as const;
  return {
    'canary watch': renderCanaryWatch({ operation, step: hostileStep, rule: { ...rule, query: outside }, watched }),
    'operation watching': renderOperation({ operation: { ...operation, steps: [hostileStep] } }),
    'not verified': renderOperationEnded({ operation: bad }),
    'by itself': renderByItself({
      operation: bad,
      what: { kind: 'begun', to: outside, locks: true },
      oncall: outside,
      threadUrl: outside,
    }),
    'by a job': renderByItself({
      operation: bad,
      what: { kind: 'job_failed', job: outside },
      oncall: undefined,
      threadUrl: outside,
    }),
    'a bad canary': renderByItself({
      operation: { ...operation, state: 'failed', steps: [{ ...hostileStep, state: 'failed' }] },
      what: { kind: 'canary', locks: true },
      oncall: outside,
      threadUrl: outside,
    }),
    'not possible': renderByItself({
      operation: bad,
      what: { kind: 'impossible', fact: say`${outside}` },
      oncall: undefined,
      threadUrl: outside,
    }),
  };
}
