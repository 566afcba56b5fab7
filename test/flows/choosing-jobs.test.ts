import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

const example = readFileSync(path.join(import.meta.dirname, '../../examples/production-app/.gitlab-ci.yml'), 'utf8');
const needsLine = `  needs:
    - build-app
    - package-helm
    - deploy-canary
    # Absent where the bot watches.
    - job: monitor-canary
      optional: true
  resource_group: production
`;

const twoRegions = `
stages: [build, deploy]
build: { stage: build, script: [make] }
deploy-eu: { stage: deploy, script: [make eu], environment: { name: production }, rules: [{ if: '$SKIP_DEPLOY', when: never }, { when: manual }] }
deploy-us: { stage: deploy, script: [make us], environment: { name: production }, rules: [{ if: '$SKIP_DEPLOY', when: never }, { when: manual }] }
`;

let flow: Flow;

afterEach(() => flow.stop());

async function startWithTag(ciYaml?: string): Promise<number> {
  flow = await startFlow(ciYaml === undefined ? {} : { gitlab: { ciYaml } });
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
  return id;
}

/** Somebody runs another pipeline for the tag on GitLab's own page. */
async function runAnother(
  variables: readonly { readonly key: string; readonly value: string }[] = [],
): Promise<number> {
  const response = await fetch(`${flow.gitlab.url}/api/v4/projects/42/pipeline`, {
    method: 'POST',
    headers: { 'private-token': flow.gitlab.tokenOf('raj'), 'content-type': 'application/json' },
    body: JSON.stringify({ ref: 'v1.4.0', variables }),
  });
  expect(response.status).toBe(201);
  const { id } = (await response.json()) as { readonly id: number };
  await flow.gitlab.settle(id);
  return id;
}

describe('the pipeline of a tag', () => {
  it('is the newest one', async () => {
    await startWithTag();
    const newest = await runAnother();

    const plan = await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('a canary job is played', () => flow.played().length === 1);

    expect(words(plan)).toContain(`Pipeline: #${newest}`);
    expect(flow.gitlab.job('deploy-canary', newest).status).not.toBe('manual');
  });

  it('is the newest one that holds the job', async () => {
    const first = await startWithTag(twoRegions);
    await runAnother([{ key: 'SKIP_DEPLOY', value: 'yes' }]);

    const plan = await flow.types('U0ANN', '/deploy production v1.4.0 --job deploy-eu');

    expect(words(plan)).toContain(`Pipeline: #${first}`);
  });
});

describe('two jobs for one environment', () => {
  it('are offered as buttons, and the pressed one is planned and played', async () => {
    await startWithTag(twoRegions);

    const answer = await flow.types('U0ANN', '/deploy production v1.4.0');
    await flow.presses('U0ANN', 'deploy-us');
    const plan = await flow.reads('U0ANN', 'Deploy v1.4.0 to production?');
    await flow.presses('U0ANN', 'Deploy');
    await until('a job is played', () => flow.played().length === 1);

    expect(words(answer)).toContain('Several jobs deploy to production. Which one?');
    expect(words(plan)).toContain('1. Play deploy-us → production');
    expect(flow.played()).toEqual(['deploy-us']);
  });

  it('are told apart by --job', async () => {
    await startWithTag(twoRegions);

    const plan = await flow.types('U0ANN', '/deploy production v1.4.0 --job deploy-eu');

    expect(words(plan)).toContain('1. Play deploy-eu → production');
    expect(words(plan)).toContain('Nothing is deployed there yet.');
  });
});

describe('the graph in the pipeline’s own file', () => {
  it('decides the route: canary out of the needs means one press and no question', async () => {
    const straight = example.replace(needsLine, '  needs: [build-app, package-helm]\n  resource_group: production\n');
    const id = await startWithTag(straight);

    const plan = await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('production is played', () => flow.played().length === 1);
    await flow.gitlab.settle(id);
    await flow.sees('v1.4.0 is deployed to production.');

    expect(straight).not.toBe(example);
    expect(words(plan)).toContain('1. Play deploy-prod → production\n2. Verify with verify-deployment');
    expect(words(plan)).not.toContain('canary');
    expect(flow.played()).toEqual(['deploy-prod']);
    expect(flow.shown().map(words).join()).not.toContain('Promote');
  });

  it('decides the route: without a needs line every gate of the stages before comes first', async () => {
    const staged = example.replace(needsLine, '  resource_group: production\n');
    const id = await startWithTag(staged);

    const plan = await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary job is played', () => flow.played().length === 1);
    await flow.gitlab.settle(id);
    await flow.pressesOn('U0ANN', await flow.sees('Promote v1.4.0 to production?'), 'Promote to production');
    await until('production is played', () => flow.played().length === 2);

    expect(staged).not.toBe(example);
    expect(words(plan)).toContain('1. Play deploy-canary → production-canary');
    expect(words(plan)).not.toContain('stop-canary');
    expect(flow.played()).toEqual(['deploy-canary', 'deploy-prod']);
  });
});
