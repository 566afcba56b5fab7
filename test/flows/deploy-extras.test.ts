import { afterEach, describe, expect, it } from 'vitest';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;

afterEach(() => flow.stop());

const configured = (environments: string): string => `
projects:
  - project: acme/production-app
    channels: [{ id: ${deploys} }]
    environments:
${environments}
identity:
  users: { U0ANN: ann, U0RAJ: raj, U0MIA: mia }
`;

async function tagAtGate(name: string): Promise<number> {
  const { id } = await flow.gitlab.pushTag(name);
  await flow.gitlab.settle(id);
  return id;
}

/** The tag is taken to production on GitLab's page. */
async function ship(tag: string, outcome: 'success' | 'failed' = 'success'): Promise<number> {
  const id = await tagAtGate(tag);
  await flow.gitlab.play(flow.gitlab.job('deploy-canary', id).id);
  await flow.gitlab.settle(id);
  await flow.gitlab.play(flow.gitlab.job('deploy-prod', id).id);
  await flow.gitlab.finish('deploy-prod', outcome, { pipelineId: id });
  if (outcome === 'success') await flow.gitlab.settle(id);
  return id;
}

const retries = (): readonly string[] => flow.writes().filter((line) => line.endsWith('/retry'));
const recorded = (): readonly string[] => flow.audit().map(({ action, outcome }) => `${action} ${outcome}`);

describe('a version by other names', () => {
  it('latest is the newest tag, frozen in the plan: once moved, the plan is void', async () => {
    flow = await startFlow();
    await tagAtGate('v1.4.0');

    const plan = words(await flow.types('U0ANN', '/deploy prod latest'));
    expect(plan).toContain('Deploy v1.4.0 to production?');
    expect(plan).toMatch(/Commit: [0-9a-f]{8}/);
    await flow.gitlab.deleteTag('v1.4.0');
    await flow.gitlab.pushBranch('main');
    await tagAtGate('v1.4.0');
    await flow.presses('U0ANN', 'Deploy');

    await flow.reads('U0ANN', 'v1.4.0 points to another commit than when the plan was shown');
    expect(flow.played()).toEqual([]);
  });

  it('latest passes over tags that may not go there', async () => {
    flow = await startFlow({ file: configured("      production: { aliases: [prod], versions: '^v1\\.4\\.' }") });
    await tagAtGate('v1.4.0');
    await tagAtGate('v1.5.0');

    expect(words(await flow.types('U0ANN', '/deploy prod latest'))).toContain('Deploy v1.4.0 to production?');
  });

  it('a newer tag changes nothing in a plan for the latest', async () => {
    flow = await startFlow();
    await tagAtGate('v1.4.0');
    await flow.types('U0ANN', '/deploy prod latest');
    await tagAtGate('v1.5.0');
    await flow.presses('U0ANN', 'Deploy');

    await flow.sees('deploys v1.4.0 to production');
    await until('the canary is played', () => flow.played().length > 0);
    expect(flow.played()).toEqual(['deploy-canary']);
  });

  it('from an environment is what runs there now', async () => {
    flow = await startFlow();
    await ship('v1.4.0');

    const answer = words(await flow.types('U0ANN', '/deploy prod from production'));
    expect(answer).toContain('v1.4.0 was not deployed to production.');
    expect(answer).toContain('Code: already_live');
    const unknown = words(await flow.types('U0ANN', '/deploy prod from nowhere'));
    expect(unknown).toContain('has no environment nowhere');
    expect(unknown).toContain('Code: version_unknown');
    expect(flow.writes()).toEqual([]);
  });
});

describe('insisting', () => {
  it('deploys again what runs there, by a retry of its job', async () => {
    flow = await startFlow();
    await ship('v1.4.0');

    expect(words(await flow.types('U0ANN', '/deploy prod v1.4.0'))).toContain('Code: already_live');
    await flow.presses('U0ANN', 'Deploy it again');
    const plan = await flow.reads('U0ANN', 'The same commit is there already: it is deployed again.');
    expect(words(plan)).toContain('Run deploy-prod again');
    expect(retries()).toEqual([]);
    await flow.presses('U0ANN', 'Deploy');
    await until('the job runs again', () => retries().length === 1);
    await flow.gitlab.settle();

    await flow.sees('production runs v1.4.0');
    expect(flow.played()).toEqual([]);
  });

  it('retries a job that failed, and tells that it failed once more', async () => {
    flow = await startFlow();
    await ship('v1.4.0', 'failed');

    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Retry the job');
    await flow.reads('U0ANN', 'Run deploy-prod again');
    await flow.presses('U0ANN', 'Deploy');
    await until('the job runs again', () => retries().length === 1);
    await flow.gitlab.finish('deploy-prod', 'failed');

    await flow.sees('failed at deploy-prod');
    expect(retries()).toHaveLength(1);
  });

  it('waits for a pipeline that is not ready', async () => {
    flow = await startFlow();
    const { id } = await flow.gitlab.pushTag('v1.4.0');

    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy when ready');
    await flow.reads('U0ANN', 'Wait for');
    await flow.presses('U0ANN', 'Deploy');
    await flow.sees('deploys v1.4.0 to production');
    expect(flow.played()).toEqual([]);
    await flow.gitlab.settle(id);

    await until('the canary is played', () => flow.played().includes('deploy-canary'));
  });
});

