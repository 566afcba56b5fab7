import { fileWith, roots } from '../support/channel.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';
import { quiet } from '../support/webhooks.ts';
import type { Line } from './table.ts';

const jobs = 17;
const burstMs = 10_000;

/** 17 jobs side by side that are created, run and pass, and a last one: 70 job hooks, and those of the pipeline. */
const ciYaml = `stages: [test, end]
${Array.from({ length: jobs }, (_, index) => `test-${index + 1}: { stage: test, script: ["true"] }`).join('\n')}
last: { stage: end, script: ["true"] }
`;

/** What a busy pipeline costs: calls to Slack while it is paced, and calls to GitLab for what its hooks say anyway. */
export async function benchJobBurst(): Promise<readonly Line[]> {
  const file = fileWith([`{ id: ${deploys}, notify: [started, succeeded, failed] }`]);
  const flow = await startFlow({ file, paced: true, gitlab: { ciYaml } });
  try {
    await quiet(flow);
    const before = { gitlab: flow.gitlab.requests.length, slack: flow.slack.calls.length, hooks: hooks(flow) };
    await burst(flow);
    const asked = askedSince(flow, before.gitlab);
    await end(flow);
    await until(
      () => `the last state: ${words(roots(flow)[0])}`,
      () => words(roots(flow)[0]).includes('main · passed ·'),
      20_000,
    );
    await quiet(flow);
    const calls = flow.slack.calls.slice(before.slack).filter(({ method }) => method.startsWith('chat.')).length;
    const atItsEnd = askedSince(flow, before.gitlab) - asked;
    return [
      {
        what: `${hooks(flow) - before.hooks} job events of a pipeline in 10 s: Slack calls`,
        measured: String(calls),
        budget: 'under 10',
        isMet: calls < 10,
      },
      {
        what: 'pipeline and job events: GitLab calls',
        measured: `${asked}; ${atItsEnd} at its end, for tests and coverage`,
        budget: '0 for what hooks say',
        isMet: asked === 0,
      },
    ];
  } finally {
    await flow.stop();
  }
}

async function burst(flow: Flow): Promise<void> {
  const { gitlab } = flow;
  await gitlab.pushBranch('main');
  for (let index = 0; index < 2 * jobs; index += 1) {
    await new Promise((resolve) => setTimeout(resolve, burstMs / (2 * jobs)));
    const name = `test-${Math.floor(index / 2) + 1}`;
    await (index % 2 === 0 ? gitlab.run(name) : gitlab.finish(name, 'success'));
  }
  await quiet(flow);
}

/** Only then is there a report, of which no hook says anything. */
async function end({ gitlab }: Flow): Promise<void> {
  await gitlab.finish('last', 'success');
  await gitlab.deliverWebhooks();
}

/** The poll looks for what changed since its last round; that is no answer to an event. */
function askedSince({ gitlab }: Flow, begin: number): number {
  return gitlab.requests
    .slice(begin)
    .filter(({ username, query }) => username === 'chatops' && !('updated_after' in query)).length;
}

function hooks({ gitlab }: Flow): number {
  return gitlab.webhooks.filter(({ payload }) => payload['object_kind'] === 'build').length;
}
