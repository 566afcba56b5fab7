import { afterEach, describe, expect, it } from 'vitest';

import { toProductionByHand } from '../support/by-hand.ts';
import { type Flow, type FlowOptions, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;

afterEach(() => flow.stop());

/** Ann rolls back; Raj and Olu are Maintainers. v1.5.0 failed in production, v1.4.0 ran there before. */
async function start(rule: string, options: FlowOptions = {}): Promise<void> {
  flow = await startFlow({
    ...options,
    file: `
projects:
  - project: acme/production-app
    channels: [{ id: C0DEPLOYS }]
    environments: { production: { aliases: [prod], ${rule} } }
identity:
  users: { U0ANN: ann, U0RAJ: raj, U0OLU: olu }
`,
  });
  for (const name of ['raj', 'olu']) flow.gitlab.setMember(name, 40);
  await toProductionByHand(flow, 'v1.4.0', 'success');
  await toProductionByHand(flow, 'v1.5.0', 'failed');
}

const retries = (): number => flow.writes().filter((line) => line.endsWith('/retry')).length;

describe('a rollback', () => {
  it('waits for an approval of ours where rollback.approvals asks for it', async () => {
    await start('approvals: { required: 2 }, rollback: { approvals: 1 }');
    expect(words(await flow.types('U0ANN', '/rollback prod'))).toContain('Approval (maintainer) for production');
    await flow.presses('U0ANN', 'Roll back');

    const request = await flow.sees('Approve the rollback of production to v1.4.0?');
    expect(words(request)).toContain('0 of 1 approvals, by maintainer. Not by who asks.');
    await flow.pressesOn('U0ANN', request, 'Approve');
    await flow.reads('U0ANN', 'Code: approval_own_deploy');
    expect(retries()).toBe(0);
    await flow.pressesOn('U0RAJ', request, 'Approve');

    await until('the job of v1.4.0 runs again', () => retries() === 1);
    await flow.gitlab.settle();
    await flow.sees('production is rolled back to v1.4.0');
    expect(retries()).toBe(1);
  });

  it('names GitLab’s own approvals beforehand, and waits for them', async () => {
    await start('', { gitlab: { tier: 'premium' } });
    flow.gitlab.settings.approvalHooks = true;
    flow.gitlab.protectEnvironment('production', {
      deploy: [30],
      approvals: [{ who: 40, required: 1 }],
    });

    const plan = words(await flow.types('U0ANN', '/rollback prod'));
    expect(plan).toContain('Warning: GitLab waits for approvals of its own before the job runs: Maintainers (1).');
    expect(plan).toMatch(/To wake: (?=.*@U0RAJ)(?=.*@U0OLU)(?!.*@U0ANN)/);
    await flow.presses('U0ANN', 'Roll back');
    await until('the job of v1.4.0 is to run again', () => retries() === 1);
    const request = await flow.sees('Approve the rollback of production to v1.4.0?');
    expect(words(request)).toContain('Maintainers: 0 of 1');
    expect(flow.played()).toEqual([]);
    await flow.gitlab.decide(flow.gitlab.job('deploy-prod', pipelineOf('v1.4.0')).id, 'approved', 'olu');

    await until('the job is played', () => flow.played().length === 1);
    await flow.gitlab.settle();
    await flow.sees('production is rolled back to v1.4.0');
    expect(retries()).toBe(1);
  });

  it('says that one of GitLab’s approvers is to be woken where their names are not to be had', async () => {
    await start('', { gitlab: { tier: 'premium' } });
    flow.gitlab.protectEnvironment('production', { deploy: [30], approvals: [{ who: 40, required: 1 }] });
    flow.gitlab.faults.status({ path: /\/members\/all$/ }, 403, { count: 10 });

    expect(words(await flow.types('U0ANN', '/rollback prod'))).toContain('Maintainers (1). Wake one of them.');
  });

  it('names whom to wake where GitLab’s rule or ours says it', async () => {
    const approvers = "approvals: { required: 1, approvers: ['@raj', maintainer] }";
    await start(approvers, { gitlab: { tier: 'premium' } });
    flow.gitlab.protectEnvironment('production', { deploy: [30], approvals: [{ who: 'olu', required: 1 }] });

    const plan = words(await flow.types('U0ANN', '/rollback prod'));

    expect(plan).toContain('before the job runs: Olu Ade (1). To wake: @U0RAJ');
  });
});

function pipelineOf(ref: string): number {
  const found = flow.gitlab.state().projects.flatMap(({ pipelines }) => pipelines.filter((each) => each.ref === ref));
  return found[0]?.id ?? 0;
}
