import { afterEach, describe, expect, it } from 'vitest';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

const file = `
projects:
  - project: acme/production-app
    channels: [{ id: C0DEPLOYS }, { id: C0RELEASE }, { id: C0OPS, environments: [staging] }]
    environments:
      production:
        aliases: [prod]
        deployers: [developer]
        after: [development]
        freeze: [{ from: '0 16 * * 5', to: '0 8 * * 1', timezone: Europe/Paris }]
      production-canary: { deployers: [developer] }
operations: { emergency: [U0MIA] }
identity:
  users: { U0ANN: ann, U0RAJ: raj, U0MIA: mia, U0OLU: olu, U0GIL: gil }
`;

const line = '/deploy prod v1.4.0';
const override = `${line} --override "checkout is down"`;

let flow: Flow;
let now: Date;

afterEach(() => flow.stop());

/** Friday 17:30 in Paris, after summer time has ended, with v1.4.0 waiting at its gate. */
async function startOnFriday(): Promise<number> {
  now = new Date('2026-10-30T16:30:00Z');
  flow = await startFlow({ file, clock: { now: () => now } });
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
  return id;
}

async function says(user: string, text: string): Promise<string> {
  return words(await flow.types(user, text));
}

describe('an override', () => {
  it('takes a role and a reason, and is shown to nobody else', async () => {
    await startOnFriday();
    flow.gitlab.setMember('raj', 30);

    expect(await says('U0RAJ', line)).not.toContain('--override');
    expect(await says('U0RAJ', override)).toContain('Code: override_not_allowed');
    expect(await says('U0MIA', line)).toMatch(/is frozen since .*\n.*\n.*\n.*In an emergency.*\n.*--override/);
    expect(await says('U0MIA', `${line} --override`)).toContain('--override needs a value.');
    expect(flow.writes()).toEqual([]);
  });

  it('goes past freeze and order, is told at top level and recorded, and is reviewed by somebody else', async () => {
    const id = await startOnFriday();

    const plan = await says('U0MIA', override);
    expect(plan).toContain('Emergency: it goes past the freeze and the order of environments.');
    expect(plan).toContain('Reason: checkout is down');
    await flow.presses('U0MIA', 'Deploy');
    await until('the canary starts', () => flow.gitlab.job('deploy-canary', id).status !== 'manual');

    const told = await flow.sees('Emergency: ');
    expect(words(told)).toMatch(/Mia Novak deploys v1\.4\.0 to production of .* past the freeze and the order/);
    expect(told.threadTs ?? told.ts).toBe(told.ts);
    await flow.sees('Emergency: ', 'C0RELEASE');
    expect(flow.shown('C0OPS').map(words).join()).not.toContain('Emergency');
    expect(flow.audit()).toContainEqual(
      expect.objectContaining({
        action: 'deploy.confirm',
        outcome: 'allowed',
        reason: 'override',
        override: 'checkout is down',
      }),
    );
    await flow.pressesOn('U0MIA', told, 'Reviewed');
    await flow.reads('U0MIA', 'Code: role_too_low');

    now = new Date('2026-10-31T17:00:00Z');
    await flow.restart();
    const reminder = await flow.sees('nobody has reviewed this override yet');
    expect(reminder.threadTs).toBe(told.ts);
    await flow.pressesOn('U0OLU', told, 'Reviewed');
    await flow.sees('Reviewed by Olu Ade');
    await flow.sees('Reviewed by Olu Ade', 'C0RELEASE');
    expect(flow.audit().at(-1)).toMatchObject({ action: 'override.review', outcome: 'succeeded' });
  });

  it('does not open the freeze of GitLab, nor a lock', async () => {
    await startOnFriday();
    await flow.types('U0RAJ', '/lock prod hotfix');

    expect(await says('U0ANN', override)).toContain('Code: locked');
    await flow.types('U0RAJ', '/unlock prod');
    const answer = await fetch(`${flow.gitlab.url}/api/v4/projects/42/freeze_periods`, {
      method: 'POST',
      headers: { 'private-token': flow.gitlab.tokenOf('ann'), 'content-type': 'application/json' },
      body: JSON.stringify({ freeze_start: '0 16 * * 5', freeze_end: '0 8 * * 1', cron_timezone: 'Europe/Paris' }),
    });
    expect(answer.status).toBe(201);

    const frozen = await says('U0ANN', override);
    expect(frozen).toContain('by a deploy freeze in GitLab');
    expect(frozen).not.toContain('In an emergency');
    expect(flow.writes()).toEqual([]);
  });

  it('with nothing to go past is a deploy like any other', async () => {
    await startOnFriday();
    now = new Date('2026-10-28T12:00:00Z');
    const stagingFirst = override.replace('prod v1.4.0', 'staging v1.4.0 --again');

    const plan = await says('U0ANN', stagingFirst);

    expect(plan).toContain('There is nothing to override');
    expect(plan).not.toContain('Emergency');
  });
});
