import { afterEach, describe, expect, it } from 'vitest';
import { type Flow, startFlow, words } from '../support/flow.ts';

let flow: Flow;

afterEach(() => flow.stop());

/** Starts with v1.4.0 waiting at its gate, and keys for production. */
async function startWith(keys: string): Promise<void> {
  const file = `
projects:
  - project: acme/production-app
    channels: [{ id: C0DEPLOYS }]
    environments:
      production: { aliases: [prod], ${keys} }
identity:
  users: { U0ANN: ann }
`;
  flow = await startFlow({ file });
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
}

async function answerTo(line: string): Promise<string> {
  const answer = words(await flow.types('U0ANN', line));
  expect(flow.writes()).toEqual([]);
  return answer;
}

describe('versions', () => {
  it('lets pass what matches and names the pattern to the rest', async () => {
    await startWith(String.raw`versions: '^v1\.[0-3]\.'`);

    const refused = await answerTo('/deploy prod v1.4.0');

    expect(refused).toContain(String.raw`^v1\.[0-3]\.`);
    expect(refused).toContain('Code: version_not_allowed');
  });
});

describe('after', () => {
  it('lets pass a commit that succeeded there', async () => {
    await startWith('after: [staging]');

    expect(await answerTo('/deploy prod v1.4.0')).toContain('Deploy v1.4.0 to production?');
  });

  it('refuses a commit that never came there and says where it has to go first', async () => {
    await startWith('after: [staging, development]');

    const refused = await answerTo('/deploy prod v1.4.0');

    expect(refused).toContain('was not deployed with success to development yet');
    expect(refused).toContain('/deploy development v1.4.0');
    expect(refused).toContain('Code: not_deployed_before');
  });
});

describe('requires', () => {
  it('lets pass when each job has passed', async () => {
    await startWith('requires: [unit-tests]');

    expect(await answerTo('/deploy prod v1.4.0')).toContain('Deploy v1.4.0 to production?');
  });

  it('refuses and names the jobs that are missing or have not ended', async () => {
    await startWith('requires: [unit-tests, deploy-dev, verify-deployment]');

    const refused = await answerTo('/deploy prod v1.4.0');

    expect(refused).toContain('deploy-dev (not in its pipeline)');
    expect(refused).toContain('verify-deployment (created)');
    expect(refused).not.toContain('unit-tests');
    expect(refused).toContain('Code: checks_not_passed');
  });
});

describe('a dry run', () => {
  it('asks the gates as well', async () => {
    await startWith('after: [development]');

    const refused = await answerTo('/deploy prod v1.4.0 --dry-run');

    expect(refused).toContain('Dry run: v1.4.0 was not deployed to production.');
    expect(refused).toContain('Code: not_deployed_before');
  });

  it('in plain words says that nothing stands in the way', async () => {
    await startWith('after: [staging], requires: [unit-tests]');

    expect(await answerTo('/deploy prod v1.4.0 dry run')).toContain('order, required jobs');
  });
});
