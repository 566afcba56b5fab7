import { afterEach, describe, expect, it } from 'vitest';
import { type Flow, type FlowOptions, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;

afterEach(() => flow.stop());

const ciYaml = `
stages: [test, deploy]
lint: { stage: test, script: [make lint] }
unit-tests: { stage: test, script: [make test] }
deploy-dev:
  stage: deploy
  script: [make dev]
  needs: []
  environment: { name: development, on_stop: stop-dev }
  rules: [{ if: $CI_COMMIT_BRANCH }]
stop-dev:
  stage: deploy
  script: [make clean]
  needs: []
  environment: { name: development, action: stop }
  rules: [{ if: $CI_COMMIT_BRANCH, when: manual, allow_failure: true }]
deploy-qa:
  stage: deploy
  script: [make qa]
  environment: { name: qa }
  rules: [{ if: $CI_COMMIT_TAG }]
deploy-prod:
  stage: deploy
  script: [make prod]
  environment: { name: production, deployment_tier: production }
  rules: [{ if: $CI_COMMIT_TAG, when: manual }]
`;

/** Of an environment that only the pipeline can name. */
const review = `
open-review:
  stage: deploy
  script: [make review]
  needs: []
  environment: { name: review/$CI_COMMIT_REF_SLUG }
  rules: [{ if: $CI_COMMIT_BRANCH, when: manual, allow_failure: true }]
`;

const file = `
projects:
  - project: acme/production-app
    channels: [{ id: C0DEPLOYS }]
    environments:
      production: { aliases: [prod], rollback: { by: job } }
      qa: { approvals: { required: 1 } }
      preview: {}
identity:
  users: { U0ANN: ann, U0RAJ: raj }
`;

/** v1.4.0 stands at production's gate, v0.9.0 has no pipeline, and on main a test, the linter and the deploy failed. */
async function start(options: FlowOptions = {}): Promise<void> {
  flow = await startFlow({ gitlab: { ciYaml }, file, ...options });
  await flow.gitlab.createTag('v0.9.0');
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
  for (const job of ['lint', 'unit-tests', 'deploy-dev']) flow.gitlab.planFailure(job);
  const main = await flow.gitlab.pushBranch('main');
  await flow.gitlab.settle(main.id);
}

/** Takes every row of a table away, as years do. */
function forget(table: string): void {
  flow.database.run(`delete from ${table}`);
}

async function says(line: string, channel?: string): Promise<string> {
  return words(await flow.types('U0ANN', line, channel));
}

describe('a command that cannot be carried out', () => {
  it('is answered with the fact, one thing to do and a code of its own', async () => {
    await start();
    const sha = flow.gitlab.state().projects[0]?.tags.find(({ name }) => name === 'v0.9.0')?.sha ?? '';
    const expected: readonly (readonly [string, string, string])[] = [
      ['/unlock prod', 'not_locked', 'has no lock of its own'],
      ['/pipeline show #99999', 'pipeline_unknown', 'has no pipeline #99999'],
      ['/pipeline show v0.9.0', 'no_pipeline', 'No pipeline ran for v0.9.0'],
      [`/pipeline run ${sha}`, 'pipeline_not_made', 'Name its branch or tag'],
      ['/pipeline logs v1.4.0', 'nothing_failed', 'has failed'],
      ['/pipeline logs main', 'several_failed', 'Which log?'],
      ['/pipeline retry v1.4.0', 'nothing_to_retry', 'failed or was canceled'],
      ['/pipeline retry v1.4.0 --job deploy-prod', 'job_not_ended', 'deploy-prod is manual'],
      ['/pipeline retry main', 'retry_deploys', 'deploy-dev deploys to development'],
      ['/play stop-dev on main ROWS=1', 'variables_not_taken', 'variables'],
      ['/deploy prod main', 'job_not_in_pipeline', 'its rules left it out'],
      ['/deploy preview v1.4.0', 'no_deploy_job', 'Name the job in chatops.yml'],
      ['/deploy qa v0.9.0', 'runs_before_approval', 'before anybody could give one'],
      ['/rollback prod', 'no_rollback_job', 'rollback.jobs'],
      ['/chatops link', 'linking_off', 'not set up to link'],
    ];

    const answers: string[] = [];
    for (const [line] of expected) answers.push(await says(line));

    const codes = answers.map((answer) => /Code: (\w+)/.exec(answer)?.[1]);
    expect(expected.map(([line], index) => `${line}: ${codes[index]}`)).toEqual(
      expected.map(([line, code]) => `${line}: ${code}`),
    );
    expect(expected.filter(([, , said], index) => !answers[index]?.includes(said))).toEqual([]);
    expect(flow.writes()).toEqual([]);
  }, 60_000);

  it('says where a channel cannot be told of a project', async () => {
    await start();

    expect(await says('/chatops watch acme/production-app', 'C0RANDOM')).toContain('Code: bot_not_in_channel');
    expect(await says('/chatops watch acme/production-app', 'D0ANN')).toContain('Code: not_a_channel');
  });

  it('is left to GitLab where nobody told to which environment a job goes', async () => {
    await start({
      gitlab: { ciYaml: ciYaml + review },
      file: file.replace('    channels', '    events: poll\n    channels'),
    });

    expect(await says('/play open-review on main')).toContain('Code: job_unclear');
  });

  it('says what GitLab answered to a task', async () => {
    await start();
    flow.gitlab.faults.status({ method: 'POST', path: '/pipeline' }, 400, { count: 2 });
    await says('/pipeline run main');
    await flow.presses('U0ANN', 'Run');

    expect(words(await flow.reads('U0ANN', 'Code: gitlab_refused'))).toContain('No pipeline was started');
  });
});

describe('a button whose world has moved on', () => {
  it('starts no task that would be another one now', async () => {
    await start();
    const { id } = await flow.gitlab.pushBranch('main');
    for (const job of ['lint', 'unit-tests']) await flow.gitlab.finish(job, 'failed', { pipelineId: id });
    await flow.gitlab.settle(id);
    await says(`/pipeline retry #${id}`);
    await flow.gitlab.retry(flow.gitlab.job('lint', id).id);

    await flow.presses('U0ANN', 'Retry');

    expect(words(await flow.reads('U0ANN', 'Code: task_changed'))).toContain('has moved on since the plan was shown');
  });

  it('says that nothing is known any more of its plan, deploy or request', async () => {
    flow = await startFlow();
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await says('/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary job starts', () => flow.gitlab.job('deploy-canary', id).status !== 'manual');
    await flow.gitlab.settle(id);
    const question = await flow.sees('Promote v1.4.0 to production?');
    const plan = await flow.types('U0ANN', '/rollback prod');
    forget('plans');
    forget('operations');

    await flow.pressesOn('U0ANN', question, 'Promote to production');
    await flow.reads('U0ANN', 'Code: operation_unknown');
    expect(words(plan)).toContain('operation_active');
    expect(flow.played()).toEqual(['deploy-canary']);
  });

  it('says so when Slack opens no form', async () => {
    flow = await startFlow();
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    const plan = await flow.types('U0ANN', '/deploy prod v1.4.0');
    flow.slack.faults.add({ method: 'views.open', effect: { kind: 'error', error: 'expired_trigger_id' } });

    await flow.presses('U0ANN', 'What ships', plan);

    expect(words(await flow.reads('U0ANN', 'Code: form_not_opened'))).toContain('Press again.');
  });

  it('does nothing with a plan that is gone', async () => {
    flow = await startFlow();
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    const plan = await flow.types('U0ANN', '/deploy prod v1.4.0');
    forget('plans');

    await flow.presses('U0ANN', 'Deploy', plan);

    await flow.reads('U0ANN', 'Code: plan_not_found');
    expect(flow.writes()).toEqual([]);
  });

  it('counts no word on a request, and no review, that is gone', async () => {
    flow = await startFlow({
      file: `
projects:
  - project: acme/production-app
    channels: [{ id: C0DEPLOYS }]
    environments:
      production: { aliases: [prod], after: [development] }
      production-canary: { approvals: { required: 1 } }
identity:
  users: { U0ANN: ann, U0RAJ: raj }
`,
    });
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await says('/deploy production-canary v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    const request = await flow.sees('Approve v1.4.0 to production-canary?');
    forget('approvals');
    await flow.pressesOn('U0RAJ', request, 'Approve');
    await flow.reads('U0RAJ', 'Code: approval_unknown');
    await says('/chatops cancel');
    await flow.sees('was canceled.');

    await says('/deploy prod v1.4.0 --override "checkout is down"');
    await flow.presses('U0ANN', 'Deploy', await flow.reads('U0ANN', 'Emergency: it goes past'));
    const told = await flow.sees('Emergency: ');
    forget('reviews');
    await flow.pressesOn('U0RAJ', told, 'Reviewed');
    await flow.reads('U0RAJ', 'Code: review_unknown');
    expect(
      flow
        .audit()
        .filter(({ outcome }) => outcome === 'refused')
        .map(({ action }) => action),
    ).toEqual(['approval.approve', 'override.review']);
  });
});
