import { afterEach, describe, expect, it } from 'vitest';
import type { SandboxMessage } from '../../src/sandbox/slack-server/workspace.ts';
import { linkingEnv, linksAccount } from '../support/browser.ts';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';
import { deliver, madeWebhook } from '../support/webhooks.ts';

let flow: Flow;
let aheadMs = 0;

afterEach(async () => {
  aheadMs = 0;
  await flow.stop();
});

const clock = { now: () => new Date(Date.now() + aheadMs) };

const file = `
projects:
  - project: acme/production-app
    channels: [{ id: C0DEPLOYS }]
    environments: { production: { aliases: [prod], approvals: { required: 3 } } }
identity:
  users: { U0ANN: ann, U0RAJ: raj, U0MIA: mia, U0OLU: olu }
`;

/** GitLab Premium asks for so many Maintainers; Ann deploys, and has promoted after the canary. */
async function startWaiting(
  required: number,
  hooks: 'GitLab 19' | 'GitLab 18',
  protect: (gitlab: Flow['gitlab']) => void = () => undefined,
): Promise<{ readonly id: number; readonly jobId: number; readonly request: SandboxMessage }> {
  flow = await startFlow({ clock, file, gitlab: { tier: 'premium' }, env: linkingEnv() });
  const { gitlab } = flow;
  for (const name of ['raj', 'olu']) gitlab.setMember(name, 40);
  gitlab.settings.approvalHooks = hooks === 'GitLab 19';
  gitlab.protectEnvironment('production', { deploy: [30], approvals: [{ who: 40, required }] });
  const { id } = await gitlab.pushTag('v1.4.0');
  await gitlab.settle(id);
  await flow.types('U0ANN', '/deploy prod v1.4.0');
  await flow.presses('U0ANN', 'Deploy');
  await until('the canary job starts', () => gitlab.job('deploy-canary', id).status !== 'manual');
  await gitlab.settle(id);
  // The canary is of the same tier.
  protect(gitlab);
  await flow.pressesOn('U0ANN', await flow.sees('Promote v1.4.0 to production?'), 'Promote to production');
  const request = await flow.sees('Approve v1.4.0 to production?');
  return { id, jobId: gitlab.job('deploy-prod', id).id, request };
}

const requestNow = (request: SandboxMessage): SandboxMessage =>
  flow.shown().find(({ ts }) => ts === request.ts) ?? request;

const approvalsOf = (username: string): number =>
  flow.gitlab.requests.filter(
    ({ method, path, username: who, status }) =>
      method === 'POST' && path.endsWith('/approval') && who === username && status < 300,
  ).length;

