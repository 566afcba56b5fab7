import { afterEach, describe, expect, it } from 'vitest';
import type { SandboxMessage } from '../../src/sandbox/slack-server/workspace.ts';
import { linkingEnv, linksAccount } from '../support/browser.ts';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { blockOf, seesForm } from '../support/forms.ts';
import { until } from '../support/until.ts';
import { deliver, madeWebhook, quiet } from '../support/webhooks.ts';

let flow: Flow;
let aheadMs = 0;

afterEach(async () => {
  aheadMs = 0;
  await flow.stop();
});

const clock = { now: () => new Date(Date.now() + aheadMs) };

interface Start {
  readonly required?: number;
  readonly hooks?: 'GitLab 19' | 'GitLab 18';
  readonly ciYaml?: string;
  readonly channel?: string;
  readonly ask?: string;
}

/** GitLab Premium asks for Maintainers; Raj and Olu are. */
async function start({ required = 1, hooks = 'GitLab 19', ciYaml, channel = '', ask = '' }: Start = {}): Promise<void> {
  const file = `
projects:
  - project: acme/production-app
    channels: [{ id: C0DEPLOYS, ${channel} }]
    environments: { production: { aliases: [prod]${ask} } }
identity:
  users: { U0ANN: ann, U0RAJ: raj, U0MIA: mia, U0OLU: olu }
`;
  const gitlab = { tier: 'premium' as const, ...(ciYaml === undefined ? {} : { ciYaml }) };
  flow = await startFlow({ clock, file, gitlab, env: linkingEnv() });
  for (const name of ['raj', 'olu']) flow.gitlab.setMember(name, 40);
  flow.gitlab.settings.approvalHooks = hooks === 'GitLab 19';
  flow.gitlab.protectEnvironment('production', { deploy: [30], approvals: [{ who: 40, required }] });
}

/** The canary is played on GitLab's page, so that the production job comes to its gate with nobody asking for it here. */
async function comesToGate(tag: string): Promise<{ readonly id: number; readonly jobId: number }> {
  const { id } = await flow.gitlab.pushTag(tag);
  await flow.gitlab.settle(id);
  await flow.gitlab.play(flow.gitlab.job('deploy-canary', id).id, 'raj');
  await flow.gitlab.settle(id);
  return { id, jobId: flow.gitlab.job('deploy-prod', id).id };
}

const requestNow = (request: SandboxMessage): SandboxMessage =>
  flow.shown(request.channel).find(({ ts }) => ts === request.ts) ?? request;

const buttons = (request: SandboxMessage): string => JSON.stringify(requestNow(request).blocks);

const requests = (): number =>
  flow.shown().filter((message) => words(message).includes('Approve v1.4.0 to production?')).length;

