import { describe, expect, it, onTestFinished } from 'vitest';
import type { GitLabSide } from '../../../src/sandbox/page/gitlab-side.ts';
import { createPage } from '../../../src/sandbox/page/server.ts';
import { aButton, aSection, type Setup, startSlack } from '../slack-server/support.ts';

const COMMANDS = [{ name: '/deploy', usage: '/deploy <environment> <version>', description: 'Deploy a version' }];
const DEPLOYS = { channel: 'C0DEPLOYS', text: 'A sentence.' };

function aGitLab(done: unknown[]): GitLabSide {
  const job = { id: 7, name: 'deploy-<prod>', status: 'manual', allowFailure: false, manual: true };
  const stages = [{ name: 'deploy', jobs: [job, { ...job, id: 8, name: 'tests', status: 'running' }] }];
  const pipeline = { id: 1, ref: '<script>', tag: false, sha: 'abcdef1234', status: 'blocked', webUrl: '', stages };
  return {
    state: () => ({
      projects: [
        { path: 'acme/app', tags: ['v1.9.0', 'v1.10.0'], pipelines: [pipeline], environments: [] },
        { path: 'acme/canary', tags: ['v0.3.0'], pipelines: [], environments: [] },
      ],
      requiresApproval: true,
    }),
    pushTag: (project, name) => done.push(['pushTag', project, name]),
    pushTagSkippingCi: (project, name) => done.push(['pushTagSkippingCi', project, name]),
    runPipeline: (project, tag, username) => done.push(['runPipeline', project, tag, username]),
    pushBranch: (project, ref) => done.push(['pushBranch', project, ref]),
    play: (id, username) => done.push(['play', id, username]),
    retry: () => Promise.reject(new Error('403 Forbidden')),
    cancel: () => undefined,
    finish: (id, outcome) => done.push(['finish', id, outcome]),
    onChange: () => undefined,
    setApi: (mode) => done.push(['api', mode]),
    requireApproval: (isRequired) => done.push(['requireApproval', isRequired]),
  };
}

interface PageSetup extends Setup {
  readonly url: string;
  readonly done: unknown[];
  readonly parts: (query?: string) => Promise<Record<string, string>>;
  readonly perform: (name: string, args: object) => Promise<{ status: number; body: Record<string, unknown> }>;
}

async function startPage(): Promise<PageSetup> {
  const setup = await startSlack({ rateLimits: false });
  const done: unknown[] = [];
  const now = () => setup.clock.now;
  const page = createPage({ slack: setup.slack, gitlab: aGitLab(done), commands: COMMANDS, now });
  await page.start();
  onTestFinished(() => page.stop());
  return {
    ...setup,
    url: page.url,
    done,
    parts: async (query = '?as=U0ANN&channel=C0DEPLOYS') => {
      const response = await fetch(`${page.url}/parts${query}`);
      return (await response.json()) as Record<string, string>;
    },
    perform: (name, args) => setup.respond(`${page.url}/do/${name}`, args as Record<string, unknown>),
  };
}

