import { setTimeout as wait } from 'node:timers/promises';
import { playRequests } from './crash.ts';
import { deploys, type Flow, words } from './flow.ts';
import { until } from './until.ts';

/** The poll finds what was lost, five seconds show what was being posted, and a minute what was being played. */
const patienceMs = 80_000;

/** The settings for it: lost webhooks are made up for soon. */
export const unsteadyFile = `
projects:
  - project: acme/production-app
    channels: [{ id: ${deploys} }]
    environments:
      production: { aliases: [prod] }
identity:
  users: { U0ANN: ann }
poll_every: 5s
`;

/** Ann takes v1.4.0 to production while bots come and go: what was not answered she does again. */
export async function bringToProduction(flow: Flow): Promise<void> {
  const main = await flow.gitlab.pushBranch('main');
  await runJobs(flow, main.id);
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await runJobs(flow, id);
  await persist(flow, 'deploy-canary', () => askToDeploy(flow));
  await runJobs(flow, id);
  await persist(flow, 'deploy-prod', () => answerQuestion(flow));
  await runJobs(flow, id);
}

/** Waits until the channel was told of the end, and nothing is left to be sent. */
export async function allIsTold(flow: Flow): Promise<void> {
  const shown = (): string => flow.shown().map(words).join(' | ');
  await until(
    () => `the end is told: ${shown()}`,
    () => shown().includes('Verified by verify-deployment'),
    patienceMs,
  );
  let ready = '';
  const end = Date.now() + patienceMs;
  while (!/"outbox":\{"waiting":0,.*"dead":0/.test(ready)) {
    if (Date.now() > end) throw new Error(`messages wait: ${ready}`);
    await wait(100);
    ready = await (await fetch(`${flow.botUrl}/readyz`)).text();
  }
}

/** The outcomes that the audit has for one action. */
export function outcomesOf(flow: Flow, action: string): readonly string[] {
  return flow.audit().flatMap((line) => (line.action === action ? [line.outcome] : []));
}

/**
 * A play is on record and has not reached GitLab. Killed just then, the bot looks at the job for a minute before it
 * plays it; that has a test of its own, with a clock that can be moved.
 */
export function isPlaying(flow: Flow): boolean {
  return outcomesOf(flow, 'job.play').filter((outcome) => outcome === 'intended').length > playRequests(flow);
}

/** The same row of numbers between 0 and 1 for the same seed. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Whoever sees Slack's error, or nothing at all, tries again. */
async function persist(flow: Flow, job: string, attempt: () => Promise<void>): Promise<void> {
  const end = Date.now() + patienceMs;
  while (flow.gitlab.job(job).status === 'manual') {
    if (Date.now() > end) throw new Error(`nothing started ${job}: ${flow.shown().map(words).join(' | ')}`);
    await attempt();
    await until(`${job} starts`, () => flow.gitlab.job(job).status !== 'manual', 1_000).catch(() => undefined);
  }
}

async function askToDeploy(flow: Flow): Promise<void> {
  const card = flow.slack.ephemerals('U0ANN').at(-1);
  if (card && words(card).includes('Cancel')) {
    await flow.presses('U0ANN', 'Deploy');
    return;
  }
  const asked = { user: 'U0ANN', channel: deploys, command: '/deploy', text: 'prod v1.4.0' };
  const before = flow.slack.ephemerals('U0ANN').length;
  const { status } = await flow.slack.command(asked);
  if (status !== 200) return;
  await until('an answer', () => flow.slack.ephemerals('U0ANN').length > before, 3_000).catch(() => undefined);
}

async function answerQuestion(flow: Flow): Promise<void> {
  const question = flow.shown().find((message) => words(message).includes('Promote v1.4.0 to production?'));
  if (question) await flow.pressesOn('U0ANN', question, 'Promote to production');
}

/** Runners at work: one job after the other, with time for a bot to be told, or to be dead, in between. */
async function runJobs(flow: Flow, pipelineId: number): Promise<void> {
  for (;;) {
    const next = flow.gitlab
      .pipeline(pipelineId)
      .jobs.find(({ status }) => status === 'pending' || status === 'running');
    if (!next) return;
    await flow.gitlab.finish(next.name, 'success', { pipelineId });
    await wait(100);
  }
}
