import { afterEach, describe, expect, it } from 'vitest';
import { unknownOutcomeMs } from '../../src/domain/operation.ts';
import { movableClock, startCrashingBot } from '../support/crash.ts';
import { deploys, type Flow, type FlowOptions, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;

afterEach(() => flow.stop());

const ciYaml = `
stages: [test, dev, extras, ship]
unit-tests: { stage: test, script: [make test] }
deploy-dev:
  stage: dev
  script: [make dev]
  needs: [unit-tests]
  environment: { name: development, on_stop: stop-dev }
stop-dev:
  stage: dev
  script: [make clean]
  needs: [deploy-dev]
  environment: { name: development, action: stop }
  rules: [{ when: manual, allow_failure: true }]
seed-db:
  stage: extras
  script: [make seed]
  needs: [unit-tests]
  rules: [{ when: manual, allow_failure: true }]
accept:
  stage: extras
  script: [make accept]
  needs: [unit-tests]
  rules: [{ when: manual }]
deploy-prod:
  stage: ship
  script: [make prod]
  needs: [accept]
  environment: { name: production, deployment_tier: production }
  rules: [{ if: $CI_COMMIT_TAG }]
rollback-prod:
  stage: ship
  script: [make back]
  needs: [unit-tests]
  environment: { name: production, action: prepare }
  rules: [{ if: $CI_COMMIT_TAG, when: manual, allow_failure: true }]
`;

async function start(options: FlowOptions = {}): Promise<number> {
  flow = await startFlow({ gitlab: { ciYaml }, ...options });
  const { id } = await flow.gitlab.pushBranch('main');
  await flow.gitlab.settle(id);
  return id;
}

const writes = (end: string): number => flow.writes().filter((line) => line.endsWith(end)).length;

describe('/play of a job that deploys nothing', () => {
  it('shows a plan, starts it once, and tells the thread and the asker', async () => {
    await start();

    const plan = words(await flow.types('U0MIA', '/play seed on main ROWS=100'));

    expect(plan).toContain('Start seed-db of main?');
    expect(plan).toContain('ROWS=100');
    expect(flow.writes()).toEqual([]);
    const card = flow.slack.ephemerals('U0MIA').at(-1);
    await flow.presses('U0MIA', 'Play', card);
    const told = await flow.sees('Mia Novak started seed-db of main.');
    expect(told.threadTs).toBeDefined();
    await flow.reads('U0MIA', 'Done: you started seed-db of main.');
    expect(flow.played()).toEqual(['seed-db']);
    expect(flow.gitlab.requests.find(({ path }) => path.endsWith('/play'))?.body).toEqual({
      job_variables_attributes: [{ key: 'ROWS', value: '100' }],
    });
    const audit = flow.audit().filter(({ action }) => action === 'task.confirm' || action === 'job.play');
    expect(audit.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'task.confirm allowed',
      'job.play intended',
      'job.play succeeded',
    ]);
    expect(JSON.stringify(flow.audit())).not.toContain('ROWS=100');

    const again = words(await flow.types('U0MIA', '/play seed-db'));
    expect(again).toContain('Code: job_running');
  });

  it('refuses reserved variables, says what GitLab’s 403 means, and offers a retry of what has run', async () => {
    const id = await start();
    expect(words(await flow.types('U0MIA', '/play seed-db CI_JOB_TOKEN=x'))).toContain('Code: variable_not_allowed');

    flow.gitlab.settings.variablesRole = 'no_one_allowed';
    await flow.types('U0MIA', '/play seed-db ROWS=1');
    await flow.presses('U0MIA', 'Play');
    await flow.reads('U0MIA', 'Code: variables_refused');
    expect(flow.gitlab.job('seed-db', id).status).toBe('manual');

    await flow.gitlab.play(flow.gitlab.job('seed-db', id).id);
    await flow.gitlab.settle(id);
    expect(words(await flow.types('U0MIA', '/play seed-db'))).toContain('Code: job_ran_before');
    await flow.presses('U0MIA', 'Run it again');
    await flow.reads('U0MIA', 'Run seed-db of main again?');
  });

  it('tells the asker once when it does not start', async () => {
    const clock = movableClock();
    await start({ clock });
    await flow.types('U0MIA', '/play seed-db');
    await flow.presses('U0MIA', 'Play');
    await flow.sees('Mia Novak started seed-db of main.');
    clock.moveMs(31_000);

    const message = await flow.sees('seed-db has not started');

    expect(words(message)).toContain('@U0MIA');
    expect(message.threadTs).toBeDefined();
  });

  it('is a deploy where a deploy to production follows by itself, and a rollback where it takes one back', async () => {
    await start();
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);

    const gate = words(await flow.types('U0ANN', '/play accept on v1.4.0'));
    expect(gate).toContain('/deploy production v1.4.0');
    expect(gate).toContain('Code: deploys_by_itself');
    const back = words(await flow.types('U0ANN', '/play rollback-prod on v1.4.0'));
    expect(back).toContain('/rollback acme/production-app:production');
    expect(back).toContain('Code: job_rolls_back');
    expect(flow.writes()).toEqual([]);
  });
});

