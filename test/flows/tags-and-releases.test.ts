import { afterEach, describe, expect, it } from 'vitest';
import { count, fileWith, replies, rootSaying, roots, unpolled } from '../support/channel.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { quiet } from '../support/webhooks.ts';

let flow: Flow;

afterEach(() => flow.stop());

const told = fileWith([`{ id: ${deploys}, notify: [failed, fixed, deployed, approval, tag, release] }`]);

/** The first lines of the replies below the only root. */
function thread(): readonly string[] {
  const [root, ...others] = roots(flow);
  if (!root || others.length > 0) return roots(flow).map((each) => `root: ${words(each)}`);
  return replies(flow, root).map((reply) => words(reply).split('\n')[0] ?? '');
}

describe('a tag', () => {
  it('is told at once, and its root becomes that of its pipeline', async () => {
    flow = await startFlow({ file: told });

    await flow.gitlab.pushTag('v1.4.0', { message: 'Express checkout' });
    await flow.sees('Ann Smith pushed the tag v1.4.0.');
    await quiet(flow);

    expect(roots(flow)).toHaveLength(1);
    expect(words(roots(flow)[0])).toContain('v1.4.0 · pending');
    expect(thread()).toEqual([':label: Ann Smith pushed the tag v1.4.0.']);
    expect(words(replies(flow, rootSaying(flow, 'v1.4.0 · pending'))[0])).toContain('Express checkout');
  });

  it('is told in the thread of its pipeline when that came first', async () => {
    flow = await startFlow({ file: told });
    flow.gitlab.faults.holdWebhooks();
    await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.finish('validate-code', 'failed');

    flow.gitlab.faults.releaseWebhooks('reversed');
    await flow.sees('Ann Smith pushed the tag v1.4.0.');
    await quiet(flow);

    expect(roots(flow)).toHaveLength(1);
    expect(count(thread(), 'pushed the tag')).toBe(1);
  });

  it('has a root of its own when it has no pipeline, also after a restart', async () => {
    flow = await startFlow({ file: told });

    await flow.gitlab.createTag('v1.4.0', { username: 'raj' });
    await flow.sees('Raj Patel pushed the tag v1.4.0.');
    await flow.restart();
    await quiet(flow);

    expect(roots(flow).map((root) => words(root).split('\n')[0])).toEqual([':label: Raj Patel pushed the tag v1.4.0.']);
  });

  it('is told once when two webhooks tell of it', async () => {
    flow = await startFlow({ file: told });
    const hook = {
      url: `${flow.botUrl}/gitlab/webhook`,
      token: flow.env['GITLAB_WEBHOOK_SECRET'],
      tag_push_events: true,
    };
    const answer = await fetch(`${flow.gitlab.url}/api/v4/projects/42/hooks`, {
      method: 'POST',
      headers: { 'private-token': flow.gitlab.tokenOf('olu'), 'content-type': 'application/json' },
      body: JSON.stringify(hook),
    });
    expect(answer.status).toBe(201);

    await flow.gitlab.pushTag('v1.4.0');
    await quiet(flow);

    expect(flow.gitlab.webhooks.filter(({ event }) => event === 'Tag Push Hook')).toHaveLength(2);
    expect(thread()).toEqual([':label: Ann Smith pushed the tag v1.4.0.']);
  });

  it('that was deleted is told below what it had, and one that was moved has a root of its own', async () => {
    flow = await startFlow({ file: told });
    await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.deleteTag('v1.4.0', 'raj');
    await flow.gitlab.deleteTag('v1.3.0');
    await flow.gitlab.createTag('v1.5.0');
    await flow.gitlab.createTag('v1.5.0', { force: true });
    await flow.sees('Ann Smith moved the tag v1.5.0 to another commit.');
    await quiet(flow);

    const [, ...others] = roots(flow);
    const below = replies(flow, rootSaying(flow, 'v1.4.0 ·')).map((reply) => words(reply).split('\n')[0]);
    expect(below).toEqual([':label: Ann Smith pushed the tag v1.4.0.', ':label: Raj Patel deleted the tag v1.4.0.']);
    expect(others.map((root) => words(root).split('\n')[0])).toEqual([
      ':label: Ann Smith pushed the tag v1.5.0.',
      ':label: Ann Smith moved the tag v1.5.0 to another commit.',
    ]);
  });

  it('is not told where nobody asks for tags, nor for refs that a channel leaves out', async () => {
    flow = await startFlow({
      file: fileWith([`{ id: ${deploys} }`, '{ id: C0RELEASE, notify: [tag], refs: [main] }']),
    });

    await flow.gitlab.pushTag('v1.4.0');
    await quiet(flow);

    expect(flow.shown()).toEqual([]);
    expect(flow.shown('C0RELEASE')).toEqual([]);
  });
});

