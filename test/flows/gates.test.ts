import { afterEach, describe, expect, it } from 'vitest';
import { type Flow, startFlow, words } from '../support/flow.ts';

let flow: Flow;
let tagged = 0;

afterEach(() => flow.stop());

/** Starts with v1.4.0 waiting at its gate, and keys for production and its canary. */
async function startWith(keys: string, canary = ''): Promise<void> {
  const file = `
projects:
  - project: acme/production-app
    channels: [{ id: C0DEPLOYS }]
    environments:
      production: { aliases: [prod], ${keys} }
      production-canary: { ${canary} }
identity:
  users: { U0ANN: ann, U0RAJ: raj, U0MIA: mia, U0GIL: gil }
`;
  flow = await startFlow({ file });
  tagged = (await flow.gitlab.pushTag('v1.4.0')).id;
  await flow.gitlab.settle(tagged);
}

/** Somebody runs a job of the tag's pipeline again on GitLab's page. */
async function runAgain(job: string, outcome: 'success' | 'failed', pipelineId = tagged): Promise<void> {
  await flow.gitlab.retry(flow.gitlab.job(job, pipelineId).id);
  await flow.gitlab.finish(job, outcome, { pipelineId });
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

  it('refuses a commit that failed there since, until it has succeeded again', async () => {
    await startWith('after: [staging]');
    await runAgain('deploy-staging', 'failed');

    const refused = await answerTo('/deploy prod v1.4.0');
    await runAgain('deploy-staging', 'success');
    await flow.gitlab.settle(tagged);

    expect(refused).toContain('v1.4.0 was not deployed to production.');
    expect(refused).toContain('Its newest deployment to staging, which comes first, failed');
    expect(refused).toContain('Code: failed_before');
    expect(await answerTo('/deploy prod v1.4.0')).toContain('Deploy v1.4.0 to production?');
  });

  it('does not stop a rollback to such a commit, which is recorded as exempt', async () => {
    await startWith('after: [staging]');
    const old = flow.gitlab.state().projects[0]?.pipelines.find(({ ref }) => ref === 'v1.2.0')?.id;
    await runAgain('deploy-staging', 'failed', old);

    await flow.types('U0ANN', '/rollback prod');
    await flow.presses('U0ANN', 'Roll back');

    await flow.sees('rolls production back to v1.2.0');
    expect(flow.audit()).toContainEqual(
      expect.objectContaining({ action: 'rollback.confirm', outcome: 'allowed', reason: 'exempt_order' }),
    );
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

  it('refuses while a job has not ended', async () => {
    await startWith('requires: [unit-tests]');
    await flow.gitlab.retry(flow.gitlab.job('unit-tests', tagged).id);

    const refused = await answerTo('/deploy prod v1.4.0');

    expect(refused).toContain('unit-tests (pending)');
    expect(refused).toContain('Code: checks_not_passed');
  });

  it('goes by the newest run of a job: a failure hides an older success, and a later pass makes good', async () => {
    await startWith('requires: [unit-tests]');
    await runAgain('unit-tests', 'failed');

    const refused = await answerTo('/deploy prod v1.4.0');
    await runAgain('unit-tests', 'success');
    await flow.gitlab.settle(tagged);

    expect(refused).toContain('unit-tests');
    expect(refused).toContain('Code: checks_not_passed');
    expect(await answerTo('/deploy prod v1.4.0')).toContain('Deploy v1.4.0 to production?');
  });
});

describe('a dry run', () => {
  it('shows the answer of every gate, the closed ones with their reasons, and changes nothing', async () => {
    await startWith(String.raw`versions: '^v1\.[0-3]\.', after: [development, staging], requires: [verify-deployment]`);
    await flow.types('U0RAJ', '/lock prod hotfix');

    const shown = await answerTo('/deploy prod v1.4.0 LOG_LEVEL=debug --dry-run');

    expect(shown).toContain('could not be deployed to production now.\nNothing was changed.');
    expect(shown).toMatch(/variables: LOG_LEVEL may not be set there/);
    expect(shown).toMatch(/locks: production .* is locked by Raj Patel since .*: hotfix/);
    expect(shown).toMatch(/allowed versions: Only versions that match/);
    expect(shown).toMatch(/order: Its commit was not deployed with success to development yet/);
    expect(shown).toMatch(/required jobs: production needs jobs .* verify-deployment \(created\)/);
    expect(shown).toContain("Passed: your role, freezes (ours and GitLab's), approvals, other deploys, the pipeline.");
    expect(shown).toContain('1. Play deploy-canary → production-canary');
    const own = words(await flow.types('U0MIA', '/deploy prod v1.4.0 --dry-run'));
    expect(own).toContain('In the way: your role: production of acme/production-app is for maintainer');
    expect(words(await flow.types('U0GIL', '/deploy prod v1.4.0 --dry-run'))).toContain('Code: role_too_low');
    expect(flow.audit().map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'lock succeeded',
      'deploy.dry_run allowed',
      'deploy.dry_run allowed',
      'deploy.dry_run refused',
    ]);
  });

  it('in plain words says that nothing stands in the way', async () => {
    await startWith('after: [staging], requires: [unit-tests]');

    const shown = await answerTo('/deploy prod v1.4.0 dry run');

    expect(shown).toContain('could be deployed to production now.');
    expect(shown).toContain('order, required jobs, approvals, other deploys, the pipeline.');
  });
});

describe('the canary on the way', () => {
  it('has gates of its own', async () => {
    await startWith('after: [staging]', 'after: [development]');

    const refused = await answerTo('/deploy prod v1.4.0');

    expect(refused).toContain('v1.4.0 was not deployed to production.');
    expect(refused).toContain('/deploy development v1.4.0');
    expect(refused).toContain('Code: not_deployed_before');
  });
});