describe('a deployment that waits in GitLab and that nobody asked for in Slack', () => {
  it('becomes a request, is approved here and on the page, and is started through the gates of a deploy', async () => {
    await start({ required: 2 });
    const { id, jobId } = await comesToGate('v1.4.0');
    const request = await flow.sees('Approve v1.4.0 to production?');
    expect(words(request)).toContain('Maintainers: 0 of 2');
    expect(words(request)).toContain('Ann Smith started it in GitLab');
    expect(words(request)).toContain('Approving starts nothing yet.');
    await linksAccount(flow, 'U0RAJ', 'raj');

    const shown = await flow.types('U0RAJ', '/approve prod v1.4.0 looks good');
    await flow.presses('U0RAJ', 'Approve', shown);
    await flow.reads('U0RAJ', 'You approved v1.4.0 to production.');
    await flow.sees('Maintainers: 1 of 2');
    await flow.gitlab.decide(jobId, 'approved', 'olu');
    const approved = await flow.sees('GitLab does not start it by itself.');
    expect(approved.ts).toBe(request.ts);
    expect(flow.played()).toEqual([]);

    await flow.pressesOn('U0ANN', approved, 'Deploy to production');
    await flow.reads('U0ANN', 'Deploy v1.4.0 to production?');
    await flow.presses('U0ANN', 'Deploy');
    await until('the production job starts', () => flow.played().includes('deploy-prod'));
    await flow.gitlab.settle(id);
    await flow.sees('v1.4.0 is deployed to production');
    await until('the card is done', () => !buttons(request).includes('run_command'));
    expect(words(requestNow(request))).toContain('Approved by Raj Patel (looks good), Olu Ade');
    expect(flow.played()).toEqual(['deploy-prod']);
    const asked = flow.audit().filter(({ action }) => action === 'approval.ask');
    const policy = expect.any(String) as unknown;
    expect(asked).toEqual([expect.objectContaining({ actor: 'chatops', reason: 'gitlab_rules', policy })]);
    expect(asked[0]?.observed?.username).toBe('ann');
  });

  it('on a GitLab that tells nobody of decisions shows them all the same; a rejection drops the job', async () => {
    await start({
      required: 2,
      hooks: 'GitLab 18',
      ask: ', approvals: { required: 1, approvers: ["@mia"], ask: [C0RELEASE] }',
    });
    const { jobId } = await comesToGate('v1.4.0');
    const request = await flow.sees('Approve v1.4.0 to production?', 'C0RELEASE');
    await flow.gitlab.decide(jobId, 'approved', 'olu');
    aheadMs += 11_000;
    await flow.sees('Maintainers: 1 of 2', 'C0RELEASE');
    await flow.pressesOn('U0RAJ', requestNow(request), 'Reject');
    await seesForm(flow.slack, 'U0RAJ', 'Code: approval_not_linked');
    await linksAccount(flow, 'U0RAJ', 'raj');
    await flow.pressesOn('U0RAJ', requestNow(request), 'Reject');
    const form = await seesForm(flow.slack, 'U0RAJ', 'Reject v1.4.0 to production?');
    const values = { [blockOf(form, 'reject_reason')]: { reject_reason: 'errors doubled' } };
    await flow.slack.submitView({ user: 'U0RAJ', viewId: form.id, values });

    await flow.reads('U0RAJ', 'You rejected v1.4.0 to production.');
    expect(words(await flow.sees('Rejected by Raj Patel', 'C0RELEASE'))).toContain('errors doubled');
    expect(flow.gitlab.job('deploy-prod').failureReason).toBe('deployment_rejected');
    expect(words(await flow.types('U0OLU', '/approve prod'))).toContain('Code: approval_none_waits');
  });

  it('is asked for once: by a deploy from Slack, as soon as there is one', async () => {
    await start();
    const { jobId } = await comesToGate('v1.4.0');
    const request = await flow.sees('Approve v1.4.0 to production?');

    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await flow.sees('A deploy from Slack asks for it now');
    expect(words(await flow.sees('Ann Smith asks, in'))).toContain('Maintainers: 0 of 1');
    await flow.gitlab.decide(jobId, 'approved', 'olu');

    await until('the production job starts', () => flow.played().includes('deploy-prod'));
    expect(buttons(request)).not.toContain('approval_approve');
    expect(flow.played()).toEqual(['deploy-prod']);
  });

  it('is asked for again when the deploy from Slack is canceled and GitLab still waits', async () => {
    await start();
    await comesToGate('v1.4.0');
    const request = await flow.sees('Approve v1.4.0 to production?');
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await flow.sees('A deploy from Slack asks for it now');
    await flow.sees('Ann Smith asks, in');

    await flow.types('U0ANN', '/chatops cancel');

    await until('the request is open again', () => buttons(request).includes('approval_approve'));
    expect(words(requestNow(request))).toContain('Maintainers: 0 of 1');
    expect(words(await flow.types('U0RAJ', '/approve prod'))).toContain('Approve v1.4.0 to production?');
    expect(flow.gitlab.job('deploy-prod').status).toBe('manual');
    expect(flow.played()).toEqual([]);
  });

  it('and that a canceled deploy from Slack leaves behind becomes a request', async () => {
    await start();
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary job starts', () => flow.gitlab.job('deploy-canary', id).status !== 'manual');
    await flow.gitlab.settle(id);
    const question = await flow.sees('Promote v1.4.0 to production?');
    await flow.pressesOn('U0ANN', question, 'Promote to production');
    await flow.sees('Ann Smith asks, in');

    await flow.types('U0ANN', '/chatops cancel');

    const request = await flow.sees('started it in GitLab');
    expect(buttons(request)).toContain('approval_approve');
    expect(flow.played()).toEqual(['deploy-canary']);
  });

  it('that was deployed in GitLab needs nobody any more, nor does one that was overtaken', async () => {
    await start();
    const first = await comesToGate('v1.4.0');
    const request = await flow.sees('Approve v1.4.0 to production?');
    const second = await comesToGate('v1.4.1');
    const newer = await flow.sees('Approve v1.4.1 to production?');
    expect(words(await flow.types('U0RAJ', '/approve prod'))).toContain('2 requests wait for approval.');

    await flow.gitlab.decide(second.jobId, 'approved', 'olu');
    await flow.gitlab.play(second.jobId, 'raj');
    await flow.gitlab.settle(second.id);
    await until('the newer card is done', () => words(requestNow(newer)).includes('Approved by Olu Ade'));
    aheadMs += 11_000;

    await flow.sees('Another commit was deployed there since');
    expect(buttons(request)).not.toContain('approval_approve');
    expect(flow.gitlab.job('deploy-prod', first.id).status).toBe('manual');
    expect(words(await flow.types('U0RAJ', '/approve prod'))).toContain('Code: approval_none_waits');
  });

  it('began by itself, and its pipeline is canceled', async () => {
    const ciYaml = `
stages: [deploy]
deploy-prod: { stage: deploy, script: [./deploy.sh], environment: production, allow_failure: true }
slow: { stage: deploy, script: [./slow.sh] }
`;
    await start({ ciYaml });
    const { id } = await flow.gitlab.pushBranch('main', { source: 'schedule' });
    const request = await flow.sees('to production?');
    expect(flow.gitlab.job('deploy-prod', id).status).toBe('manual');

    await fetch(`${flow.gitlab.url}/api/v4/projects/acme%2Fproduction-app/pipelines/${id}/cancel`, {
      method: 'POST',
      headers: { 'private-token': flow.gitlab.tokenOf('raj') },
    });
    expect(flow.gitlab.pipeline(id).status).toBe('canceled');
    aheadMs += 11_000;

    await flow.sees('Its pipeline was canceled');
    expect(buttons(request)).not.toContain('approval_approve');
  });
});