describe('/play of a job that stops an environment', () => {
  it('stops it in GitLab’s own way', async () => {
    const id = await start();

    await flow.types('U0MIA', '/play stop-dev');
    await flow.reads('U0MIA', 'Stop development with stop-dev?');
    await flow.presses('U0MIA', 'Stop the environment');

    await flow.sees('Mia Novak stopped development with stop-dev.');
    expect(flow.writes().filter((line) => line.endsWith('/stop'))).toHaveLength(1);
    expect(flow.played()).toEqual([]);
    expect(flow.gitlab.job('stop-dev', id).status).not.toBe('manual');
    expect(words(await flow.types('U0MIA', '/play stop-dev'))).toContain('Code: already_stopped');
    await flow.gitlab.settle(id);
    const again = words(await flow.types('U0MIA', `/pipeline retry #${id} --job stop-dev`));
    expect(again).toContain('stop-dev stops development, and no stop is run again from here.');
  });

  it('leaves it while somebody else has locked it', async () => {
    await start();
    await flow.types('U0ANN', '/lock development testing');

    expect(words(await flow.types('U0MIA', '/play stop-dev'))).toContain('Code: locked');
    expect(flow.writes()).toEqual([]);
  });
});

const unsent = 'select key from outbox where sent_version < version and dead_at is null';

describe('a task that the bot comes back to when Slack takes no answer at its press any more', () => {
  it.each([
    ['was not begun: nothing is done, and the asker is told', 'message_sending', 'Code: too_late'],
    ['may have left: the asker is told that nobody knows', 'play_intended', 'Code: outcome_unknown'],
  ] as const)('%s', async (_, point, told) => {
    const clock = movableClock();
    const id = await start({ clock });
    const bot = await startCrashingBot(flow);
    await flow.types('U0MIA', '/play seed-db on main');
    // The card says that it was confirmed before the task has looked at the job.
    flow.gitlab.faults.slow({ path: /\/pipelines\/\d+\/jobs/ }, 3_000, 100);
    await until('nothing else is to be sent', () => flow.database.read(unsent).length === 0);
    bot.diesAt(point);
    await flow.presses('U0MIA', 'Play');
    await bot.dead();
    flow.gitlab.faults.clear();

    clock.moveMs(31 * 60_000);
    await flow.startBot();

    await flow.reads('U0MIA', told);
    expect(flow.slack.ephemerals('U0MIA').at(-1)).toMatchObject({ channel: deploys });
    expect(flow.played()).toEqual([]);
    expect(flow.gitlab.job('seed-db', id).status).toBe('manual');
  });
});

describe('a task whose outcome GitLab does not tell', () => {
  it('was done: it is found and told, and not done again', async () => {
    await start();
    await flow.types('U0MIA', '/pipeline run main');
    flow.gitlab.faults.resetAfter({ method: 'POST', path: '/pipeline' });
    await flow.presses('U0MIA', 'Run');

    await flow.reads('U0MIA', 'may have begun. I look');
    await flow.sees('Mia Novak started a pipeline for main.');
    await flow.reads('U0MIA', 'Done: you started a pipeline for main.');
    expect(writes('/pipeline')).toBe(1);
  });

  it('was not done: after a minute it is said that nobody knows, and it is not done again', async () => {
    const clock = movableClock();
    await start({ clock });
    await flow.types('U0MIA', '/pipeline run main');
    flow.gitlab.faults.resetBefore({ method: 'POST', path: '/pipeline' });
    await flow.presses('U0MIA', 'Run');
    await flow.reads('U0MIA', 'may have begun. I look');
    await flow.restart();
    clock.moveMs(unknownOutcomeMs);

    await flow.reads('U0MIA', 'I cannot find out what became of this');
    expect(writes('/pipeline')).toBe(1);
  });
});

