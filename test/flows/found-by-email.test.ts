import { afterEach, describe, expect, it } from 'vitest';
import type { GitLabServer } from '../../src/sandbox/gitlab-server/server.ts';
import { emailScope, requiredScopes } from '../../src/slack/scopes.ts';
import { type Flow, type FlowOptions, startFlow, words } from '../support/flow.ts';

let flow: Flow;

afterEach(() => flow.stop());

const ann = 'U0ANN';
const address = 'ann@acme.example';

const file = `
projects:
  - project: acme/production-app
    channels: [{ id: C0DEPLOYS }]
    environments:
      production: { aliases: [prod], approvals: { required: 1 } }
identity: { users: { U0RAJ: raj }, email: true }
`;

/** Slack knows Ann as ann@acme.example, and tells the bot. */
async function start(before: (gitlab: GitLabServer) => void, options: FlowOptions = {}): Promise<void> {
  flow = await startFlow({
    file,
    scopes: [...requiredScopes, emailScope],
    before: async (gitlab) => before(gitlab),
    ...options,
  });
}

const makePublic = (gitlab: GitLabServer): void =>
  gitlab.setAccount('ann', { email: 'Ann@Acme.Example', publicEmail: 'Ann@Acme.Example' });

const showToAdmin = (gitlab: GitLabServer): void => {
  gitlab.setAccount('chatops', { isAdmin: true });
  gitlab.setAccount('ann', { email: address });
};

async function release(): Promise<number> {
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
  return id;
}

async function failing(authorEmail: string): Promise<void> {
  flow.gitlab.planFailure('unit-tests');
  const { id } = await flow.gitlab.pushBranch('main', { username: 'raj', authorName: 'A. Smith', authorEmail });
  await flow.gitlab.settle(id);
}

describe('with identity.email, somebody whom nobody named', () => {
  it.each([
    ['whose address is public', makePublic],
    ['whose address the token’s user, an administrator, is shown', showToAdmin],
  ])('%s acts as that GitLab user', async (_, before) => {
    await start(before);
    await release();

    const plan = await flow.types(ann, '/deploy prod v1.4.0');
    const who = await flow.types(ann, '/chatops whoami');

    expect(words(plan)).toContain('Deploy v1.4.0 to production?');
    expect(words(who)).toContain('You are @ann in GitLab.');
    expect(words(who)).toContain('by the e-mail address that you confirmed in Slack and in GitLab');
    expect(flow.audit().at(-1)).toMatchObject({ actor: { slackUserId: ann, gitlab: { username: 'ann' } } });
  });

  it.each<[string, (gitlab: GitLabServer) => void]>([
    [
      'has an address that is neither public nor for the token to see',
      (to) => to.setAccount('ann', { email: address }),
    ],
    [
      'never confirmed the address in GitLab',
      (to) => {
        showToAdmin(to);
        to.setAccount('ann', { isConfirmed: false });
      },
    ],
    [
      'is blocked in GitLab',
      (to) => {
        makePublic(to);
        to.setAccount('ann', { state: 'blocked' });
      },
    ],
    [
      'has the address of a bot',
      (to) => {
        showToAdmin(to);
        to.setAccount('ann', { bot: true });
      },
    ],
    [
      'shares the address with another',
      (to) => {
        makePublic(to);
        to.setAccount('raj', { email: address, publicEmail: address });
      },
    ],
    ['has a name like the address alone', (to) => void to.addUser(address, { accessLevel: 40 })],
  ])('%s stays unknown', async (_, before) => {
    await start(before);
    await release();

    expect(words(await flow.types(ann, '/deploy prod v1.4.0'))).toContain('Code: actor_not_linked');
    expect(words(await flow.types(ann, '/chatops whoami'))).toContain('No GitLab user shows me the address');
  });

  it.each<[string, Partial<ReturnType<Flow['slack']['users']>[number]>]>([
    ['has not confirmed the address in Slack', { isEmailConfirmed: false }],
    ['is a guest', { isGuest: true }],
  ])('who %s stays unknown', async (_, change) => {
    await start(makePublic);
    await release();
    const user = flow.slack.users().find(({ id }) => id === ann);
    if (user) flow.slack.setUser({ ...user, ...change });

    const who = await flow.types(ann, '/chatops whoami');

    expect(words(who)).toContain('I do not know who you are in GitLab.');
  });

  it('stays unknown where the app lacks the scope', async () => {
    await start(makePublic, { scopes: requiredScopes });
    await release();

    expect(words(await flow.types(ann, '/deploy prod v1.4.0'))).toContain('Code: actor_not_linked');
  });

  it('stays unknown while it is off', async () => {
    await start(makePublic, { file: file.replace('email: true', 'email: false') });
    await release();

    expect(words(await flow.types(ann, '/deploy prod v1.4.0'))).toContain('Code: actor_not_linked');
  });
});

describe('a second Slack account with the address of somebody', () => {
  it('cannot approve what the first one asked for', async () => {
    await start(makePublic, { file: file.replace('U0RAJ: raj', 'U0MIA: ann') });
    await release();
    await flow.types('U0MIA', '/deploy prod v1.4.0');
    await flow.presses('U0MIA', 'Deploy');
    const request = await flow.sees('Approve v1.4.0 to production?');

    await flow.pressesOn(ann, request, 'Approve');

    await flow.reads(ann, 'Code: approval_own_deploy');
    expect(flow.played()).not.toContain('deploy-prod');
  });
});

describe('the author of a commit that failed', () => {
  it('is mentioned by their address, which nobody gets to read', async () => {
    await start(() => undefined);

    await failing('Ann@acme.example');

    expect(words(await flow.sees(`@${ann}`))).toContain('failed');
    expect(JSON.stringify(flow.shown())).not.toContain('acme.example');
    expect(JSON.stringify(flow.audit()) + JSON.stringify(flow.observed())).not.toContain('acme.example');
  });

  it('is nobody where the address is of nobody here, or of a guest', async () => {
    await start(() => undefined);

    await failing('gil@acme.example');

    await flow.sees('unit-tests');
    expect(JSON.stringify(flow.shown())).not.toContain('"type":"user"');
  });

  it('is told without a mention where Slack does not say whose address it is', async () => {
    await start(() => undefined);
    flow.slack.faults.add({ method: 'users.lookupByEmail', effect: { kind: 'http', status: 500 } });

    await failing(address);

    await flow.sees('unit-tests');
    expect(JSON.stringify(flow.shown())).not.toContain('"type":"user"');
  });
});
