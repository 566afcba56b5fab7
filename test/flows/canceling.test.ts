import { afterEach, describe, expect, it } from 'vitest';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;

afterEach(() => flow.stop());

async function says(user: string, line: string): Promise<string> {
  return words(await flow.types(user, line));
}

async function tagAtGate(file?: string): Promise<number> {
  flow = await startFlow(file === undefined ? {} : { file });
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
  return id;
}

describe('/chatops cancel', () => {
  it('ends one’s own plan, which Deploy does not start any more', async () => {
    await tagAtGate();
    expect(await says('U0ANN', '/chatops cancel')).toContain('Code: nothing_to_cancel');
    const plan = await flow.types('U0ANN', '/deploy prod v1.4.0');

    expect(await says('U0ANN', '/chatops cancel')).toContain('Canceled: v1.4.0 was not deployed to production.');
    await flow.presses('U0ANN', 'Deploy', plan);
    await until('the press is recorded', () => flow.audit().some(({ reason }) => reason === 'already_used'));
    expect(flow.writes()).toEqual([]);
  });

  it('says of each of several what it is', async () => {
    await tagAtGate();
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.types('U0ANN', '/pipeline run v1.4.0');

    const asked = words(await flow.types('U0ANN', '/chatops cancel'));

    expect(asked).toContain('Several can be canceled. Which one?');
    expect(asked).toContain('The plan: v1.4.0 to production');
    expect(asked).toContain('The plan: a new pipeline of v1.4.0');
  });

  it('ends a deploy under way for who asked and for a maintainer, and for nobody else', async () => {
    const id = await tagAtGate();
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary starts', () => flow.gitlab.job('deploy-canary', id).status !== 'manual');
    const root = await flow.sees('v1.4.0 · ');
    const threadTs = root.threadTs ?? root.ts;

    const refused = words(await flow.mentions('U0MIA', 'cancel', { threadTs }));
    expect(refused).toContain('@U0ANN');
    expect(refused).toContain('Code: cancel_not_yours');
    const asked = await flow.types('U0RAJ', '/chatops cancel');
    expect(words(asked)).toContain('Nothing here was asked for by you, and you may cancel what others asked for.');
    expect(words(asked)).toContain('Code: which_to_cancel');
    await flow.presses('U0RAJ', 'Under way: v1.4.0 to production', asked);

    await flow.reads('U0RAJ', 'canceled');
    await flow.gitlab.settle(id);
    expect(flow.played()).toEqual(['deploy-canary']);
    await until('the end is recorded', () => flow.audit().some(({ action }) => action === 'operation.end'));
    expect(flow.audit()).toContainEqual(
      expect.objectContaining({ action: 'cancel', outcome: 'succeeded', reason: 'operation_canceled' }),
    );
    expect(flow.audit()).toContainEqual(expect.objectContaining({ action: 'operation.end', outcome: 'failed' }));
    expect(await says('U0ANN', '/chatops cancel')).toContain('Code: nothing_to_cancel');
  });

  it('ends it for an admin of the bot too, whatever their role in the project', async () => {
    const id = await tagAtGate(`
projects:
  - project: acme/production-app
    channels: [{ id: C0DEPLOYS }]
    environments: { production: { aliases: [prod] } }
operations: { admins: [U0MIA] }
identity:
  users: { U0ANN: ann, U0MIA: mia }
`);
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary starts', () => flow.gitlab.job('deploy-canary', id).status !== 'manual');

    await flow.pressesOn('U0MIA', await flow.sees('Now: step 1'), 'Cancel');

    await flow.sees('The deploy of v1.4.0 to production was canceled.');
    expect(flow.audit().find(({ action }) => action === 'operation.cancel')).toMatchObject({
      outcome: 'allowed',
      actor: { slackUserId: 'U0MIA', gitlab: { username: 'mia' } },
    });
  });
});
