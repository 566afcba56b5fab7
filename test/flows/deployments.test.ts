import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { finishRelease } from '../support/crash.ts';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { quiet } from '../support/webhooks.ts';

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

  it('tells how old a version is and how far behind the default branch', async () => {
    const answer = words(await flow.types('U0MIA', '/deployments prod'));

    expect(answer).toMatch(/production runs v1\.3\.0 .*\(\d+ .*\) · .* · \d+ commits? behind the default branch/);
  });

  it('tells what was deployed to one environment lately, with the page of each job', async () => {
    await flow.gitlab.finish('deploy-prod', 'failed');

    const answer = await flow.types('U0MIA', '/deployments prod');

    const lately = words(answer).split('Lately')[1] ?? '';
    expect(lately).toMatch(/production failed: v1\.4\.0.*\n.*production deployed v1\.3\.0/);
    expect(JSON.stringify(answer.blocks)).toContain(`/-/jobs/${flow.gitlab.job('deploy-prod').id}`);
  });

  it('is shared with the channel by a button, once more by what the presser may read', async () => {
    const answer = await flow.types('U0MIA', '/deployments prod');
    await flow.presses('U0MIA', 'Share in channel', answer);

    const shared = await flow.sees('Shared by @U0MIA');
    expect(shared.threadTs).toBeUndefined();
    expect(words(shared)).toContain('production runs v1.3.0');
    expect(words(shared)).not.toContain('Share in channel');
    await flow.reads('U0MIA', 'This is shared in the channel.');
    expect(flow.audit().at(-1)).toMatchObject({ action: 'deployments', outcome: 'succeeded', reason: 'shared' });

    const refused = await flow.types('U0GIL', '/deployments prod --share');
    expect(words(refused)).toContain('Nothing is shown.');
    expect(flow.shown().filter((message) => words(message).includes('Shared by'))).toEqual([shared]);
  });
});

describe('/deployments after a rollback', () => {
  it('says that the version came back', async () => {
    const rolled = await startFlow();
    try {
      const ids = rolled.gitlab.state().projects.flatMap(({ pipelines }) => pipelines);
      const old = ids.find(({ ref }) => ref === 'v1.2.0');
      await rolled.gitlab.retry(rolled.gitlab.job('deploy-prod', old?.id).id);
      await rolled.gitlab.settle();

      const answer = words(await rolled.types('U0MIA', '/deployments prod'));

      expect(answer).toMatch(/production runs v1\.2\.0 .*rolled back/);
      expect(answer.split('Lately')[1]).toMatch(/deployed v1\.2\.0.*rolled back/);
    } finally {
      await rolled.stop();
    }
  });
});

describe('/deployments while GitLab is away', () => {
  let away: Flow;

  beforeEach(async () => {
    away = await startFlow();
  });

  afterEach(() => away.stop());

  it('tells the channel what was heard last, and when', async () => {
    await away.types('U0MIA', '/deployments');
    away.gitlab.faults.outage('502');
    await away.restart();

    const answer = words(await away.types('U0MIA', '/deployments'));

    expect(answer).toContain('GitLab does not answer. This is what I heard last.');
    expect(answer).toMatch(/What runs where in acme\/production-app, \d{4}-/);
    expect(answer).toContain('production runs v1.3.0');
    expect(answer).not.toContain('Share in channel');
    expect(away.audit().at(-1)).toMatchObject({ action: 'deployments', outcome: 'allowed', reason: 'from_store' });
  });

  it('knows from the webhooks what nobody asked about', async () => {
    const { id } = await away.gitlab.pushTag('v1.4.0');
    await away.gitlab.settle(id);
    await away.sees('v1.4.0 is deployed to staging');
    away.gitlab.faults.outage('reset');

    const answer = await away.types('U0MIA', '/deployments staging');

    expect(words(answer)).toContain('staging runs v1.4.0');
  });

  it('names who asked for it here, not whose token played it', async () => {
    const { id } = await away.gitlab.pushTag('v1.4.0');
    await away.gitlab.settle(id);
    await away.types('U0ANN', '/deploy prod v1.4.0');
    await away.presses('U0ANN', 'Deploy');
    await finishRelease(away, id);
    // Whether it is a rollback is asked of GitLab, whose list says whose token played it.
    await quiet(away);
    away.gitlab.faults.outage('502');

    const answer = words(await away.types('U0RAJ', '/deployments prod'));

    expect(answer).toContain('This is what I heard last.');
    expect(answer).toMatch(/production runs v1\.4\.0 .* by Ann Smith/);
  });

  it('tells nothing outside of the project’s channel, where nobody could say who may read it', async () => {
    await away.types('U0MIA', '/deployments');
    away.gitlab.faults.outage('502');
    await away.restart();

    const answer = words(await away.types('U0MIA', '/deployments app', 'C0RANDOM'));

    expect(answer).toContain('GitLab does not answer.');
    expect(answer).not.toContain('v1.3.0');
  });

  it('refuses a write at once', async () => {
    away.gitlab.faults.outage('502');

    const answer = words(await away.types('U0ANN', '/deploy prod v1.4.0'));

    expect(answer).toContain('/deploy was not carried out.');
    expect(answer).toContain('Nothing was changed.');
    expect(away.writes()).toEqual([]);
  });
});
