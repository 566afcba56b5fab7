import { type Flow, startFlow, words } from '../support/flow.ts';
import type { Line } from './table.ts';

/** Far above what everything else takes, so that the time of a command counts its round trips. */
const latencyMs = 600;

/** How many requests to GitLab a person waits for one after the other, from `/deploy` to the plan. */
export async function benchPlanCard(): Promise<readonly Line[]> {
  const flow = await startFlow();
  try {
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.gitlab.deliverWebhooks();
    // The lists of Slack and of the machine's own code paths are warm; nothing of this commit or person is known.
    await flow.types('U0RAJ', '/chatops help');
    flow.gitlab.faults.slow({}, latencyMs, Number.POSITIVE_INFINITY);
    const cold = await roundTrips(flow);
    const warm = await roundTrips(flow);
    return [line('cold', cold, 4), line('that commit known', warm, 2)];
  } finally {
    flow.gitlab.faults.clear();
    await flow.stop();
  }
}

interface Trips {
  readonly inARow: number;
  readonly requests: number;
}

async function roundTrips(flow: Flow): Promise<Trips> {
  const before = flow.gitlab.requests.length;
  const startedAt = performance.now();
  const card = await flow.types('U0ANN', '/deploy prod v1.4.0');
  const inARow = Math.floor((performance.now() - startedAt) / latencyMs);
  if (!words(card).includes('v1.4.0')) throw new Error(`no plan: ${words(card)}`);
  return { inARow, requests: flow.gitlab.requests.length - before };
}

function line(when: string, { inARow, requests }: Trips, most: number): Line {
  return {
    what: `/deploy to its plan, ${when}: round trips to GitLab`,
    measured: `${inARow} in a row (${requests} requests)`,
    budget: `at most ${most}`,
    isMet: inARow <= most,
  };
}
