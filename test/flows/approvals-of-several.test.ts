import { afterEach, describe, expect, it } from 'vitest';
import type { SandboxMessage } from '../../src/sandbox/slack-server/workspace.ts';
import { linkingEnv, linksAccount } from '../support/browser.ts';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;

afterEach(() => flow.stop());

/** Ann deploys v1.4.0 and promotes it after the canary; Raj and Olu are Maintainers. */
async function deploy(approvals: string): Promise<{ readonly id: number; readonly request: SandboxMessage }> {
  const file = `
projects:
  - project: acme/production-app
    channels: [{ id: C0DEPLOYS }]
    environments: { production: { aliases: [prod], approvals: { ${approvals} } } }
identity:
  users: { U0ANN: ann, U0RAJ: raj, U0OLU: olu }
`;
  flow = await startFlow({ file, env: linkingEnv() });
  for (const name of ['raj', 'olu']) flow.gitlab.setMember(name, 40);
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
  await flow.types('U0ANN', '/deploy prod v1.4.0');
  await flow.presses('U0ANN', 'Deploy');
  const request = await flow.sees('Approve v1.4.0 to production?');
  await until('the canary job starts', () => flow.gitlab.job('deploy-canary', id).status !== 'manual');
  await flow.gitlab.settle(id);
  await flow.pressesOn('U0ANN', await flow.sees('Promote v1.4.0 to production?'), 'Promote to production');
  await flow.sees('awaiting approval');
  return { id, request };
}

const answers = (): readonly string[] =>
  flow
    .audit()
    .filter(({ action }) => action === 'approval.approve')
    .map(({ outcome, reason }) => `${outcome} ${reason}`)
    .toSorted();

/** Everything of the deploy has come to its end, so that no second play could still follow. */
async function ends(id: number): Promise<void> {
  await until('the production job starts', () => flow.played().includes('deploy-prod'));
  await flow.gitlab.settle(id);
  await flow.sees('v1.4.0 is deployed to production');
}

describe('two people who approve at once', () => {
  it('both count where two are needed, and the job is played once', async () => {
    const { id, request } = await deploy('required: 2');

    await Promise.all([flow.pressesOn('U0RAJ', request, 'Approve'), flow.pressesOn('U0OLU', request, 'Approve')]);
    for (const user of ['U0RAJ', 'U0OLU']) await flow.reads(user, 'You approved v1.4.0 to production.');
    await ends(id);

    expect(flow.played()).toEqual(['deploy-canary', 'deploy-prod']);
    expect(answers()).toEqual(['succeeded approved', 'succeeded open']);
  });

  it('play the job once where one is enough: the second is told by whom it was approved', async () => {
    const { id, request } = await deploy('required: 1');

    await Promise.all([flow.pressesOn('U0RAJ', request, 'Approve'), flow.pressesOn('U0OLU', request, 'Approve')]);
    await ends(id);
    await until('both were answered', () => answers().length === 2);

    expect(flow.played()).toEqual(['deploy-canary', 'deploy-prod']);
    expect(answers()).toEqual(['refused approval_decided', 'succeeded approved']);
    const told = ['U0RAJ', 'U0OLU'].flatMap((user) => flow.slack.ephemerals(user).map(words));
    expect(told.some((text) => text.includes('It was approved by') || text.includes('It has been approved by'))).toBe(
      true,
    );
  });
});

describe('authors: false', () => {
  it('bars who wrote some of what ships, and nobody else', async () => {
    const { id, request } = await deploy('required: 1, authors: false');
    expect(words(request)).toContain('Not by who asks or authors of what ships.');

    await flow.pressesOn('U0RAJ', request, 'Approve');
    await flow.reads('U0RAJ', 'Code: approval_own_commits');
    expect(flow.played()).toEqual(['deploy-canary']);
    await flow.pressesOn('U0OLU', request, 'Approve');
    await ends(id);

    expect(answers()).toEqual(['refused approval_own_commits', 'succeeded approved']);
  });
});

describe('one person with two Slack accounts', () => {
  it('who linked both to one GitLab user does not approve their own deploy', async () => {
    const { request } = await deploy('required: 1');
    await linksAccount(flow, 'U0ANN', 'ann');
    await linksAccount(flow, 'U0MIA', 'ann');

    await flow.pressesOn('U0MIA', request, 'Approve');

    await flow.reads('U0MIA', 'Code: approval_own_deploy');
    expect(flow.played()).toEqual(['deploy-canary']);
    expect(answers()).toEqual(['refused approval_own_deploy']);
  });
});
