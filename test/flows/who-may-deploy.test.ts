import { afterEach, describe, expect, it } from 'vitest';
import { type Flow, type FlowOptions, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;

afterEach(() => flow.stop());

async function startWithTag(options?: FlowOptions): Promise<void> {
  flow = await startFlow(options);
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
}

const withoutMia = `
projects:
  - project: acme/production-app
    channels: [{ id: C0DEPLOYS }]
identity:
  users: { U0ANN: ann, U0OLU: nobody-of-this-name }
`;

function deployersRule(who: string): FlowOptions {
  return {
    file: `
projects:
  - project: acme/production-app
    channels: [{ id: C0DEPLOYS }]
    environments:
      production: { aliases: [prod], deployers: [${who}] }
      production-canary: { deployers: [${who}] }
identity:
  users: { U0ANN: ann, U0MIA: mia }
`,
  };
}

describe('a deploy is refused, recorded and changes nothing', () => {
  it('for somebody who is no member of the project, naming the missing role', async () => {
    await startWithTag();
    flow.gitlab.setMember('mia', undefined);

    const answer = await flow.types('U0MIA', '/deploy prod v1.4.0');

    expect(words(answer)).toContain('v1.4.0 was not deployed to production.');
    expect(words(answer)).toContain('This is for maintainer, and @mia is not a member of the project.');
    expect(flow.audit().at(-1)).toMatchObject({
      action: 'deploy',
      outcome: 'refused',
      reason: 'not_a_member',
      environment: 'production',
      actor: { slackUserId: 'U0MIA', gitlab: { username: 'mia' } },
    });
    expect(flow.writes()).toEqual([]);
  });

  it('for somebody who is no member without telling what an alias stands for', async () => {
    await startWithTag();
    flow.gitlab.setMember('mia', undefined);

    const answer = await flow.types('U0MIA', '/deploy app:prod v1.4.0');

    expect(words(answer)).toContain('Code: not_a_member');
    expect(JSON.stringify(answer.blocks)).not.toContain('acme/production-app');
  });

  it('for a developer on production, though not on staging', async () => {
    await startWithTag();

    const production = await flow.types('U0MIA', '/deploy prod v1.4.0');
    const staging = await flow.types('U0MIA', '/deploy staging v1.4.0');

    expect(words(production)).toContain(
      'production of acme/production-app is for maintainer, and @mia is developer in the project.',
    );
    expect(words(staging)).toContain('Code: already_live');
  });

  it.each([
    ['is in no list', 'U0MIA'],
    ['is listed with a name that GitLab does not know', 'U0OLU'],
  ])('for somebody who %s, with what to ask for', async (_, user) => {
    await startWithTag({ file: withoutMia });

    const answer = await flow.types(user, '/deploy production v1.4.0');

    expect(words(answer)).toContain('I do not know your GitLab account');
    expect(words(answer)).toContain(`${user}: your-gitlab-username`);
    expect(words(answer)).toContain('Code: actor_not_linked');
    expect(flow.audit().at(-1)).toMatchObject({ outcome: 'refused', reason: 'actor_not_linked' });
  });

  it('for a guest of the workspace, whatever GitLab says of them', async () => {
    await startWithTag();
    flow.gitlab.setMember('gil', 50);

    const answer = await flow.types('U0GIL', '/deploy prod v1.4.0');
    const look = await flow.types('U0GIL', '/deployments prod');

    expect(words(answer)).toContain('Guests and bots can look, not deploy.');
    expect(words(answer)).toContain('Code: guest');
    expect(words(look)).toContain('production runs v1.3.0');
    expect(flow.audit().at(-2)).toMatchObject({ outcome: 'refused', reason: 'guest' });
  });

  // The mention of a version alone: typed as a command it opens a form.
  it.each(['deploy nowhere v1.4.0', 'deploy v1.4.0'])(
    'for somebody who is no member without telling which environments there are: %s',
    async (line) => {
      await startWithTag();
      flow.gitlab.setMember('mia', undefined);

      const answer = await flow.mentions('U0MIA', line);

      expect(words(answer)).toContain('Code: not_a_member');
      expect(JSON.stringify(answer)).not.toContain('staging');
    },
  );

  it('to a person of another workspace nothing is answered at all', async () => {
    await startWithTag();
    const ann = flow.slack.users().find((user) => user.id === 'U0ANN');
    if (ann) flow.slack.setUser({ ...ann, teamId: 'T0OTHER' });

    const delivery = await flow.slack.command({
      user: 'U0ANN',
      channel: 'C0DEPLOYS',
      command: '/deploy',
      text: 'prod v1.4.0',
    });
    await flow.types('U0RAJ', '/deployments prod');

    expect(delivery.status).toBe(200);
    expect(flow.slack.ephemerals('U0ANN')).toEqual([]);
  });
});

describe('the configured deployers', () => {
  it.each([
    ['a role', 'developer'],
    ['a GitLab user', '"@mia"'],
    ['a Slack user', 'U0MIA'],
  ])('given as %s may deploy', async (_, who) => {
    await startWithTag(deployersRule(who));

    const plan = await flow.types('U0MIA', '/deploy prod v1.4.0');

    expect(words(plan)).toContain('Deploy v1.4.0 to production?');
  });

  it('do not include a maintainer who is not named', async () => {
    await startWithTag(deployersRule('"@mia"'));

    const answer = await flow.types('U0ANN', '/deploy prod v1.4.0');

    expect(words(answer)).toContain(
      'production of acme/production-app is for @mia, and @ann is maintainer in the project.',
    );
    expect(words(answer)).toContain('Code: not_a_deployer');
  });
});

describe('a confirmed deploy', () => {
  it('is recorded with both identities, from the command to the job', async () => {
    await startWithTag();

    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('the play is recorded', () => flow.audit().length >= 4);

    expect(flow.audit().map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'deploy allowed',
      'deploy.confirm allowed',
      'job.play intended',
      'job.play succeeded',
    ]);
    for (const entry of flow.audit()) {
      expect(entry.actor).toMatchObject({ slackUserId: 'U0ANN', gitlab: { username: 'ann' } });
      expect(entry).toMatchObject({ environment: 'production', version: 'v1.4.0' });
    }
  });
});
