import { afterEach, describe, expect, it } from 'vitest';
import { linkingEnv, linksAccount } from '../support/browser.ts';
import { fileWith } from '../support/channel.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { blockOf, formWords, offers, openForm, seesForm } from '../support/forms.ts';
import { until } from '../support/until.ts';

let flow: Flow;

afterEach(() => flow.stop());

const ann = 'U0ANN';

async function startReleased(options: Parameters<typeof startFlow>[0] = {}): Promise<void> {
  flow = await startFlow(options);
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
}

async function typesOnly(text: string, channel = deploys): Promise<number> {
  const { status } = await flow.slack.command({ user: ann, channel, command: '/deploy', text });
  return status;
}

describe('/deploy without words', () => {
  it('opens a form at once and fills it afterwards; sent, it is a plan for the asker', async () => {
    await startReleased();

    await typesOnly('');
    const atOnce = formWords(openForm(flow.slack, ann));
    const form = await seesForm(flow.slack, ann, 'Environment');
    const offered = await offers(flow.slack, { user: ann, viewId: form.id, actionId: 'deploy_version', value: '1.4' });
    await flow.slack.submitView({
      user: ann,
      viewId: form.id,
      values: {
        [blockOf(form, 'deploy_environment')]: { deploy_environment: 'production' },
        [blockOf(form, 'deploy_version')]: { deploy_version: 'v1.4.0' },
      },
    });

    expect(atOnce).toContain('Loading');
    expect(formWords(form)).toContain('acme/production-app');
    expect(offered).toEqual(['1.4', 'v1.4.0']);
    const plan = await flow.reads(ann, 'Deploy v1.4.0 to production?');
    expect(plan.channel).toBe(deploys);
    expect(openForm(flow.slack, ann)).toBeUndefined();
    await flow.presses(ann, 'Deploy', plan);
    await until('the canary is played', () => flow.played().includes('deploy-canary'));
  });

  it('is answered by Slack in time and keeps its form, however slow GitLab is', async () => {
    await startReleased();
    flow.gitlab.faults.slow({ path: /./ }, 3_200, 2);

    // Slack gives up after three seconds.
    const status = await typesOnly('');
    const opened = openForm(flow.slack, ann);
    const form = await seesForm(flow.slack, ann, 'Environment');

    expect(status).toBe(200);
    expect(form.id).toBe(opened?.id);
    expect(flow.slack.calls.filter(({ method }) => method === 'views.open')).toHaveLength(1);
  });

  it('says in the form that GitLab does not answer', async () => {
    await startReleased();
    flow.gitlab.faults.outage('502');

    await typesOnly('');

    await seesForm(flow.slack, ann, 'The form could not be filled');
    expect(flow.writes()).toEqual([]);
  });

  it('delivered twice is one form and one plan', async () => {
    await startReleased();
    flow.slack.faults.deliverTwice('command');

    await typesOnly('');
    const form = await seesForm(flow.slack, ann, 'Environment');

    expect(flow.slack.views(ann).map((view) => view.id)).toEqual([form.id]);
    expect(flow.slack.ephemerals(ann)).toEqual([]);
  });

  it('closed before it is filled is no failure, and nothing else is said', async () => {
    await startReleased();
    flow.gitlab.faults.slow({ path: /./ }, 300, 2);

    await typesOnly('');
    await flow.slack.closeView({ user: ann, viewId: openForm(flow.slack, ann)?.id ?? '' });
    await until('the form is filled in vain', () =>
      flow.slack.calls.some(({ method, result }) => method === 'views.update' && result['ok'] === false),
    );
    const answer = await flow.types(ann, '/chatops help');

    expect(flow.slack.ephemerals(ann)).toEqual([answer]);
  });

  it('is answered in words where Slack opens no form', async () => {
    await startReleased();
    flow.slack.faults.add({ method: 'views.open', effect: { kind: 'error', error: 'expired_trigger_id' } });

    const answer = await flow.types(ann, '/deploy');

    expect(words(answer)).toContain('Which environment, and which version?');
  });
});

describe('/deploy with a flag alone', () => {
  it('keeps the flag for the plan', async () => {
    await startReleased();

    await typesOnly('prod --job nope');
    const form = await seesForm(flow.slack, ann, 'With --job nope');
    await offers(flow.slack, { user: ann, viewId: form.id, actionId: 'deploy_version', value: 'v1.4.0' });
    const values = { [blockOf(form, 'deploy_version')]: { deploy_version: 'v1.4.0' } };
    await flow.slack.submitView({ user: ann, viewId: form.id, values });

    const answer = await flow.reads(ann, 'nope does not deploy to production');
    expect(words(answer)).toContain('Which job is meant?');
  });
});

