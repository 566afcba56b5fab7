import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;

beforeEach(async () => {
  flow = await startFlow();
});

afterEach(() => flow.stop());

/** Ann types the line and is refused, and GitLab was only read. */
async function refused(line: string): Promise<string> {
  const answer = await flow.types('U0ANN', line);
  expect(flow.writes()).toEqual([]);
  return words(answer);
}

/** A tag whose pipeline stands at its first gate. */
async function tagAtGate(name: string): Promise<number> {
  const { id } = await flow.gitlab.pushTag(name);
  await flow.gitlab.settle(id);
  return id;
}

/** Somebody takes the tag through canary on GitLab's own page; production waits for a press. */
async function throughCanary(id: number): Promise<void> {
  await flow.gitlab.play(flow.gitlab.job('deploy-canary', id).id);
  await flow.gitlab.settle(id);
}

/** The plan is confirmed, and GitLab says no to its first job. */
async function confirmed(version: string): Promise<string> {
  await flow.types('U0ANN', `/deploy prod ${version}`);
  await flow.presses('U0ANN', 'Deploy');
  const ended = await flow.sees('failed at deploy-canary');
  return words(ended);
}

describe('/deploy refuses before anything happens', () => {
  it('what runs there already, as a no-op that leaves no lock', async () => {
    const said = await refused('/deploy prod v1.3.0');
    const again = await refused('/deploy prod v1.3.0');

    expect(said).toMatch(/production already runs it, since \d{4}-.*, by Raj Patel/);
    expect(said).toContain('Code: already_live');
    expect(again).toBe(said);
    expect(flow.audit().map(({ outcome, reason }) => `${outcome} ${reason}`)).toEqual([
      'no_op already_live',
      'no_op already_live',
    ]);
  });

  it('what was deployed there before and left since', async () => {
    const said = await refused('/deploy prod v1.2.0');

    expect(said).toContain('It was deployed there before');
    expect(said).toContain('Code: deployed_before');
  });

  it('a pipeline that is still on its way', async () => {
    await flow.gitlab.pushTag('v1.4.0');

    const said = await refused('/deploy prod v1.4.0');

    expect(said).toContain('Its pipeline is not there yet');
    expect(said).toContain('Deploy when ready');
    expect(said).toContain('Code: not_ready');
  });

  it('a pipeline that broke earlier', async () => {
    await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.finish('validate-code', 'failed');

    const said = await refused('/deploy prod v1.4.0');

    expect(said).toContain('validate-code (failed)');
    expect(said).toContain('Code: upstream_broken');
  });

  it('a job that was skipped, naming the earlier one that failed', async () => {
    const id = await tagAtGate('v1.4.0');
    flow.gitlab.planFailure('deploy-canary');
    await throughCanary(id);

    const said = await refused('/deploy prod v1.4.0');

    expect(said).toContain('deploy-prod was skipped, because of deploy-canary (failed)');
    expect(said).toContain('Code: job_skipped');
  });

  it('a job that runs, naming since when and by whom', async () => {
    const id = await tagAtGate('v1.4.0');
    await throughCanary(id);
    await flow.gitlab.play(flow.gitlab.job('deploy-prod', id).id, 'olu');
    await flow.gitlab.run('deploy-prod', id);

    const said = await refused('/deploy prod v1.4.0');

    expect(said).toMatch(/Its job deploy-prod is running already, since \d{4}-.*, by Olu Ade/);
    expect(said).toContain('Code: job_running');
  });

  it('a job that failed, and one that was canceled', async () => {
    const id = await tagAtGate('v1.4.0');
    await throughCanary(id);
    await flow.gitlab.play(flow.gitlab.job('deploy-prod', id).id);
    await flow.gitlab.finish('deploy-prod', 'failed', { pipelineId: id });
    const failed = await refused('/deploy prod v1.4.0');
    await flow.gitlab.retry(flow.gitlab.job('deploy-prod', id).id);
    await flow.gitlab.cancel(flow.gitlab.job('deploy-prod', id).id);
    const canceled = await refused('/deploy prod v1.4.0');

    expect(failed).toMatch(/Its job deploy-prod failed \(\d{4}-/);
    expect(failed).toContain('Code: job_failed');
    expect(canceled).toMatch(/Its job deploy-prod was canceled \(\d{4}-/);
    expect(canceled).toContain('Code: job_canceled');
  });

  it('while another version is being deployed there on GitLab’s page', async () => {
    const older = await tagAtGate('v1.4.0');
    await tagAtGate('v1.5.0');
    await throughCanary(older);
    await flow.gitlab.play(flow.gitlab.job('deploy-prod', older).id, 'olu');
    await flow.gitlab.run('deploy-prod', older);

    const said = await refused('/deploy prod v1.5.0');

    expect(said).toMatch(/A deployment of v1.4.0 is running there, since \d{4}-.*, by Olu Ade/);
    expect(said).toContain('Code: deployment_running');
  });

  it('a job that starts by itself', async () => {
    await flow.gitlab.pushTag('v1.4.0');

    const said = await refused('/deploy staging v1.4.0');

    expect(said).toContain('Its job deploy-staging starts by itself; nobody has to press anything.');
    expect(said).toContain('Code: runs_by_itself');
  });
});

describe('GitLab refuses the play', () => {
  it('because a newer one was deployed: the answer says so and what to do', async () => {
    await tagAtGate('v1.4.0');
    await throughCanary(await tagAtGate('v1.5.0'));

    const told = await confirmed('v1.4.0');

    expect(told).toContain('GitLab refused it, because a newer deployment exists');
    expect(told).toContain('run a new pipeline for this one');
    expect(told).toContain('production was not touched and stays at v1.3.0');
    expect(flow.played()).toEqual([]);
  });

  it('because the bot may not deploy there', async () => {
    await tagAtGate('v1.4.0');
    flow.gitlab.faults.status({ method: 'POST', path: '/play' }, 403);

    const told = await confirmed('v1.4.0');

    expect(told).toContain('GitLab did not allow it');
    expect(told).toContain('Ask a maintainer');
  });

  it('because the job cannot be started now, and the way is free again', async () => {
    await tagAtGate('v1.4.0');
    flow.gitlab.faults.status({ method: 'POST', path: '/play' }, 400);

    const told = await confirmed('v1.4.0');
    const plan = await flow.types('U0ANN', '/deploy prod v1.4.0');

    expect(told).toContain('GitLab says the job cannot be started now');
    expect(words(plan)).toContain('Deploy v1.4.0 to production?');
    expect(
      flow
        .audit()
        .filter(({ action }) => action === 'job.play')
        .map(({ outcome }) => outcome),
    ).toEqual(['intended', 'failed']);
  });

  it('because somebody pressed it in the same second: the deploy goes on', async () => {
    const id = await tagAtGate('v1.4.0');
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    flow.gitlab.faults.slow({ method: 'POST', path: '/play' }, 300);
    await flow.presses('U0ANN', 'Deploy');
    await until('the bot asks GitLab to play', () => flow.audit().some(({ outcome }) => outcome === 'intended'));
    await flow.gitlab.play(flow.gitlab.job('deploy-canary', id).id);
    await until('GitLab says no', () => flow.audit().some(({ reason }) => reason === 'moved_meanwhile'));
    await flow.gitlab.settle(id);

    await flow.sees('Promote v1.4.0 to production?');
    expect(flow.played()).toEqual([]);
  });
});
