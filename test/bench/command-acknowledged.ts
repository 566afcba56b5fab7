import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { signBody } from '../../src/sandbox/slack-server/signing.ts';
import { deploys, type Flow } from '../support/flow.ts';
import { pushSteadily, type Shot } from './load.ts';
import { countInbox, startBotBench, startFloor } from './programs.ts';
import { type Line, ms, quantile } from './table.ts';

const perSecond = 100;
const forMs = 3_000;
const gitlabMs = 2_000;

/** How long a person waits until Slack knows that their command was taken, while GitLab takes two seconds for anything. */
export async function benchCommandAcknowledged(): Promise<readonly Line[]> {
  const bench = await startBotBench();
  try {
    const next = createShots(bench.flow);
    await pushSteadily(next, { perSecond: 20, forMs: 500 });
    bench.flow.gitlab.faults.slow({}, gitlabMs, Number.POSITIVE_INFINITY);
    const before = countInbox(bench.storePath, 'slack');
    const { latenciesMs, sent, refused } = await pushSteadily(next, { perSecond, forMs });
    const kept = countInbox(bench.storePath, 'slack') - before;
    if (refused > 0 || kept !== sent) throw new Error(`${sent} commands, ${refused} refused, ${kept} rows`);
    const p99 = quantile(latenciesMs, 0.99);
    const bare = await pushToFloor(next);
    return [
      {
        what: `command acknowledged at ${perSecond}/s, GitLab taking ${gitlabMs / 1_000} s: p99`,
        measured: `${ms(p99)} (p50 ${ms(quantile(latenciesMs, 0.5))})`,
        floor: `${ms(quantile(bare, 0.99))} (p50 ${ms(quantile(bare, 0.5))})`,
        budget: 'under 100 ms',
        isMet: p99 < 100,
      },
    ];
  } finally {
    await bench.stop();
  }
}

/** The same load on the bare server, whose rows are durable too. */
async function pushToFloor(next: () => Shot): Promise<readonly number[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'chatops-floor-'));
  const floor = await startFloor(path.join(folder, 'floor.db'));
  try {
    const shot = (): Shot => ({ ...next(), url: `${floor.url}/`, body: '{"object_kind":"command"}' });
    return (await pushSteadily(shot, { perSecond, forMs: forMs / 2 })).latenciesMs;
  } finally {
    await floor.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function createShots({ slack, botUrl }: Flow): () => Shot {
  let count = 0;
  return () => {
    count += 1;
    const body = new URLSearchParams({
      team_id: slack.teamId,
      api_app_id: slack.appId,
      channel_id: deploys,
      channel_name: 'deploys',
      user_id: 'U0ANN',
      user_name: 'ann',
      command: '/deployments',
      text: '',
      response_url: `${slack.url}/commands/none`,
      trigger_id: `bench.${count}`,
    }).toString();
    const { timestamp, signature } = signBody(slack.signingSecret, new Date(), body);
    return {
      url: `${botUrl}/slack/events`,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': signature,
      },
      body,
    };
  };
}
