import { existsSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDemoBot } from '../../src/cli/demo/bot.ts';
import { type Demo, startDemo } from '../../src/cli/demo.ts';
import { until } from '../support/until.ts';

const channel = 'C0DEPLOYS';

async function start() {
  const demo = await startDemo(() => undefined, 20);
  onTestFinished(() => demo.stop());
  return {
    demo,
    flips: (name: string, mode: string) => perform(demo, 'fault', { name, mode }),
    types: (command: string, text: string) => perform(demo, 'command', { user: 'U0ANN', channel, command, text }),
    reads: (words: string) =>
      until(`Ann reads "${words}"`, () => demo.slack.ephemerals('U0ANN').some(({ text }) => text.includes(words))),
    said: () => {
      const roots = demo.slack.messages(channel);
      return roots.flatMap(({ ts }) => demo.slack.thread(channel, ts)).map(({ text }) => text);
    },
  };
}

async function perform(demo: Demo, deed: string, args: object): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${demo.url}/do/${deed}`, { method: 'POST', headers, body: JSON.stringify(args) })).status;
}

describe('the second project of the demo', { timeout: 60_000 }, () => {
  it('is called as people call an environment of the first', async () => {
    const { demo, types, reads } = await start();

    await types('/deploy', 'canary v1.4.0');
    await reads('canary v1.4.0 can be read in two ways.');

    expect(demo.slack.ephemerals('U0ANN').flatMap(({ blocks }) => JSON.stringify(blocks))).toEqual([
      expect.stringMatching(/acme\/canary: production v1\.4\.0.*acme\/production-app: canary v1\.4\.0/),
    ]);
  });
});

describe('the lock records of the demo', { timeout: 60_000 }, () => {
  it('are damaged and mended again, once there is one', async () => {
    const { demo, flips, types, reads, said } = await start();

    expect(await flips('locks', 'damaged')).toBe(422);
    await types('/lock', 'prod hotfix');
    await until('it is locked', () => said().some((text) => text.startsWith('Locked: production')));
    expect(await flips('locks', 'damaged')).toBe(200);
    await types('/deploy', 'prod v1.3.0');
    await reads('/deploy was not carried out');
    expect(await flips('locks', 'ok')).toBe(200);
    await types('/lock', '');

    await reads('1 lock in acme/production-app');
    expect(demo.gitlab.requests.filter(({ method }) => method === 'POST')).toEqual([]);
  });
});

describe('the bot of the demo, away for two hours', { timeout: 60_000 }, () => {
  it('leaves commands unanswered, and tells afterwards what was missed, as late', async () => {
    const { demo, flips, types, said } = await start();
    const { id } = await demo.gitlab.pushTag('v1.4.0');
    await until('the canary waits', () => demo.gitlab.job('deploy-canary', id).status === 'manual');
    await until('the pipeline is told', () => said().some((text) => text.includes('v1.4.0')));

    expect(await flips('bot', 'away')).toBe(200);
    await types('/deployments', '');
    await demo.gitlab.play(demo.gitlab.job('deploy-canary', id).id);
    await until('the canary is there', () => demo.gitlab.job('deploy-canary', id).status === 'success');
    await demo.gitlab.deliverWebhooks();
    expect(await flips('time', '2 h on')).toBe(200);
    expect(said().filter((text) => text.startsWith('Late:'))).toEqual([]);
    expect(await flips('bot', 'up')).toBe(200);

    await until('late news', () => said().some((text) => text.startsWith('Late: v1.4.0')));
    expect(demo.slack.ephemerals('U0ANN').map(({ text }) => text)).toEqual([
      '/deployments failed with the error "dispatch_failed"',
    ]);
  });

  it('takes turns however quickly it is switched, and leaves nothing behind', async () => {
    const deeds: string[] = [];
    const homes = new Set<string>();
    const bot = await createDemoBot((databaseUrl) => {
      homes.add(databaseUrl.replace(/^sqlite:|\/chatops\.db$/g, ''));
      return {
        start: async () => ({ port: deeds.push('started') }),
        stop: async () => void deeds.push('stopped'),
        reload: async () => undefined,
      };
    });

    await bot.start();
    await Promise.all(['away', 'up', 'up'].map(async (mode) => bot.controls[0]?.set(mode)));
    const [home = ''] = homes;
    expect(existsSync(home)).toBe(true);
    await bot.stop();

    expect(deeds).toEqual(['started', 'stopped', 'started', 'stopped']);
    expect(homes.size).toBe(1);
    expect(existsSync(home)).toBe(false);
  });
});