describe('/deploy with one word', () => {
  it('opens the form with the environment filled in', async () => {
    await startReleased();

    await typesOnly('prod');
    const form = await seesForm(flow.slack, ann, 'Environment');

    expect(JSON.stringify(form.view['blocks'])).toContain(
      '"initial_option":{"text":{"type":"plain_text","text":"production"},"value":"production"}',
    );
  });

  it('is a plan for the default environment of the channel, which is named', async () => {
    await startReleased({
      file: `
projects:
  - project: acme/production-app
    channels: [{ id: ${deploys}, default_environment: staging }]
identity: { users: { U0ANN: ann } }
`,
    });

    const plan = await flow.types(ann, '/deploy v1.4.0');

    expect(words(plan)).toMatch(/staging/);
    expect(openForm(flow.slack, ann)).toBeUndefined();
  });

  it('shows what the form lacks beside its field, without asking anybody', async () => {
    await startReleased();
    await typesOnly('');
    const form = await seesForm(flow.slack, ann, 'Environment');

    const offered = await offers(flow.slack, { user: ann, viewId: form.id, actionId: 'deploy_version', value: 'a b' });
    const values = {
      [blockOf(form, 'deploy_environment')]: { deploy_environment: 'production' },
      [blockOf(form, 'deploy_version')]: { deploy_version: 'a b' },
    };
    await flow.slack.submitView({ user: ann, viewId: form.id, values });

    expect(offered).toEqual(['a b']);
    expect(Object.values(openForm(flow.slack, ann)?.errors ?? {})).toEqual(['A version is one word, without spaces.']);
    expect(flow.gitlab.requests.filter(({ path }) => /a(%20|\+| )b/.test(path))).toEqual([]);
    expect(flow.slack.ephemerals(ann)).toEqual([]);
  });
});

describe('somebody who may not', () => {
  it('is told so in the form, and is offered no name', async () => {
    await startReleased();

    await flow.slack.command({ user: 'U0GIL', channel: deploys, command: '/deploy', text: '' });
    const form = await seesForm(flow.slack, 'U0GIL', 'Nothing was deployed');

    expect(JSON.stringify(form.view)).not.toContain('staging');
    await until('it is recorded', () =>
      flow.audit().some(({ action, outcome }) => action === 'deploy.form' && outcome === 'refused'),
    );
  });
});

describe('What ships', () => {
  it('shows commits, merge requests and checks in a form, and leaves the plan as it is', async () => {
    await startReleased();
    const plan = await flow.types(ann, '/deploy prod v1.4.0');

    await flow.presses(ann, 'What ships', plan);
    const form = await seesForm(flow.slack, ann, 'Commits');

    expect(formWords(form)).toContain('v1.4.0 to production of acme/production-app. It replaces v1.3.0.');
    expect(formWords(form)).toContain('Merge requests');
    expect(formWords(form)).toMatch(/Tests: \d+ of \d+ passed/);
    expect(formWords(form)).toMatch(/Scanners: \d+ of \d+ passed/);
    expect(words(plan)).toMatch(/Tests: \d+ passed, \d+ not run · Scanners: \d+ passed · Coverage: 91 %/);
    expect(flow.slack.ephemerals(ann).at(-1)).toEqual(plan);
  });

  it('marks the changes of the one who asks', async () => {
    flow = await startFlow();
    await flow.gitlab.pushBranch('main', { title: 'Mine', authorName: 'Ann Smith' });
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    const plan = await flow.types(ann, '/deploy prod v1.4.0');

    await flow.presses(ann, 'What ships', plan);
    const form = await seesForm(flow.slack, ann, 'Commits');

    expect(words(plan)).toMatch(/Ships \d+ commits, \d of them yours\./);
    expect(words(plan)).toContain('• Mine · yours');
    expect(formWords(form)).toMatch(/Mine · @U0ANN · asked for by its author/);
  });

  it('tells coverage, counted tests and what failed though it may, and mentions authors who linked their account', async () => {
    flow = await startFlow({ env: linkingEnv(), file: fileWith([`{ id: ${deploys} }`]).replace(', U0RAJ: raj', '') });
    await linksAccount(flow, 'U0RAJ', 'raj');
    flow.gitlab.planFailure('e2e-tests');
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    const plan = await flow.types(ann, '/deploy prod v1.4.0');

    await flow.presses(ann, 'What ships', plan);
    const form = formWords(await seesForm(flow.slack, ann, 'Commits'));

    expect(words(plan)).toMatch(/Tests: 1 failed \(e2e-tests\), .* · Failed, and allowed to: e2e-tests/);
    expect(form).toMatch(/Reported: \d+ tests passed/);
    expect(form).toContain('Coverage: 91 %');
    expect(form).toContain('Failed, and allowed to: e2e-tests');
    expect(form).toMatch(/Add an index on orders.created_at · @U0RAJ.*Add an index on orders.created_at · @U0RAJ/su);
    expect(form).toMatch(/Raise the memory limit to 512 MiB · Mia Novak/);
  });
});
