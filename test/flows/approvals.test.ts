import { afterEach, describe, expect, it } from 'vitest';
import type { SandboxMessage } from '../../src/sandbox/slack-server/workspace.ts';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { blockOf, seesForm } from '../support/forms.ts';
import { until } from '../support/until.ts';

let flow: Flow;
let aheadMs = 0;

afterEach(async () => {
  aheadMs = 0;
  await flow.stop();
});

const clock = { now: () => new Date(Date.now() + aheadMs) };
const hourMs = 3_600_000;

/** Production takes approvals of maintainers: Ann, Raj and Olu are, Mia is a developer. Eve is Raj's second account. */
async function start(approvals: string, production = ''): Promise<number> {
  const file = `
projects:
  - project: acme/production-app
    channels: [{ id: C0DEPLOYS }]
    environments:
      production: { aliases: [prod], ${production} approvals: { ${approvals} } }
identity:
  users: { U0ANN: ann, U0RAJ: raj, U0MIA: mia, U0OLU: olu }
`;
  flow = await startFlow({ clock, file });
  for (const name of ['raj', 'olu']) flow.gitlab.setMember(name, 40);
  flow.gitlab.setMember('mia', 30);
  return release('v1.4.0');
}

async function release(tag: string): Promise<number> {
  const { id } = await flow.gitlab.pushTag(tag);
  await flow.gitlab.settle(id);
  return id;
}

/** Ann deploys v1.4.0; the canary passes, and she promotes it. */
async function deploy(id: number): Promise<SandboxMessage> {
  await flow.types('U0ANN', '/deploy prod v1.4.0');
  await flow.presses('U0ANN', 'Deploy');
  return flow.sees('Approve v1.4.0 to production?').then(async (request) => {
    await until('the canary job starts', () => flow.gitlab.job('deploy-canary', id).status !== 'manual');
    await flow.gitlab.settle(id);
    await flow.pressesOn('U0ANN', await flow.sees('Promote v1.4.0 to production?'), 'Promote to production');
    return request;
  });
}

const requestNow = (request: SandboxMessage): SandboxMessage =>
  flow.shown(request.channel).find(({ ts }) => ts === request.ts) ?? request;

const seenTimes = (text: string): number => flow.shown().filter((message) => words(message).includes(text)).length;

const outcomes = (action: string): readonly string[] =>
  flow
    .audit()
    .filter((entry) => entry.action === action)
    .map(({ outcome, reason }) => [outcome, reason].filter(Boolean).join(' '));

const policy = expect.stringMatching(/^[\da-f]{64}$/) as unknown;

/** By which rules each of these entries was decided. */
const policies = (actions: string): readonly unknown[] =>
  flow
    .audit()
    .filter(({ action }) => action.startsWith(actions))
    .map((entry) => entry.policy);

