import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;

beforeEach(async () => {
  flow = await startFlow();
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
});

afterEach(() => flow.stop());

describe('/play', () => {
  it('of a job that deploys is a deploy, with its plan', async () => {
    const plan = words(await flow.types('U0ANN', '/play deploy-canary on v1.4.0'));

    expect(plan).toContain('Deploy v1.4.0 to production-canary');
    expect(flow.writes()).toEqual([]);
    await flow.presses('U0ANN', 'Deploy');
    await until('the job is played', () => flow.played().length > 0);
    expect(flow.played()).toEqual(['deploy-canary']);
  });

  it('takes the beginning of a name that only one manual job has', async () => {
    expect(words(await flow.types('U0ANN', '/play deploy-c on v1.4.0'))).toContain('to production-canary');
    expect(words(await flow.types('U0ANN', '/play deploy on v1.4.0'))).toContain('Code: job_ambiguous');
    await flow.presses('U0ANN', 'deploy-canary');
    await flow.reads('U0ANN', 'Deploy v1.4.0 to production-canary');
    expect(flow.writes()).toEqual([]);
  });

  it('passes the same gates: who may not deploy may not play', async () => {
    const refused = words(await flow.types('U0MIA', '/play deploy-prod on v1.4.0'));

    expect(refused).toContain('Code: role_too_low');
    expect(flow.writes()).toEqual([]);
  });

  it('without a ref takes the tag whose pipeline alone ran for the newest commit of the default branch', async () => {
    expect(words(await flow.types('U0ANN', '/play deploy-canary'))).toContain('Deploy v1.4.0 to production-canary');
    expect(words(await flow.types('U0ANN', '/pipeline cancel'))).toContain('of v1.4.0');
    expect(words(await flow.types('U0ANN', '/pipeline run main'))).toContain('Start a pipeline for main?');
    expect(flow.writes()).toEqual([]);
  });

  it('offers the tag that has the job where no ref is said and the default branch has none', async () => {
    await flow.sees('v1.4.0 waits for a person');
    const { id } = await flow.gitlab.pushBranch('main');
    await flow.gitlab.settle(id);

    const refused = words(await flow.types('U0ANN', '/play deploy-prod'));

    expect(refused).toContain('Code: job_unknown');
    expect(refused).toContain('/play acme/production-app deploy-prod on v1.4.0');
    expect(flow.writes()).toEqual([]);
  });

  it('understands a version without “on”, and says the line to type for a branch', async () => {
    expect(words(await flow.types('U0ANN', '/play deploy-canary v1.4.0'))).toContain('to production-canary');
    expect(words(await flow.types('U0ANN', '/play app deploy-canary v1.4.0'))).toContain('to production-canary');

    const line = words(await flow.types('U0ANN', '/play seed-db main ROWS=100'));

    expect(line).toContain('Type: /play seed-db on main ROWS=100');
    expect(words(await flow.types('U0ANN', '/play one two three'))).toContain('Type: /play [project]');
    expect(flow.writes()).toEqual([]);
  });

  it('names the manual jobs when the job is unknown', async () => {
    const unknown = words(await flow.types('U0ANN', '/play lunch on v1.4.0'));

    expect(unknown).toContain('deploy-canary');
    expect(unknown).toContain('Code: job_unknown');
    expect(flow.writes()).toEqual([]);
  });
});
