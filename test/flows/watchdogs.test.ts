import { afterEach, describe, expect, it } from 'vitest';
import { movableClock } from '../support/crash.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;

afterEach(() => flow.stop());

const file = (watchdog: string): string => `
projects:
  - project: acme/production-app
    aliases: [app]
    channels: [{ id: ${deploys} }]
    environments:
      production: { aliases: [prod] }
identity:
  users: { U0ANN: ann, U0RAJ: raj, U0MIA: mia }
watchdog: ${watchdog}
`;

const told = (text: string): number => flow.shown().filter((message) => words(message).includes(text)).length;

/** Ann confirms a deploy, and its first job is played. */
async function annDeploys(tag: string): Promise<number> {
  const { id } = await flow.gitlab.pushTag(tag);
  await flow.gitlab.settle(id);
  await flow.types('U0ANN', `/deploy prod ${tag}`);
  await flow.presses('U0ANN', 'Deploy');
  await until('the canary job is played', () => flow.played().includes('deploy-canary'));
  return id;
}

/** Somebody's production deployment on GitLab's page fails. */
async function failsInProduction(tag: string): Promise<void> {
  const { id } = await flow.gitlab.pushTag(tag);
  await flow.gitlab.settle(id);
  await flow.gitlab.play(flow.gitlab.job('deploy-canary', id).id);
  await flow.gitlab.settle(id);
  await flow.gitlab.play(flow.gitlab.job('deploy-prod', id).id);
  await flow.gitlab.finish('deploy-prod', 'failed', { pipelineId: id });
  await flow.sees(`The deployment of ${tag} to production failed.`);
}

describe('a played job that does not start', () => {
  it('is told to who asked, once, in the thread, with what probably keeps it', async () => {
    const clock = movableClock();
    flow = await startFlow({ clock, file: file('{ job_start: 30s }') });
    const id = await annDeploys('v1.4.0');
    clock.moveMs(31_000);

    const message = await flow.sees('deploy-canary has not started');

    expect(message.threadTs).toBeDefined();
    expect(words(message)).toContain('@U0ANN');
    expect(words(message)).toContain('Probably no runner is free for it');
    clock.moveMs(60_000);
    await flow.restart();
    await flow.gitlab.run('deploy-canary', id);
    await flow.gitlab.settle(id);
    await flow.sees('Promote v1.4.0 to production?');
    expect(told('deploy-canary has not started')).toBe(1);
  });

  it('is said to wait for its resource group', async () => {
    const clock = movableClock();
    flow = await startFlow({ clock, file: file('{ job_start: 30s }') });
    const first = await flow.gitlab.pushTag('v1.3.5');
    await flow.gitlab.settle(first.id);
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    // Taken on GitLab's page between plan and press.
    await flow.gitlab.play(flow.gitlab.job('deploy-canary', first.id).id);
    await flow.gitlab.run('deploy-canary', first.id);
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary job is played', () => flow.played().includes('deploy-canary'));
    clock.moveMs(31_000);

    const message = await flow.sees('deploy-canary has not started');

    expect(words(message)).toContain('Its resource group is taken');
  });

  it('is not told where it is switched off', async () => {
    const clock = movableClock();
    flow = await startFlow({ clock, file: file('{ job_start: off }') });
    const id = await annDeploys('v1.4.0');
    clock.moveMs(120_000);
    await flow.gitlab.finish('deploy-canary', 'failed', { pipelineId: id });
    await flow.sees('failed at deploy-canary');

    expect(told('has not started')).toBe(0);
  });
});

describe('an environment whose deployments fail in a row', () => {
  it('is told once, and again only after one succeeded', async () => {
    flow = await startFlow({ file: file('{ failures: 2 }') });
    await failsInProduction('v1.4.0');
    expect(told('failed in a row')).toBe(0);
    await failsInProduction('v1.4.1');

    const alert = await flow.sees('2 deployments to production of acme/production-app failed in a row.');
    expect(alert.threadTs).toBeUndefined();
    await failsInProduction('v1.4.2');
    await flow.restart();
    await failsInProduction('v1.4.3');
    expect(told('failed in a row')).toBe(1);

    const { id } = await flow.gitlab.pushTag('v1.4.4');
    await flow.gitlab.settle(id);
    await flow.gitlab.play(flow.gitlab.job('deploy-canary', id).id);
    await flow.gitlab.settle(id);
    await flow.gitlab.play(flow.gitlab.job('deploy-prod', id).id);
    await flow.gitlab.settle(id);
    await flow.sees('v1.4.4 is deployed to production');
    await failsInProduction('v1.5.0');
    await failsInProduction('v1.5.1');
    await until('it is told again', () => told('2 deployments to production') === 2);
    const answer = flow.slack.messages(deploys);
    expect(answer.filter((message) => words(message).includes('It runs v1.4.4'))).toHaveLength(1);
  });
});

describe('an environment without a deployment for long', () => {
  it('is told once, also of what was deployed before we came', async () => {
    const clock = movableClock();
    flow = await startFlow({ clock, file: file('{ no_deploy: 1d }') });

    const alert = await flow.sees('Nothing was deployed to production of acme/production-app for');
    expect(alert.threadTs).toBeUndefined();
    expect(words(alert)).toContain('It runs v1.3.0');
    expect(told('Nothing was deployed to staging')).toBe(0);
    await flow.restart();
    await flow.types('U0MIA', '/deployments');

    expect(told('Nothing was deployed to production')).toBe(1);
  });
});