describe("GitLab's own approvals", () => {
  it('are given by linked people under their own name, and follow what others do on its page', async () => {
    const { id, jobId, request } = await startWaiting(2, 'GitLab 19');
    expect(words(request)).toContain('Maintainers: 0 of 2');
    await linksAccount(flow, 'U0RAJ', 'raj');

    await flow.pressesOn('U0OLU', request, 'Approve');
    expect(words(await flow.reads('U0OLU', 'Code: approval_not_linked'))).toContain('Link your GitLab account');
    expect(requestNow(request).blocks).toEqual(request.blocks);
    await flow.pressesOn('U0RAJ', request, 'Approve');
    await flow.reads('U0RAJ', 'You approved v1.4.0 to production.');
    await flow.sees('Maintainers: 1 of 2');
    expect(approvalsOf('raj')).toBe(1);
    expect(flow.played()).toEqual(['deploy-canary']);

    await flow.gitlab.decide(jobId, 'approved', 'olu');

    await until('the production job starts', () => flow.played().includes('deploy-prod'));
    await flow.gitlab.settle(id);
    await flow.sees('v1.4.0 is deployed to production');
    await flow.sees('Approved by Raj');
    const recorded = flow
      .audit()
      .filter(({ action, outcome }) => `${action} ${outcome}` === 'approval.approve succeeded');
    expect(recorded.map(({ actor, observed }) => [actor, observed?.username])).toEqual([
      [expect.objectContaining({ slackUserId: 'U0RAJ' }), undefined],
      ['chatops', 'olu'],
    ]);
    const entries = flow.audit().filter(({ action }) => action.startsWith('approval.'));
    expect(entries.filter(({ policy }) => policy === undefined)).toEqual([]);
    expect(JSON.stringify(requestNow(request).blocks)).not.toContain('approval_approve');
    expect(flow.shown().filter((message) => words(message).includes('of 3'))).toEqual([]);
  });

  it('that an older GitLab tells nobody of are seen by looking; a rejection ends the deploy', async () => {
    const { jobId, request } = await startWaiting(2, 'GitLab 18');
    await linksAccount(flow, 'U0RAJ', 'raj');

    await flow.gitlab.decide(jobId, 'approved', 'olu');
    aheadMs += 11_000;
    await flow.sees('Maintainers: 1 of 2');
    await flow.types('U0RAJ', '/reject prod errors doubled');

    expect(words(await flow.sees('ended: rejected by Raj'))).toContain('errors doubled');
    expect(words(requestNow(request))).toContain('Rejected by Raj');
    expect(flow.gitlab.job('deploy-prod').status).toBe('failed');
    expect(flow.played()).toEqual(['deploy-canary']);
  });

  it('of the project and of a group above it are needed both', async () => {
    const { id, jobId } = await startWaiting(1, 'GitLab 19', (gitlab) =>
      gitlab.protectTier('acme', 'production', { deploy: ['chatops'], approvals: [{ who: 'mia', required: 1 }] }),
    );
    await flow.sees('Maintainers: 0 of 1 · Mia Novak: 0 of 1');

    await flow.gitlab.decide(jobId, 'approved', 'olu');
    await flow.sees('Maintainers: 1 of 1 · Mia Novak: 0 of 1');
    expect(flow.played()).toEqual(['deploy-canary']);
    await flow.gitlab.decide(jobId, 'approved', 'mia');

    await until('the production job starts', () => flow.played().includes('deploy-prod'));
    await flow.gitlab.settle(id);
    await flow.sees('Approved by Olu Ade, Mia Novak');
  });

  it('are never taken from a webhook: GitLab is asked first', async () => {
    const { jobId, request } = await startWaiting(1, 'GitLab 19');
    await flow.gitlab.deliverWebhooks();
    const blocked = madeWebhook(flow, { kind: 'deployment', status: 'blocked' });
    const asked = (): number => flow.gitlab.requests.filter(({ path }) => /\/deployments\/\d+$/.test(path)).length;
    const before = asked();
    const forged = (status: string, id: string): Promise<number> =>
      deliver(flow, blocked, { headers: { 'idempotency-key': id }, payload: { status, deployable_id: jobId } });

    expect(await forged('approved', 'forged-1')).toBe(200);
    await until('GitLab is asked', () => asked() > before);
    expect(await forged('success', 'forged-2')).toBe(200);
    await linksAccount(flow, 'U0OLU', 'olu');
    flow.gitlab.setMember('olu', 30);
    await flow.pressesOn('U0OLU', request, 'Approve');

    await flow.reads('U0OLU', 'Code: gitlab_no_permission');
    expect(requestNow(request).blocks).toEqual(request.blocks);
    expect(flow.played()).toEqual(['deploy-canary']);
  });

  it('are given for one rule where several fit: a button for each', async () => {
    const { id, request } = await startWaiting(1, 'GitLab 19', (gitlab) =>
      gitlab.protectEnvironment('production', {
        deploy: [30],
        approvals: [
          { who: 40, required: 1 },
          { who: 'raj', required: 1 },
        ],
      }),
    );
    await linksAccount(flow, 'U0RAJ', 'raj');

    await flow.pressesOn('U0RAJ', request, 'Approve');
    const question = await flow.reads('U0RAJ', 'Code: approval_which_rule');
    expect(words(question)).toContain('For Maintainers');
    expect(approvalsOf('raj')).toBe(0);
    await flow.presses('U0RAJ', 'For Raj Patel', question);
    await flow.sees('Maintainers: 0 of 1 · Raj Patel: 1 of 1');
    expect(approvalsOf('raj')).toBe(1);
    await flow.gitlab.decide(flow.gitlab.job('deploy-prod', id).id, 'approved', 'olu');

    await until('the production job starts', () => flow.played().includes('deploy-prod'));
  });

  it('that GitLab does not take are explained, and the request stays', async () => {
    const { request } = await startWaiting(1, 'GitLab 18');
    const { gitlab } = flow;
    for (const [user, name] of [
      ['U0ANN', 'ann'],
      ['U0RAJ', 'raj'],
    ] as const)
      await linksAccount(flow, user, name);

    await flow.pressesOn('U0ANN', request, 'Approve');
    await flow.reads('U0ANN', 'GitLab counts this deployment as yours, and bars its owner from approving it.');
    gitlab.setMember('raj', 30);
    await flow.pressesOn('U0RAJ', request, 'Approve');
    await flow.reads('U0RAJ', "GitLab's rules for production do not name you: Maintainers.");
    gitlab.setMember('raj', 40);
    gitlab.protectEnvironment('production', { deploy: [30], approvals: [] });
    await flow.pressesOn('U0RAJ', request, 'Approve');
    await flow.reads('U0RAJ', 'production has no approval rules in GitLab any more.');

    expect(requestNow(request).blocks).toEqual(request.blocks);
    const refused = flow
      .audit()
      .filter(({ action, outcome }) => action === 'approval.approve' && outcome === 'refused');
    expect(refused.map(({ reason }) => reason)).toEqual([
      'gitlab_own_deployment',
      'gitlab_no_permission',
      'gitlab_not_configured',
    ]);
    expect(flow.played()).toEqual(['deploy-canary']);
  });
});
