import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Flow, startFlow, words } from '../support/flow.ts';

let flow: Flow;

beforeAll(async () => {
  flow = await startFlow();
});

afterAll(() => flow.stop());

describe('/deployments', () => {
  it('tells what runs where, since when and by whom, production first', async () => {
    const answer = await flow.types('U0MIA', '/deployments');

    const lines = words(answer).split('\n');
    expect(lines[0]).toContain('What runs where in acme/production-app');
    expect(lines[1]).toMatch(/production runs v1\.3\.0 \([0-9a-f]{8}\) · since \d{4}-.* · by Raj Patel/);
    expect(lines[2]).toContain('staging runs v1.3.0');
    expect(answer.text).toContain('production runs v1.3.0');
  });

  it.each(['/deployments prod', '/deployments app prod', '/deployments app:prod', '/chatops deployments Prod'])(
    'tells of one environment for %s',
    async (line) => {
      const answer = await flow.types('U0MIA', line);

      expect(words(answer)).toContain('production runs v1.3.0');
      expect(words(answer)).not.toContain('staging');
    },
  );

  it('tells of all environments for the project’s name alone', async () => {
    const answer = await flow.types('U0MIA', '/deployments app');

    expect(words(answer)).toContain('staging runs v1.3.0');
  });

  it('answers an unknown environment with the nearest ones', async () => {
    const answer = await flow.types('U0MIA', '/deployments prdo');

    expect(words(answer)).toContain('has no environment prdo. Nearest: production');
    expect(words(answer)).toContain('→ /deployments production');
  });

  it('shows nothing to somebody below reporter', async () => {
    const answer = await flow.types('U0GIL', '/deployments');

    expect(words(answer)).toContain('Nothing is shown.');
    expect(words(answer)).toContain('acme/production-app is for reporter, and @gil is guest in the project.');
  });

  it('says what is being deployed right now', async () => {
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.gitlab.play(flow.gitlab.job('deploy-canary', id).id);
    await flow.gitlab.settle(id);
    await flow.gitlab.play(flow.gitlab.job('deploy-prod', id).id);
    await flow.gitlab.run('deploy-prod', id);

    const answer = await flow.types('U0MIA', '/deployments prod');

    expect(words(answer)).toContain('production runs v1.3.0');
    expect(words(answer)).toContain('now deploying v1.4.0');
  });
});