describe('whom a rule of GitLab names', () => {
  it('is called to the request, once they linked their account', async () => {
    await start();
    await linksAccount(flow, 'U0MIA', 'mia');
    flow.gitlab.protectEnvironment('production', { deploy: [30], approvals: [{ who: 'mia', required: 1 }] });

    await comesToGate('v1.4.0');

    expect(words(await flow.sees('Approve v1.4.0 to production?'))).toContain('@U0MIA');
  });
});

describe('nobody is asked', () => {
  it('on the word of a webhook that says a job waits which has not come to its gate', async () => {
    await start();
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.gitlab.deliverWebhooks();
    const webhook = madeWebhook(flow, { kind: 'pipeline', status: 'manual' });
    const builds = (webhook.payload['builds'] as readonly { readonly name: string }[]).map((build) =>
      build.name === 'deploy-prod' ? { ...build, status: 'manual' } : build,
    );
    const looks = (): number => flow.gitlab.requests.filter(({ path }) => /\/deployments\/\d+$/.test(path)).length;
    const before = looks();

    await deliver(flow, webhook, { headers: { 'idempotency-key': 'forged' }, payload: { builds } });
    await until('GitLab was asked', () => looks() > before);
    aheadMs += 11_000;
    await until('GitLab was asked once more', () => looks() > before + 1);
    await quiet(flow);

    expect(requests()).toBe(0);
    expect(words(await flow.types('U0RAJ', '/approve prod'))).toContain('Code: approval_none_waits');
  });

  it('where no channel is told of approvals, or GitLab asks for none', async () => {
    await start({ channel: 'notify: [deployed]' });
    const { jobId } = await comesToGate('v1.4.0');
    await flow.gitlab.deliverWebhooks();
    const looks = (): number => flow.gitlab.requests.filter(({ path }) => /\/deployments\/\d+$/.test(path)).length;
    await flow.types('U0RAJ', '/approve prod');
    expect(looks()).toBe(0);
    await flow.stop();

    await start();
    flow.gitlab.settings.tier = 'free';
    await comesToGate('v1.4.0');
    await until('GitLab was asked', () => looks() > 0);
    expect(words(await flow.types('U0RAJ', '/approve prod'))).toContain('Code: approval_none_waits');
    expect(requests()).toBe(0);
    expect(jobId).toBeGreaterThan(0);
  });
});
