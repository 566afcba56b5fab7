import { afterEach, describe, expect, it } from 'vitest';
import { linkingEnv, linksAccount } from '../support/browser.ts';
import { type Flow, type FlowOptions, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;

afterEach(() => flow.stop());

async function startWithTag(options: FlowOptions): Promise<void> {
  flow = await startFlow({ env: linkingEnv(), ...options });
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
}

const file = (production: string): string => `
projects:
  - project: acme/production-app
    channels: [{ id: C0DEPLOYS }]
    environments:
      production: { aliases: [prod], ${production} }
      production-canary: { ${production} }
operations: { admins: [S0PLATFORM] }
identity:
  users: { U0ANN: ann, U0RAJ: raj, U0MIA: mia, U0OLU: olu }
`;

describe('who may deploy', () => {
  it('is whoever is in the Slack user group, and an admin is whoever is in theirs', async () => {
    await startWithTag({ file: file('deployers: [S0ONCALL]') });

    expect(words(await flow.types('U0MIA', '/deploy prod v1.4.0'))).toContain('Deploy v1.4.0 to production?');
    expect(words(await flow.types('U0ANN', '/deploy prod v1.4.0'))).toContain('Code: not_a_deployer');
    expect(words(await flow.types('U0OLU', '/chatops whoami'))).toContain('operations.admins');
  });

  it('has to have linked their account where that is required; two Slack users may be one GitLab user', async () => {
    await startWithTag({ file: file('link: required') });
    expect(words(await flow.types('U0ANN', '/deploy prod v1.4.0'))).toContain('Code: link_required');

    await linksAccount(flow, 'U0ANN', 'ann');
    await linksAccount(flow, 'U0OLU', 'ann');

    expect(words(await flow.types('U0ANN', '/deploy prod v1.4.0'))).toContain('Deploy v1.4.0 to production?');
    expect(words(await flow.types('U0OLU', '/chatops whoami'))).toContain('You are @ann in GitLab');
  });

  it('is asked of GitLab where it protects the environment: the bot lends nobody its own right', async () => {
    await startWithTag({ gitlab: { tier: 'premium' } });
    flow.gitlab.setMember('raj', 40);
    flow.gitlab.protectEnvironment('production', { deploy: ['ann', 'chatops'] });
    flow.gitlab.protectEnvironment('production-canary', { deploy: [40] });

    const refused = await flow.types('U0RAJ', '/deploy prod v1.4.0');
    expect(words(refused)).toContain('is protected in GitLab, and @raj is not among those who may deploy there');
    expect(words(refused)).toContain('Code: environment_protected');
    expect(words(await flow.types('U0ANN', '/deploy prod v1.4.0'))).toContain('Deploy v1.4.0 to production?');

    await flow.presses('U0ANN', 'Deploy');
    await until('the canary starts', () => flow.gitlab.job('deploy-canary').status !== 'manual');
    expect(flow.played()).toEqual(['deploy-canary']);
  });

  it('is asked of the groups above as well, which protect by tier: both have to let somebody in', async () => {
    await startWithTag({ gitlab: { tier: 'premium' } });
    const { gitlab } = flow;
    gitlab.setMember('raj', 40);
    for (const name of ['chatops', 'ann']) gitlab.setGroupMember(name, 40);
    for (const name of ['production', 'production-canary']) gitlab.protectEnvironment(name, { deploy: [40] });
    gitlab.protectTier('acme', 'production', { deploy: [40] });

    expect(words(await flow.types('U0RAJ', '/deploy prod v1.4.0'))).toContain('Code: environment_protected');
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');

    await until('the canary starts', () => gitlab.job('deploy-canary').status !== 'manual');
    expect(flow.played()).toEqual(['deploy-canary']);
  });
});
