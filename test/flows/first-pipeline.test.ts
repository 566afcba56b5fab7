import { afterEach, describe, expect, it } from 'vitest';
import { deploys, type Flow, type FlowOptions, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;

afterEach(() => flow.stop());

const file = `
projects:
  - project: acme/production-app
    channels: [{ id: ${deploys} }]
    environments:
      production: { aliases: [prod], requires: [unit-tests] }
identity:
  users: { U0ANN: ann, U0RAJ: raj, U0MIA: mia }
`;

async function tagOnly(options: FlowOptions = {}): Promise<void> {
  flow = await startFlow({ file, ...options });
  await flow.gitlab.createTag('v1.4.0');
}

const made = () => flow.gitlab.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/pipeline'));

/** The number of the pipeline that the bot made. */
async function newPipeline(): Promise<number> {
  const { projects } = await until('the pipeline is there', () => {
    const state = flow.gitlab.state();
    return state.projects[0]?.pipelines.some(({ ref }) => ref === 'v1.4.0') ? state : undefined;
  });
  return projects[0]?.pipelines.find(({ ref }) => ref === 'v1.4.0')?.id ?? 0;
}

describe('/deploy of a tag that has no pipeline', () => {
  it('offers to start one, starts it once on confirm, and follows it to the environment', async () => {
    await tagOnly();

    const plan = words(await flow.types('U0ANN', '/deploy prod v1.4.0'));
    expect(plan).toContain('Start a pipeline for v1.4.0 and deploy it to production?');
    expect(plan).toMatch(/^Ships \d+ commits\./m);
    expect(made()).toEqual([]);
    const card = flow.slack.ephemerals('U0ANN').at(-1);
    await flow.presses('U0ANN', 'Start and deploy', card);

    await flow.sees('Ann Smith started a pipeline for v1.4.0.');
    await flow.sees('Wait for unit-tests');
    const id = await newPipeline();
    expect(flow.played()).toEqual([]);
    await flow.gitlab.settle(id);
    await until('the canary job is played', () => flow.played().includes('deploy-canary'));
    await flow.gitlab.settle(id);
    await flow.pressesOn('U0ANN', await flow.sees('Promote v1.4.0 to production?'), 'Promote to production');
    await until('the production job is played', () => flow.played().includes('deploy-prod'));
    await flow.gitlab.settle(id);

    await flow.sees('v1.4.0 is deployed to production.');
    expect(made()).toHaveLength(1);
    expect(made()[0]?.body).toMatchObject({ ref: 'v1.4.0', variables: [{ key: 'CHATOPS_USER', value: 'ann' }] });
    expect(flow.audit().map(({ action, outcome }) => `${action} ${outcome}`)).toEqual(
      expect.arrayContaining([
        'task.confirm allowed',
        'pipeline.run intended',
        'pipeline.run succeeded',
        'deploy.confirm allowed',
      ]),
    );
  });

  it('makes it once more without our variable where GitLab definitely refuses that', async () => {
    await tagOnly();
    flow.gitlab.settings.variablesRole = 'no_one_allowed';
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Start and deploy');

    await flow.sees('GitLab takes no variables there');
    await flow.sees('Ann Smith deploys v1.4.0 to production (from');
    expect(made().map(({ status }) => status)).toEqual([400, 201]);
    expect(made()[1]?.body).toEqual({ ref: 'v1.4.0' });
  });

  it('does not make a second one after an outcome that nobody knows, and goes on with the one it finds', async () => {
    await tagOnly();
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    flow.gitlab.faults.resetAfter({ method: 'POST', path: '/pipeline' });
    await flow.presses('U0ANN', 'Start and deploy');

    await flow.reads('U0ANN', 'may have begun. I look');
    await flow.sees('GitLab did not answer at first; it has happened.');
    await until('the deploy has begun', () => flow.audit().some(({ action }) => action === 'deploy.confirm'));
    expect(made()).toHaveLength(1);
  });

  it('asks the same gates as any deploy, and starts nothing', async () => {
    await tagOnly();
    expect(words(await flow.types('U0MIA', '/deploy prod v1.4.0'))).toContain('Code: role_too_low');
    await flow.types('U0RAJ', '/lock prod incident');
    expect(words(await flow.types('U0ANN', '/deploy prod v1.4.0'))).toContain('Code: locked');
    await flow.types('U0RAJ', '/unlock prod');
    const dry = words(await flow.types('U0ANN', '/deploy prod v1.4.0 --dry-run'));
    expect(dry).toContain('A pipeline would be started first.');
    expect(flow.writes()).toEqual([]);
  });
});

describe('a play that GitLab refuses as outdated', () => {
  it('offers a new pipeline of that tag', async () => {
    flow = await startFlow();
    const older = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(older.id);
    const newer = await flow.gitlab.pushTag('v1.5.0');
    await flow.gitlab.settle(newer.id);
    await flow.gitlab.play(flow.gitlab.job('deploy-canary', newer.id).id);
    await flow.gitlab.settle(newer.id);
    await flow.types('U0ANN', '/deploy production-canary v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    const ended = await flow.sees('or run a new pipeline for this one');

    await flow.pressesOn('U0ANN', ended, 'Start a new pipeline');

    const plan = await flow.reads('U0ANN', 'Start a pipeline for v1.4.0 and deploy it to production-canary?');
    expect(words(plan)).toContain('Told in');
    expect(made()).toEqual([]);
  });
});
