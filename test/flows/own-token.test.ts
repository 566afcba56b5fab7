import { afterEach, describe, expect, it } from 'vitest';
import { linkingEnv, linksAccount } from '../support/browser.ts';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;
let aheadMs = 0;
let pipelineId: number;

afterEach(() => flow.stop());

const hourMs = 3_600_000;

async function startWithTag(): Promise<void> {
  aheadMs = 0;
  flow = await startFlow({ env: linkingEnv(), clock: { now: () => new Date(Date.now() + aheadMs) } });
  flow.gitlab.setMember('raj', 40);
  ({ id: pipelineId } = await flow.gitlab.pushTag('v1.4.0'));
  await flow.gitlab.settle(pipelineId);
}

/** Who played which job in GitLab, by whose token it was. */
function plays(): readonly string[] {
  return flow.gitlab.requests
    .filter(({ method, path, status }) => method === 'POST' && path.endsWith('/play') && status < 300)
    .map(({ username }) => username ?? 'nobody');
}

const canaryStarts = () => until('the canary starts', () => flow.gitlab.job('deploy-canary').status !== 'manual');

describe('a deploy of somebody who linked their account', () => {
  it('bears their own name in GitLab, also with renewed tokens', async () => {
    await startWithTag();
    await linksAccount(flow, 'U0RAJ', 'raj');
    aheadMs = 3 * hourMs;

    await flow.types('U0RAJ', '/deploy prod v1.4.0');
    await flow.presses('U0RAJ', 'Deploy');
    await canaryStarts();
    expect(plays()).toEqual(['raj']);
    await flow.gitlab.settle(pipelineId);
    const promote = await flow.sees('Promote v1.4.0 to production?');
    aheadMs = 6 * hourMs;

    await flow.pressesOn('U0RAJ', promote, 'Promote to production');
    await until('production starts', () => flow.gitlab.job('deploy-prod').status !== 'manual');

    expect(plays()).toEqual(['raj', 'raj']);
    expect(flow.gitlab.oauth.pairs()).toBe(1);
  });

  it('follows a new name that they gave themselves in GitLab', async () => {
    await startWithTag();
    await linksAccount(flow, 'U0RAJ', 'raj');
    const plan = await flow.types('U0RAJ', '/deploy prod v1.4.0');
    flow.gitlab.setAccount('raj', { username: 'rajesh' });

    await flow.presses('U0RAJ', 'Deploy', plan);
    await canaryStarts();

    await flow.types('U0RAJ', '/chatops whoami');
    await flow.reads('U0RAJ', '@rajesh');
    expect(plays()).toEqual(['rajesh']);
  });

  it('is the bot’s for everybody else', async () => {
    await startWithTag();

    await flow.types('U0RAJ', '/deploy prod v1.4.0');
    await flow.presses('U0RAJ', 'Deploy');
    await canaryStarts();

    expect(plays()).toEqual(['chatops']);
  });

  it('waits, plan and all, when they took the tokens back, until they link again', async () => {
    await startWithTag();
    await linksAccount(flow, 'U0RAJ', 'raj');
    const plan = await flow.types('U0RAJ', '/deploy prod v1.4.0');
    flow.gitlab.oauth.takeBack('raj');

    await flow.presses('U0RAJ', 'Deploy', plan);
    const refusal = await flow.reads('U0RAJ', 'Code: link_broken');
    expect(words(refusal)).toContain('/chatops link');
    expect(plays()).toEqual([]);
    await flow.types('U0RAJ', '/chatops whoami');
    await flow.reads('U0RAJ', 'GitLab takes its token no more');

    await linksAccount(flow, 'U0RAJ', 'raj');
    await flow.presses('U0RAJ', 'Deploy', plan);
    await canaryStarts();

    expect(plays()).toEqual(['raj']);
    expect(flow.audit()).toContainEqual(
      expect.objectContaining({ action: 'deploy.confirm', outcome: 'refused', reason: 'link_broken' }),
    );
  });

  it('ends and says why when the tokens are taken back between two steps', async () => {
    await startWithTag();
    await linksAccount(flow, 'U0RAJ', 'raj');
    await flow.types('U0RAJ', '/deploy prod v1.4.0');
    await flow.presses('U0RAJ', 'Deploy');
    await canaryStarts();
    flow.gitlab.oauth.takeBack('raj');
    await flow.gitlab.settle(pipelineId);

    await flow.pressesOn('U0RAJ', await flow.sees('Promote v1.4.0 to production?'), 'Promote to production');

    await flow.sees('Link your GitLab account again');
    expect(plays()).toEqual(['raj']);
    expect(flow.gitlab.job('deploy-prod').status).toBe('manual');
  });
});

describe('Retry of somebody who linked their account', () => {
  it('bears their own name in GitLab', async () => {
    await startWithTag();
    await linksAccount(flow, 'U0RAJ', 'raj');
    flow.gitlab.planFailure('unit-tests');
    const { id } = await flow.gitlab.pushBranch('main');
    await flow.gitlab.settle(id);
    const failed = await until('a reply with the button', () =>
      flow.shown().find((message) => words(message).includes('unit-tests') && words(message).includes('Retry')),
    );

    await flow.pressesOn('U0RAJ', failed, 'Retry');
    await flow.reads('U0RAJ', 'Run unit-tests of main again?');
    await flow.presses('U0RAJ', 'Retry');

    const retry = await until('the job is run again', () =>
      flow.gitlab.requests.find(({ path }) => path.endsWith('/retry')),
    );
    expect(retry.username).toBe('raj');
  });
});