describe('approvals of ours', () => {
  it('are asked for at the confirm, counted, and play the job once', async () => {
    const id = await start('required: 2');
    const request = await deploy(id);
    expect(words(request)).toContain('0 of 2 approvals, by maintainer. Not by who asks.');
    expect(words(request)).toContain('Ann');
    await flow.sees('awaiting approval');
    expect(flow.played()).toEqual(['deploy-canary']);

    await flow.pressesOn('U0RAJ', request, 'Approve');
    await flow.reads('U0RAJ', 'You approved v1.4.0 to production.');
    await flow.sees('1 of 2 approvals');
    expect(flow.played()).toEqual(['deploy-canary']);

    await Promise.all([
      flow.pressesOn('U0OLU', requestNow(request), 'Approve'),
      flow.pressesOn('U0OLU', requestNow(request), 'Approve'),
    ]);
    await until('the production job starts', () => flow.played().includes('deploy-prod'));
    await flow.gitlab.settle(id);
    await flow.sees('v1.4.0 is deployed to production');
    await flow.sees('Approved by Raj');

    expect(flow.played()).toEqual(['deploy-canary', 'deploy-prod']);
    expect(JSON.stringify(requestNow(request).blocks)).not.toContain('approval_approve');
    expect(outcomes('approval.approve').filter((text) => text.startsWith('succeeded'))).toEqual([
      'succeeded open',
      'succeeded approved',
    ]);
    expect(flow.audit().find(({ action }) => action === 'approval.approve')).toMatchObject({
      policy: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });
});

describe('who may not', () => {
  it('is told alone, recorded, and changes nothing', async () => {
    const id = await start("required: 1, approvers: [maintainer, '@mia'], authors: false");
    const request = await deploy(id);

    await flow.pressesOn('U0ANN', request, 'Approve');
    await flow.reads('U0ANN', 'Code: approval_own_deploy');
    flow.gitlab.setMember('olu', 30);
    await flow.pressesOn('U0OLU', request, 'Approve');
    await flow.reads('U0OLU', 'Code: role_too_low');
    await flow.pressesOn('U0OLU', request, 'Reject');
    await seesForm(flow.slack, 'U0OLU', 'You have not rejected v1.4.0 to production.');

    expect(requestNow(request).blocks).toEqual(request.blocks);
    expect(flow.played()).toEqual(['deploy-canary']);
    expect(outcomes('approval.approve')).toEqual(['refused approval_own_deploy', 'refused role_too_low']);
  });

  it('is the requester with another Slack account', async () => {
    const file = `
projects:
  - project: acme/production-app
    channels: [{ id: C0DEPLOYS }]
    environments: { production: { aliases: [prod], approvals: { required: 1 } } }
identity:
  users: { U0ANN: ann, U0MIA: ann }
`;
    flow = await startFlow({ clock, file });
    const request = await deploy(await release('v1.4.0'));

    await flow.pressesOn('U0MIA', request, 'Approve');

    await flow.reads('U0MIA', 'Code: approval_own_deploy');
    expect(flow.played()).toEqual(['deploy-canary']);
  });
});

describe('an approval', () => {
  it('that is taken back counts no more, until the job is started', async () => {
    const id = await start('required: 1');
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    const request = await flow.sees('Approve v1.4.0 to production?');
    await until('the canary job starts', () => flow.gitlab.job('deploy-canary', id).status !== 'manual');
    await flow.pressesOn('U0RAJ', request, 'Approve');
    const answer = await flow.reads('U0RAJ', 'You approved v1.4.0 to production.');

    await flow.presses('U0RAJ', 'Take it back', answer);
    await flow.reads('U0RAJ', 'is taken back');
    await flow.gitlab.settle(id);
    await flow.pressesOn('U0ANN', await flow.sees('Promote v1.4.0 to production?'), 'Promote to production');
    await flow.sees('awaiting approval');
    expect(flow.played()).toEqual(['deploy-canary']);

    await flow.pressesOn('U0RAJ', requestNow(request), 'Approve');
    await until('the production job starts', () => flow.played().includes('deploy-prod'));
    const [last] = flow.slack
      .ephemerals('U0RAJ')
      .filter((card) => words(card).includes('You approved'))
      .slice(-1);
    await flow.presses('U0RAJ', 'Take it back', last);
    await flow.reads('U0RAJ', 'Code: approval_decided');
  });
});

describe('a request that nobody decides', () => {
  it('calls its approvers, once more at half time, by a nudge, and ends with its deploy', async () => {
    const id = await start("required: 1, approvers: ['@raj'], ask: [C0RELEASE], expires: 2h");
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    const request = await flow.sees('Approve v1.4.0 to production?', 'C0RELEASE');
    expect(words(request)).toContain('@U0RAJ');
    await until('the canary job starts', () => flow.gitlab.job('deploy-canary', id).status !== 'manual');
    const asked = (text: string): number =>
      flow.shown('C0RELEASE').filter((message) => words(message).includes(text)).length;

    expect(words(await flow.types('U0MIA', '/chatops nudge prod'))).toContain('were asked once more');
    await flow.sees('@U0MIA asks you to look', 'C0RELEASE');
    expect(words(await flow.types('U0ANN', '/chatops nudge prod'))).toContain('Code: nudged_before');
    aheadMs = 1.1 * hourMs;
    await flow.sees('asked for it.', 'C0RELEASE');
    expect(words(await flow.types('U0RAJ', '/deploy prod v1.4.0'))).toContain('Code: operation_active');
    aheadMs = 2.1 * hourMs;

    expect(words(await flow.sees('ended: nobody approved it in time'))).toContain('@U0ANN');
    await flow.sees('Nobody decided in time', 'C0RELEASE');
    expect([outcomes('approval.ask'), outcomes('approval.expire')]).toEqual([['succeeded'], ['succeeded']]);
    expect(policies('approval.')).toEqual([policy, policy]);
    expect(asked('still waits for approval')).toBe(2);
    await flow.gitlab.settle(id);
    expect(words(await flow.types('U0ANN', '/deploy prod v1.4.0'))).toContain('Deploy v1.4.0 to production?');
    expect(flow.played()).toEqual(['deploy-canary']);
  });
});

describe('a job that is started in GitLab', () => {
  it('is told at once in the channel, and the request loses its buttons', async () => {
    const id = await start('required: 1');
    const request = await deploy(id);

    await flow.gitlab.play(flow.gitlab.job('deploy-prod', id).id, 'raj');
    await flow.gitlab.run('deploy-prod', id);

    expect(words(await flow.sees('without the approvals that it needs'))).toContain('by Raj');
    await flow.sees('No approval is needed any more');
    expect(JSON.stringify(requestNow(request).blocks)).not.toContain('approval_approve');
    expect(flow.played()).toEqual(['deploy-canary']);
  });
});

describe('Reject', () => {
  it('asks for a reason, tells it in the thread, and frees the environment', async () => {
    const id = await start('required: 1');
    const request = await deploy(id);

    await flow.pressesOn('U0RAJ', request, 'Reject');
    const form = await seesForm(flow.slack, 'U0RAJ', 'Reject v1.4.0 to production?');
    const values = {
      [blockOf(form, 'reject_reason')]: { reject_reason: 'errors doubled' },
    };
    await flow.slack.submitView({ user: 'U0RAJ', viewId: form.id, values });

    expect(words(await flow.sees('ended: rejected by Raj'))).toContain('errors doubled');
    await flow.reads('U0RAJ', 'You rejected v1.4.0 to production.');
    expect(words(requestNow(request))).toContain('errors doubled');
    expect(outcomes('approval.reject')).toEqual(['succeeded rejected']);
    expect(flow.played()).toEqual(['deploy-canary']);
    expect(words(await flow.types('U0RAJ', '/reject prod too late'))).toContain('Code: approval_none_waits');
  });
});

describe('/approve and /reject', () => {
  it('show what waits with one press, and name it where another version is typed', async () => {
    const id = await start('required: 1');
    const request = await deploy(id);

    const wrong = words(await flow.types('U0RAJ', '/approve prod v1.4.1'));
    expect(wrong).toContain('Code: approval_other_version');
    expect(wrong).toContain('What waits: v1.4.0 to production.');
    const threadTs = request.threadTs ?? request.ts;
    expect(words(await flow.mentions('U0RAJ', 'approve', { threadTs }))).toContain('Approve v1.4.0');
    const shown = await flow.types('U0RAJ', '/approve prod 1.4.0 looks good');
    expect(words(shown)).toContain('Your comment: looks good');
    await flow.presses('U0RAJ', 'Approve', shown);

    await until('the production job starts', () => flow.played().includes('deploy-prod'));
    await flow.sees('(looks good)');
  });

  it('reject at once, with the reason, from the thread', async () => {
    const request = await deploy(await start('required: 1'));
    const threadTs = request.threadTs ?? request.ts;

    expect(words(await flow.types('U0MIA', '/reject prod not today'))).toContain('Code: role_too_low');
    expect(words(await flow.types('U0RAJ', '/reject prod'))).toContain('Why is v1.4.0 to be rejected?');
    await flow.mentions('U0RAJ', 'reject the canary looks bad', { threadTs });

    expect(words(await flow.sees('ended: rejected by Raj'))).toContain('the canary looks bad');
    expect(seenTimes('Approve v1.4.0 to production?')).toBe(0);
  });
});
