import { afterEach, describe, expect, it } from 'vitest';
import { count, fileWith, replies, roots } from '../support/channel.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';
import { quiet } from '../support/webhooks.ts';

let flow: Flow;

afterEach(() => flow.stop());

/** The example's shape in few jobs, so that thirty pipelines take seconds. */
const ciYaml = `
stages: [test, staging, production]
unit-tests: { stage: test, script: ["true"], rules: [{ when: on_success }] }
lint: { stage: test, script: ["true"], allow_failure: true, rules: [{ when: on_success }] }
deploy-staging:
  stage: staging
  script: ["true"]
  environment: { name: staging }
  rules: [{ if: $CI_COMMIT_TAG }, { if: $CI_COMMIT_BRANCH == "main" }]
deploy-prod:
  stage: production
  script: ["true"]
  environment: { name: production }
  rules: [{ if: $CI_COMMIT_TAG, when: manual, allow_failure: false }]
`;

async function branches(from: number, to: number): Promise<void> {
  for (let number = from; number < to; number += 1) {
    const { id } = await flow.gitlab.pushBranch(`feature-${number}`, { mergeRequest: number % 2 === 0 });
    await flow.gitlab.settle(id);
  }
}

async function main(options: { readonly fails?: string; readonly source?: 'schedule' } = {}): Promise<void> {
  const { fails, ...push } = options;
  if (fails !== undefined) flow.gitlab.planFailure(fails);
  const { id } = await flow.gitlab.pushBranch('main', push);
  await flow.gitlab.settle(id);
  await quiet(flow);
}

async function tag(name: string): Promise<number> {
  const { id } = await flow.gitlab.pushTag(name);
  await flow.gitlab.settle(id);
  await quiet(flow);
  return id;
}

/** By the button of GitLab's page. */
async function releasesInGitLab(name: string): Promise<void> {
  const id = await tag(name);
  await flow.gitlab.play(flow.gitlab.job('deploy-prod', id).id, 'raj');
  await flow.gitlab.settle(id);
  await quiet(flow);
}

async function releasesInSlack(name: string): Promise<void> {
  const id = await tag(name);
  await flow.types('U0ANN', `/deploy prod ${name}`);
  await flow.presses('U0ANN', 'Deploy');
  await until('the job starts', () => flow.gitlab.job('deploy-prod', id).status !== 'manual');
  await flow.gitlab.settle(id);
  await until('the end', () => flow.audit().some(({ outcome }) => outcome === 'succeeded'));
  await quiet(flow);
}

/** What the thread under the root of that name tells, one line a reply. */
function told(name: string): readonly string[] {
  const root = roots(flow).find((each) => words(each).includes(`${name} ·`));
  return root ? replies(flow, root).map((reply) => words(reply).split('\n')[0] ?? '') : [];
}

describe('a busy day', () => {
  it('leaves a channel of the default `notify` with what one wants to see, and no more', async () => {
    flow = await startFlow({ file: fileWith([`{ id: ${deploys} }`]), gitlab: { ciYaml } });

    const before = flow.gitlab.state().projects.flatMap(({ pipelines }) => pipelines).length;

    await main({ source: 'schedule' });
    await branches(0, 6);
    await main();
    await releasesInGitLab('v1.4.0');
    await main({ fails: 'unit-tests' });
    await branches(6, 12);
    await main({ fails: 'unit-tests' });
    await main();
    await releasesInSlack('v1.5.0');
    await main();
    await branches(12, 18);
    await main();
    await main();
    await releasesInGitLab('v1.6.0');
    await main();

    const after = flow.gitlab.state().projects.flatMap(({ pipelines }) => pipelines).length;
    expect(after - before).toBe(30);
    expect(roots(flow).map((root) => words(root).split(' · ').slice(0, 2).join(' '))).toEqual([
      ':white_check_mark: v1.4.0 passed',
      ':x: main failed',
      ':white_check_mark: v1.5.0 passed',
      ':white_check_mark: v1.6.0 passed',
    ]);
    // A gate is more urgent than what was deployed before it.
    expect(told('v1.4.0').toSorted()).toEqual([
      ':arrow_forward: Ann Smith is deploying v1.4.0 to staging.',
      ':arrow_forward: Raj Patel is deploying v1.4.0 to production.',
      ':white_check_mark: v1.4.0 is deployed to production.',
      ':white_check_mark: v1.4.0 is deployed to staging.',
      ':white_check_mark: v1.4.0: deploy-prod was started by Raj Patel.',
    ]);
    expect(told('main')).toEqual([
      ':x: unit-tests failed in stage test of main.',
      ':x: The pipeline of main failed at unit-tests, stage test.',
      ':x: main is still failing: its newest pipeline failed at unit-tests, stage test.',
      ':white_check_mark: main is fixed: its newest pipeline passed.',
    ]);
    expect(flow.shown().filter((message) => message.replyBroadcast)).toHaveLength(1);
    for (const name of ['v1.4.0', 'v1.5.0', 'v1.6.0']) {
      expect(count(told(name), `:white_check_mark: ${name} is deployed to production.`)).toBe(1);
    }
  });

  it('has the merges to main open threads where the channel names their environments', async () => {
    const channel = `{ id: ${deploys}, environments: [staging] }`;
    flow = await startFlow({ file: fileWith([channel]), gitlab: { ciYaml } });

    await main();

    expect(told('main')).toContain(':white_check_mark: main is deployed to staging.');
  });
});