describe('the page', () => {
  it('comes whole, with its script and styles, from loopback alone', async () => {
    const { url } = await startPage();

    const html = await (await fetch(url)).text();
    const files = await Promise.all(['/client.js', '/style.css', '/blocks.css'].map((path) => fetch(url + path)));

    expect(html).toContain('# deploys');
    expect(html).toContain('<script src="/client.js" defer>');
    expect(html).not.toMatch(/(src|href)="https?:/);
    expect(files.map((one) => one.status)).toEqual([200, 200, 200]);
  });

  it('refuses other names for itself, other origins and other kinds of bodies', async () => {
    const { url } = await startPage();
    const send = async (headers: Record<string, string>) =>
      (await fetch(`${url}/do/say`, { method: 'POST', headers, body: '{}' })).status;

    expect(await send({ 'content-type': 'text/plain' })).toBe(403);
    expect(await send({ 'content-type': 'application/json', origin: 'https://evil.example' })).toBe(403);
    expect(await send({ 'content-type': 'application/json' })).toBe(422);
  });

  it('shows hostile names literally', async () => {
    const setup = await startPage();
    const text = 'branch `&lt;script&gt;` and &lt;!channel&gt; by <@U0RAJ>';
    const header = { type: 'header', text: { type: 'plain_text', text: '<script>alert(1)</script> <!channel> &lt;' } };
    await setup.api('chat.postMessage', { ...DEPLOYS, blocks: [header, aSection(text)] });
    setup.slack.say({ user: 'U0RAJ', channel: 'C0DEPLOYS', text: '<img src=x onerror=alert(1)>' });

    const { timeline = '' } = await setup.parts();

    expect(timeline).not.toMatch(/<script|<img/);
    expect(timeline).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &lt;!channel&gt; &amp;lt;');
    expect(timeline).toContain(
      '<code>&lt;script&gt;</code> and &lt;!channel&gt; by <span class="sl-mention">@raj</span>',
    );
    expect(timeline).toContain('&lt;img src=x onerror=alert(1)&gt;');
  });

  it('says which block it cannot show', async () => {
    const setup = await startPage();
    const rows = [[{ type: 'raw_text', text: 'x' }]];
    await setup.api('chat.postMessage', { ...DEPLOYS, blocks: [{ type: 'data_table', caption: 'x', rows }] });

    const { timeline } = await setup.parts();

    expect(timeline).toContain('This page cannot show a &quot;data_table&quot; block.');
  });

  it.each([
    ['U0ANN', 'Today at 10:00 AM'],
    ['U0RAJ', 'Today at 2:30 PM'],
    ['U0MIA', 'Today at 4:00 AM'],
  ])('tells times in the zone of %s', async (user, time) => {
    const setup = await startPage();
    const seconds = setup.clock.now.getTime() / 1000;
    const text = `<!date^${seconds}^{date_short_pretty} at {time}|some time>`;
    const element = { type: 'date', timestamp: seconds, format: '{date_short_pretty} at {time}', fallback: 'x' };
    const rich = { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [element] }] };
    await setup.api('chat.postMessage', { ...DEPLOYS, blocks: [aSection(text), rich] });

    const { timeline = '' } = await setup.parts(`?as=${user}&channel=C0DEPLOYS`);

    expect(timeline.split(time)).toHaveLength(3);
  });

  it('gives buttons their block, value, question and spoken name', async () => {
    const setup = await startPage();
    const confirm = { text: { type: 'plain_text', text: 'Sure?' } };
    const button = aButton('go', { confirm, accessibility_label: 'Deploy v1.4.0', style: 'primary' });
    await setup.api('chat.postMessage', {
      ...DEPLOYS,
      blocks: [{ type: 'actions', block_id: 'row', elements: [button] }],
    });

    const { timeline } = await setup.parts();

    expect(timeline).toContain('data-action="go" data-block="row"');
    expect(timeline).toContain('data-value="v" aria-label="Deploy v1.4.0"');
    expect(timeline).toContain('&quot;text&quot;:&quot;Sure?&quot;');
  });

  it('shows private answers to their reader alone, and threads beside the channel', async () => {
    const setup = await startPage();
    const { ts } = await setup.api('chat.postMessage', DEPLOYS);
    await setup.api('chat.postMessage', { ...DEPLOYS, text: 'a reply', thread_ts: ts });
    await setup.api('chat.postEphemeral', { ...DEPLOYS, text: 'for ann', user: 'U0ANN' });

    const ann = await setup.parts(`?as=U0ANN&channel=C0DEPLOYS&thread=${String(ts)}`);
    const raj = await setup.parts('?as=U0RAJ&channel=C0DEPLOYS');

    expect(ann['timeline']).toMatch(/Only visible to you.*for ann/);
    expect(ann['timeline']).toContain('1 reply');
    expect(ann['thread']).toContain('a reply');
    expect(raj['timeline']).not.toContain('for ann');
    expect(raj['thread']).toBe('');
  });

  it('sends commands and forms, and says what is refused', async () => {
    const setup = await startPage();
    const who = { user: 'U0ANN', channel: 'C0DEPLOYS' };

    const sent = await setup.perform('command', { ...who, command: '/deploy', text: 'prod' });
    const refused = await setup.perform('click', { ...who, messageTs: '1.1', actionId: 'go' });

    expect(sent).toMatchObject({ status: 200, body: { ok: true } });
    expect(setup.app.received[0]?.content).toMatchObject({ command: '/deploy', text: 'prod' });
    expect(refused).toMatchObject({ status: 422, body: { error: 'there is no message 1.1 in #deploys' } });
  });

  it('shows a modal with its errors to its owner', async () => {
    const setup = await startPage();
    await setup.perform('command', { user: 'U0ANN', channel: 'C0DEPLOYS', command: '/deploy', text: '' });
    const label = { type: 'plain_text', text: 'Version' };
    const element = { type: 'external_select', action_id: 'version', min_query_length: 0 };
    const blocks = [{ type: 'input', block_id: 'what', label, element, optional: true }];
    const view = { type: 'modal', title: label, submit: label, blocks };
    const trigger_id = setup.app.received[0]?.content['trigger_id'];
    const opened = await setup.api('views.open', { trigger_id, view });
    setup.app.answers.push({ body: { response_action: 'errors', errors: { what: 'No <such> version' } } });
    const viewId = (opened['view'] as Record<string, unknown>)['id'];
    await setup.perform('submitView', { user: 'U0ANN', viewId });

    const ann = await setup.parts();
    const raj = await setup.parts('?as=U0RAJ');

    expect(ann['modal']).toContain('No &lt;such&gt; version');
    expect(ann['modal']).toContain('data-min="0"');
    expect(raj['modal']).toBe('');
  });
});