describe('a release', () => {
  it('is told below its tag’s pipeline, follows its notes, and pings nobody', async () => {
    flow = await startFlow({ file: told });
    await flow.gitlab.pushTag('v1.4.0');
    await flow.sees('Ann Smith pushed the tag v1.4.0.');

    await flow.gitlab.release('v1.4.0', { name: 'Summer', description: '<!channel> Express checkout' });
    const reply = await flow.sees('Release Summer (v1.4.0) is published.');
    await flow.gitlab.editRelease('v1.4.0', { description: 'Express checkout, mended' });
    await flow.sees('Express checkout, mended');
    await flow.gitlab.deleteRelease('v1.4.0');
    await flow.sees('was deleted');
    await quiet(flow);

    expect(words(reply)).toContain('<!channel> Express checkout');
    expect(flow.slack.calls.filter((call) => /<[!@#]/.test(String(call.args['text'])))).toEqual([]);
    expect(thread()).toEqual([
      ':label: Ann Smith pushed the tag v1.4.0.',
      ':package: Release Summer (v1.4.0) is published.',
      ':package: The release Summer (v1.4.0) was deleted. Its tag may still be there.',
    ]);
  });

  it('opens the thread of its tag’s pipeline where nothing else did', async () => {
    flow = await startFlow({ file: fileWith([`{ id: ${deploys}, notify: [release] }`]) });
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await quiet(flow);
    expect(flow.shown()).toEqual([]);

    await flow.gitlab.release('v1.4.0');
    await flow.sees('Release v1.4.0 is published.');
    await quiet(flow);

    expect(thread()).toEqual([':package: Release v1.4.0 is published.']);
    expect(words(roots(flow)[0])).toContain('v1.4.0 · waiting for a person');
  });

  it('that made its tag has one root, which the pipeline takes over', async () => {
    flow = await startFlow({ file: fileWith([`{ id: ${deploys}, notify: [release] }`], unpolled) });
    flow.gitlab.faults.dropWebhooks('all');
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.deliverWebhooks();
    flow.gitlab.faults.clear();

    await flow.gitlab.release('v1.4.0', { releasedAt: new Date(Date.now() + 86_400_000) });
    await flow.sees('Release v1.4.0 is announced for');
    expect(roots(flow)).toHaveLength(1);
    await flow.gitlab.settle(id);
    await flow.sees('v1.4.0 · waiting for a person');
    await quiet(flow);

    expect(roots(flow)).toHaveLength(1);
    expect(thread()).toHaveLength(1);
    expect(thread()[0]).toContain('is announced for');
  });

  it('is found by the poll of a project without webhooks, once', async () => {
    let now = new Date();
    const file = fileWith([`{ id: ${deploys}, notify: [release] }`]).replace('aliases: [app]', 'events: poll');
    flow = await startFlow({ file, clock: { now: () => now } });
    await flow.gitlab.createTag('v1.4.0');
    now = new Date(now.getTime() + 1_000);

    await flow.gitlab.release('v1.4.0', { name: 'Summer' });
    await flow.restart();
    await flow.sees('Release Summer (v1.4.0) is published.');
    await flow.restart();
    await quiet(flow);

    expect(roots(flow)).toHaveLength(1);
    expect(flow.slack.calls.filter((call) => call.method === 'chat.update')).toEqual([]);
  });
});
