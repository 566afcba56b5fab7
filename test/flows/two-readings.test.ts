import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { infraYaml } from '../support/child-project.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';

/** `prod` is an environment of the channel's project, and another project that the channel has a default for. */
const file = `
projects:
  - project: acme/production-app
    channels: [{ id: ${deploys}, default: true }]
    environments: { production: { aliases: [prod] } }
  - project: acme/prod
    aliases: [prod]
    channels: [{ id: ${deploys}, default_environment: production }]
    environments: { production: {} }
identity:
  users: { U0ANN: ann }
`;

let flow: Flow;

beforeAll(async () => {
  flow = await startFlow({ file, gitlab: { otherProjects: [{ id: 77, path: 'acme/prod', ciYaml: infraYaml }] } });
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
});

afterAll(() => flow.stop());

describe('a word that is a project and an environment alike', () => {
  it('is asked about with two buttons, and the pressed one is planned', async () => {
    const question = await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'acme/production-app: prod v1.4.0', question);
    await flow.reads('U0ANN', 'Deploy v1.4.0 to production?');
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'acme/prod: production v1.4.0');

    expect(words(question)).toContain('prod v1.4.0 can be read in two ways. Which do you mean?');
    expect(words(question)).toContain('Code: two_readings');
    expect(words(await flow.reads('U0ANN', 'acme/prod has no tag, branch or commit v1.4.0'))).toContain(
      'version_unknown',
    );
    expect(flow.writes()).toEqual([]);
  });

  it('is no question where only one reading leads anywhere', async () => {
    expect(words(await flow.types('U0ANN', '/deploy prod production v1.4.0'))).toContain('acme/prod has no tag');
    expect(words(await flow.types('U0ANN', '/deploy production v1.4.0'))).toContain('Deploy v1.4.0 to production?');
  });
});