describe('/pipeline', () => {
  it('shows a pipeline, and the log of what failed in it', async () => {
    await start();
    flow.gitlab.planFailure('unit-tests', { log: 'AssertionError: 41 is not 42' });
    const { id } = await flow.gitlab.pushBranch('main');
    await flow.gitlab.settle(id);
    const root = await flow.sees('unit-tests');

    const shown = words(await flow.types('U0MIA', '/pipeline show main'));
    expect(shown).toContain('Failed: unit-tests');
    expect(words(await flow.types('U0MIA', '/pipeline logs'))).toContain('41 is not 42');
    const here = await flow.mentions('U0MIA', 'logs', { threadTs: root.threadTs ?? root.ts });
    expect(words(here)).toContain('41 is not 42');
    expect(words(await flow.types('U0GIL', '/pipeline show main'))).toContain('Code: ');
  });

  it('retries all that failed, names what deploys by itself behind it, and cancels', async () => {
    await start();
    flow.gitlab.planFailure('unit-tests');
    const { id } = await flow.gitlab.pushBranch('main');
    await flow.gitlab.settle(id);

    const plan = words(await flow.types('U0MIA', '/pipeline retry'));
    expect(plan).toContain('Run unit-tests of main again?');
    expect(plan).toContain('The pipeline deploys by itself then: to development.');
    await flow.types('U0ANN', '/lock development testing');
    await flow.presses('U0MIA', 'Retry');
    await flow.reads('U0MIA', 'Code: locked');
    await flow.types('U0ANN', '/unlock development');
    await flow.types('U0MIA', `/pipeline retry #${id}`);
    await flow.presses('U0MIA', 'Retry');
    await flow.sees('Mia Novak restarted unit-tests of main.');

    await flow.types('U0MIA', '/pipeline cancel');
    await flow.presses('U0MIA', 'Cancel the pipeline');
    await flow.sees('Mia Novak canceled the pipeline of main.');
    await until('it is canceled', () => flow.gitlab.pipeline(id).status === 'canceled');
    expect(words(await flow.types('U0MIA', '/pipeline cancel'))).toMatch(
      /of main has ended already: canceled\.\n.*\n.*Code: pipeline_ended/,
    );
  });

  it('asked for by a commit is done as it was shown', async () => {
    await start();
    flow.gitlab.planFailure('unit-tests');
    const { id } = await flow.gitlab.pushBranch('main');
    await flow.gitlab.settle(id);

    const plan = words(await flow.types('U0MIA', `/pipeline retry ${flow.gitlab.pipeline(id).sha.slice(0, 8)}`));
    await flow.presses('U0MIA', 'Retry');

    expect(plan).toContain('Run unit-tests of');
    await flow.sees('Mia Novak restarted unit-tests of');
  });

  it('of a tag that deploys to production by itself is a deploy, with its gates', async () => {
    await start({ gitlab: { ciYaml: ciYaml.replace('needs: [accept]', 'needs: [unit-tests]') } });
    await flow.gitlab.createTag('v1.4.0');

    const refused = words(await flow.types('U0ANN', '/pipeline run v1.4.0'));

    expect(refused).toContain('No pipeline was started.');
    expect(refused).toContain('The pipeline would go on to production by itself');
    expect(refused).toContain('/deploy production v1.4.0');
    expect(refused).toContain('Code: deploys_by_itself');
    expect(flow.writes()).toEqual([]);
  });

  it('of a branch that deploys elsewhere by itself asks the gates of that environment', async () => {
    await start();
    await flow.types('U0ANN', '/lock development testing');

    const refused = words(await flow.types('U0MIA', '/pipeline run main'));
    await flow.types('U0ANN', '/unlock development');
    const plan = words(await flow.types('U0MIA', '/pipeline run main'));

    expect(refused).toContain('It would deploy main to development by itself.');
    expect(refused).toContain('Code: locked');
    expect(plan).toContain('The pipeline deploys by itself then: to development.');
    expect(flow.writes()).toEqual([]);
  });

  it('starts a pipeline with the name of the asker, or without where GitLab takes no variables', async () => {
    await start();
    await flow.types('U0MIA', '/pipeline run main');
    await flow.presses('U0MIA', 'Run');
    await flow.sees('Mia Novak started a pipeline for main.');
    const bodies = () => flow.gitlab.requests.filter(({ path }) => path.endsWith('/pipeline')).map(({ body }) => body);
    expect(bodies()).toEqual([
      { ref: 'main', variables: [{ key: 'CHATOPS_USER', value: 'mia', variable_type: 'env_var' }] },
    ]);

    flow.gitlab.settings.variablesRole = 'no_one_allowed';
    await flow.types('U0MIA', '/pipeline run main ROWS=1');
    await flow.presses('U0MIA', 'Run');
    await flow.reads('U0MIA', 'Insufficient permissions to set pipeline variables');
    await flow.types('U0MIA', '/pipeline run main');
    await flow.presses('U0MIA', 'Run');
    await flow.sees('GitLab takes no variables there');
    expect(bodies().at(-1)).toEqual({ ref: 'main' });
  });
});
