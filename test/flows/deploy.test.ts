import { afterEach, describe, expect, it } from 'vitest';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;

afterEach(() => flow.stop());

function plays(): readonly string[] {
  return flow.gitlab.requests
    .filter((request) => request.method === 'POST' && request.path.endsWith('/play'))
    .map((request) => request.path);
}

describe('/deploy', () => {
  it('takes a tag through canary and promotion to production in one thread', async () => {
    flow = await startFlow();
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);

    const plan = await flow.types('U0ANN', '/deploy prod v1.4.0');
    expect(words(plan)).toContain('production');
    expect(words(plan)).toContain('v1.3.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary job starts', () => flow.gitlab.job('deploy-canary')?.status !== 'manual');
    await flow.gitlab.settle(id);
    const question = await flow.sees('Promote v1.4.0 to production?');
    await flow.pressesOn('U0ANN', question, 'Promote to production');
    await until('the production job starts', () => flow.gitlab.job('deploy-prod')?.status !== 'manual');
    await flow.gitlab.settle(id);
    await flow.sees('Verified by verify-deployment');

    expect(plays()).toHaveLength(2);
  });
});
