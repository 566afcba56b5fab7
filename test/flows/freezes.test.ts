import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/app/ports.ts';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;

afterEach(() => flow.stop());

const file = `
projects:
  - project: acme/production-app
    channels: [{ id: C0DEPLOYS }]
    environments:
      production:
        aliases: [prod]
        freeze: [{ from: '0 16 * * 5', to: '0 8 * * 1', timezone: Europe/Paris }]
identity:
  users: { U0ANN: ann, U0RAJ: raj, U0MIA: mia, U0OLU: olu, U0GIL: gil }
`;

/** A clock that stands until it is set. */
function clockAt(text: string): Clock & { set(text: string): void } {
  let now = new Date(text);
  return {
    now: () => now,
    set: (next) => {
      now = new Date(next);
    },
  };
}

/** Starts with v1.4.0 waiting at its gate. */
async function startAt(
  text: string,
  options: { readonly file?: string } = {},
): Promise<ReturnType<typeof clockAt> & { readonly pipelineId: number }> {
  const clock = clockAt(text);
  flow = await startFlow({ file, clock, ...options });
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
  return { ...clock, pipelineId: id };
}

/** A maintainer freezes all deployments on GitLab's own page. */
async function freezeInGitLab(period: Readonly<Record<string, string>>): Promise<void> {
  const answer = await fetch(`${flow.gitlab.url}/api/v4/projects/42/freeze_periods`, {
    method: 'POST',
    headers: { 'private-token': flow.gitlab.tokenOf('ann'), 'content-type': 'application/json' },
    body: JSON.stringify(period),
  });
  expect(answer.status).toBe(201);
}

describe('a freeze of chatops.yml', () => {
  it('is judged on the clock of its zone, whatever became of summer time', async () => {
    // Summer time ends in between: Friday 16:00 in Paris was 14:00 UTC a week ago, and is 15:00 UTC now.
    const clock = await startAt('2026-10-30T14:30:00Z');

    const before = words(await flow.types('U0ANN', '/deploy prod v1.4.0'));
    clock.set('2026-10-30T15:00:00Z');
    const frozen = words(await flow.types('U0ANN', '/deploy prod v1.4.0'));
    clock.set('2026-11-02T07:00:00Z');
    const after = words(await flow.types('U0ANN', '/deploy prod v1.4.0'));

    expect(before).toContain('Deploy v1.4.0 to production?');
    expect(frozen).toContain('v1.4.0 was not deployed to production.');
    expect(frozen).toMatch(/production is frozen since 2026-10-30.*, until 2026-11-02/);
    expect(frozen).toContain('Code: frozen');
    expect(after).toContain('Deploy v1.4.0 to production?');
  });

  it('that began after the plan was shown stops its confirmation', async () => {
    const clock = await startAt('2026-10-30T14:55:00Z');
    await flow.types('U0ANN', '/deploy prod v1.4.0');

    clock.set('2026-10-30T15:01:00Z');
    await flow.presses('U0ANN', 'Deploy');

    await flow.reads('U0ANN', 'Code: frozen');
    expect(flow.writes()).toEqual([]);
  });

  it('that begins between the press and the job makes the deploy wait, which is said once, until it ends', async () => {
    const clock = await startAt('2026-10-30T14:55:00Z', { file: file.replace('0 8 * * 1', '10 16 * * 5') });
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary starts', () => flow.gitlab.job('deploy-canary').status !== 'manual');
    await flow.gitlab.settle(clock.pipelineId);
    const question = await flow.sees('Promote v1.4.0 to production?');

    clock.set('2026-10-30T15:01:00Z');
    await flow.pressesOn('U0ANN', question, 'Promote to production');
    await flow.sees('the deploy of v1.4.0 waits: production is frozen since');
    expect(flow.played()).toEqual(['deploy-canary']);
    clock.set('2026-10-30T15:11:00Z');
    await until('production is deployed', () => flow.played().includes('deploy-prod'));

    await flow.sees('The deploy of v1.4.0 to production waited because of a freeze, and went on');
    expect(flow.shown().filter((message) => words(message).includes('because of a freeze'))).toHaveLength(1);
    expect(flow.shown().filter((message) => words(message).includes('waits: production is frozen'))).toEqual([]);
    expect(flow.audit().filter(({ action }) => action === 'operation.pause')).toMatchObject([
      { actor: 'chatops', reason: 'frozen', environment: 'production', policy: expect.any(String) as unknown },
    ]);
  });

  it('does not stop the way back, which is recorded as exempt', async () => {
    await startAt('2026-10-30T16:00:00Z');

    await flow.types('U0ANN', '/rollback prod');
    await flow.presses('U0ANN', 'Roll back');

    await flow.sees('v1.2.0');
    expect(flow.audit()).toContainEqual(
      expect.objectContaining({ action: 'rollback.confirm', outcome: 'allowed', reason: 'exempt_freeze' }),
    );
  });
});

describe('a deploy freeze of GitLab', () => {
  it('stops a deploy and says that it is GitLab that is frozen', async () => {
    await startAt('2026-10-30T16:00:00Z', {
      file: file.replace(/ {8}freeze: .*\n/, ''),
    });
    await freezeInGitLab({ freeze_start: '0 16 * * 5', freeze_end: '0 8 * * 1', cron_timezone: 'Europe/Paris' });

    const frozen = words(await flow.types('U0ANN', '/deploy prod v1.4.0'));

    expect(frozen).toContain('by a deploy freeze in GitLab');
    expect(frozen).toContain('Code: frozen');
  });

  it('whose zone nobody knows may hold now, so nothing is deployed', async () => {
    await startAt('2026-10-28T12:00:00Z');
    await freezeInGitLab({ freeze_start: '0 16 * * 5', freeze_end: '0 8 * * 1', cron_timezone: 'Atlantis' });

    const answer = words(await flow.types('U0ANN', '/deploy prod v1.4.0'));

    expect(answer).toContain('Code: freeze_unreadable');
  });

  it('that the bot may not see is named on the plan', async () => {
    await startAt('2026-10-28T12:00:00Z');
    flow.gitlab.setMember('chatops', 30);

    const plan = words(await flow.types('U0ANN', '/deploy prod v1.4.0'));

    expect(plan).toContain('GitLab shows its deploy freezes to Maintainers only');
    expect(plan).toContain('Deploy v1.4.0 to production?');
  });

  it('that cannot be read lets nothing pass', async () => {
    await startAt('2026-10-28T12:00:00Z');
    flow.gitlab.faults.status({ path: '/freeze_periods' }, 500, { count: 10 });

    const answer = words(await flow.types('U0ANN', '/deploy prod v1.4.0'));

    expect(answer).toContain('/deploy was not carried out.');
  });
});
