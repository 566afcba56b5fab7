import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { seesForm } from '../support/forms.ts';

const unlisted = 'so the commits are not listed.';

let flow: Flow;

/** GitLab compares nothing: the repository is too large for it, or it has one of both commits no more. */
beforeEach(async () => {
  flow = await startFlow();
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
  await flow.sees('v1.4.0 is deployed to staging');
  flow.gitlab.faults.status({ path: '/repository/compare' }, 500, { count: 99 });
});

afterEach(() => flow.stop());

describe('commits that GitLab cannot list', () => {
  it('are said to be unknown on the plan of a deploy and in What ships, and nothing waits for them', async () => {
    const plan = await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'What ships', plan);
    const form = await seesForm(flow.slack, 'U0ANN', unlisted);
    await flow.presses('U0ANN', 'Deploy', plan);
    await flow.sees('deploys v1.4.0 to production');

    expect(words(plan)).toContain(`GitLab could not compare it with what is live, ${unlisted}`);
    expect(JSON.stringify(form.view)).toContain('Tests');
  });

  it('are said to be unknown on the plan of a rollback', async () => {
    const plan = words(await flow.types('U0ANN', '/rollback prod'));

    expect(plan).toContain(`GitLab could not compare the two, ${unlisted}`);
    expect(plan).toContain('Roll back');
  });

  it('are said to be unknown where a pipeline is to be started first', async () => {
    await flow.gitlab.createTag('v1.5.0');

    const plan = words(await flow.types('U0ANN', '/deploy prod v1.5.0'));

    expect(plan).toContain('Start a pipeline for v1.5.0');
    expect(plan).toContain(`GitLab could not compare it with what is live, ${unlisted}`);
  });
});