describe('the GitLab side', () => {
  it('shows status as shape and word, and each job its deeds', async () => {
    const { gitlab = '' } = await (await startPage()).parts();

    expect(gitlab).toContain('<span aria-hidden="true">▷</span><span class="gl-word"> manual</span>');
    expect(gitlab).toContain('aria-label="Play deploy-&lt;prod&gt;"');
    expect(gitlab).toContain('aria-label="Fail tests"');
    expect(gitlab).toContain('<strong>&lt;script&gt;</strong>');
    expect(gitlab).toContain('placeholder="v1.11.0"');
    expect(gitlab).toContain('<small>tag without a pipeline</small>');
    expect(gitlab).toContain('aria-label="Run pipeline for v1.9.0"');
    expect(gitlab).toContain('data-on="false" aria-pressed="true"');
  });

  it('shows one project at a time, the first unless another is chosen', async () => {
    const { parts } = await startPage();

    const { gitlab: first = '' } = await parts();
    const { gitlab: second = '' } = await parts('?as=U0ANN&channel=C0DEPLOYS&project=acme%2Fcanary');

    expect(first).toContain('data-show="acme/app" aria-pressed="true"');
    expect(first).toContain('data-show="acme/canary" aria-pressed="false"');
    expect(second).toContain('<div data-project="acme/canary">');
    expect(second).toContain('placeholder="v0.4.0"');
    expect(second).not.toContain('Play deploy-');
  });

  it('passes deeds on and shows what GitLab refuses', async () => {
    const setup = await startPage();

    await setup.perform('gitlab/pushTag', { project: 'acme/app', name: 'v2.0.0' });
    await setup.perform('gitlab/pushTagSkippingCi', { project: 'acme/canary', name: 'v2.1.0' });
    await setup.perform('gitlab/runPipeline', { project: 'acme/canary', ref: 'v2.1.0', username: 'ann' });
    await setup.perform('gitlab/play', { job: '7', username: 'ann' });
    await setup.perform('gitlab/finish', { job: '8', outcome: 'failed' });
    await setup.perform('gitlab/requireApproval', { on: 'false' });
    const refused = await setup.perform('gitlab/retry', { job: '8', username: 'ann' });

    expect(setup.done).toEqual([
      ['pushTag', 'acme/app', 'v2.0.0'],
      ['pushTagSkippingCi', 'acme/canary', 'v2.1.0'],
      ['runPipeline', 'acme/canary', 'v2.1.0', 'ann'],
      ['play', 7, 'ann'],
      ['finish', 8, 'failed'],
      ['requireApproval', false],
    ]);
    expect(refused).toMatchObject({ status: 422, body: { error: '403 Forbidden' } });
  });
});

describe('the fault bar', () => {
  it('switches faults on and off, and offers only what the stand-in can do', async () => {
    const setup = await startPage();

    await setup.perform('fault', { name: 'slack', mode: '429' });
    expect(await setup.api('auth.test')).toMatchObject({ error: 'ratelimited' });
    await setup.perform('fault', { name: 'slack', mode: 'ok' });
    expect(await setup.api('auth.test')).toMatchObject({ ok: true });
    await setup.perform('fault', { name: 'gitlab', mode: 'down' });
    const { faults } = await setup.parts();

    expect(setup.done).toEqual([['api', 'down']]);
    expect(faults).toContain('<option value="down" selected="">');
    expect(faults).not.toContain('webhooks');
    expect(await setup.perform('fault', { name: 'gitlab', mode: 'no' })).toMatchObject({ status: 422 });
  });
});