describe('variables', () => {
  it('are refused on production unless they are listed, which are named', async () => {
    flow = await startFlow({ file: configured('      production: { aliases: [prod], variables: [LOG_LEVEL] }') });
    await tagAtGate('v1.4.0');

    const refused = words(await flow.types('U0ANN', '/deploy prod v1.4.0 LOG_LEVEL=debug CI_JOB_TOKEN=s3cret'));
    expect(refused).toContain('CI_JOB_TOKEN may not be set there. Allowed in production: LOG_LEVEL.');
    expect(refused).toContain('Code: variable_not_allowed');
    expect(refused).not.toContain('s3cret');
    expect(flow.writes()).toEqual([]);
  });

  it('go to the deploy job alone, and are seen by nobody but the asker', async () => {
    flow = await startFlow({ file: configured('      production: { aliases: [prod], variables: [LOG_LEVEL] }') });
    const id = await tagAtGate('v1.4.0');
    await flow.gitlab.play(flow.gitlab.job('deploy-canary', id).id);
    await flow.gitlab.settle(id);

    expect(words(await flow.types('U0ANN', '/deploy prod v1.4.0 LOG_LEVEL="very loud"'))).toContain(
      'LOG_LEVEL=very loud',
    );
    await flow.presses('U0ANN', 'Deploy');
    await until('the job is played', () => flow.played().includes('deploy-prod'));
    await flow.gitlab.settle();
    await flow.sees('production runs v1.4.0');
    expect(flow.shown().map(words).join('\n')).not.toContain('very loud');
    expect(JSON.stringify(flow.audit())).not.toContain('very loud');
  });
});

it('tells that GitLab may have refused the play because of its variables', async () => {
  flow = await startFlow({ file: configured('      production: { aliases: [prod], variables: [LOG_LEVEL] }') });
  const id = await tagAtGate('v1.4.0');
  await flow.gitlab.play(flow.gitlab.job('deploy-canary', id).id);
  await flow.gitlab.settle(id);
  flow.gitlab.settings.variablesRole = 'no_one_allowed';

  await flow.types('U0ANN', '/deploy prod v1.4.0 LOG_LEVEL=debug');
  await flow.presses('U0ANN', 'Deploy');

  const ended = words(await flow.sees('failed at deploy-prod'));
  expect(ended).toContain('perhaps because of the variables');
  expect(flow.played()).toEqual([]);
});

describe('--dry-run', () => {
  it('shows what would be done, and does nothing', async () => {
    flow = await startFlow();
    await tagAtGate('v1.4.0');

    const answer = words(await flow.types('U0ANN', '/deploy prod v1.4.0 —dry-run'));
    expect(answer).toContain('Dry run: v1.4.0');
    expect(answer).toContain('Nothing was changed.');
    expect(answer).toContain('Play deploy-canary');
    expect(answer).not.toContain('Cancel');
    const refused = words(await flow.types('U0ANN', '/deploy prod v1.3.0 --dry-run'));
    expect(refused).toContain('Dry run: v1.3.0');
    expect(refused).toContain('In the way: the pipeline: production already runs it');
    expect(flow.writes()).toEqual([]);
    expect(recorded()).toEqual(['deploy.dry_run allowed', 'deploy.dry_run allowed']);
  });
});

describe('confirm: false', () => {
  it('starts at once off production, and is recorded as a confirmed plan', async () => {
    flow = await startFlow({ file: configured('      staging: { confirm: false }') });
    const { id } = await flow.gitlab.pushBranch('main');
    await flow.gitlab.settle(id);

    await flow.types('U0ANN', '/deploy staging main --again');

    await flow.sees('deploys main to staging');
    expect(recorded()).toContain('deploy.confirm allowed');
  });
});
