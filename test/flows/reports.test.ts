import { afterEach, describe, expect, it } from 'vitest';
import type { SandboxMessage } from '../../src/sandbox/slack-server/workspace.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';
import { quiet } from '../support/webhooks.ts';

let flow: Flow;

afterEach(() => flow.stop());

/** Without a poll, so that what the bot asks GitLab it asks for a reply. */
function fileTelling(notify: string): string {
  return `
projects:
  - project: acme/production-app
    events: webhook
    channels: [{ id: ${deploys}, notify: [${notify}] }]
identity:
  users: { U0ANN: ann, U0RAJ: raj, U0MIA: mia }
`;
}

const told = fileTelling('failed, succeeded, fixed');

/** What the bot asked GitLab about pipelines. */
function questions(): readonly string[] {
  return flow.gitlab.requests
    .filter((request) => request.username === 'chatops' && request.path.includes('/pipelines'))
    .map((request) => request.path.replace(/^.*\/projects\/\d+\//, ''));
}

async function failOnMain(failedTests?: readonly string[]): Promise<SandboxMessage> {
  flow.gitlab.planFailure('unit-tests', failedTests ? { failedTests } : {});
  const { id } = await flow.gitlab.pushBranch('main');
  await flow.gitlab.settle(id);
  return flow.sees('The pipeline of main failed');
}

describe('the reply that a pipeline failed', () => {
  it('gets its tests, the failing ones by name, and the coverage against main', async () => {
    flow = await startFlow({ file: told });
    const names = Array.from({ length: 7 }, (_, index) => `test_total_${index + 1} <!channel>`);

    await failOnMain(names);
    const reply = await flow.sees('tests: 7 failed');

    expect(words(reply)).toContain('The pipeline of main failed at unit-tests');
    expect(words(reply)).toMatch(/96 tests: 7 failed · coverage 89\.7 % \(−1\.3 since main\)/);
    expect(words(reply)).toContain('• test_total_1 <!channel>\n• test_total_2');
    expect(words(reply)).toContain('and 2 more');
    expect(words(reply)).not.toContain('test_total_6');
    expect(flow.shown().filter((message) => words(message).includes('The pipeline of main failed'))).toHaveLength(1);
  });

  it('is told at once, and gets them by an edit when GitLab is back', async () => {
    flow = await startFlow({ file: told });
    flow.gitlab.faults.status({ path: '/test_report_summary' }, 502, { count: 4 });

    const first = await failOnMain();
    expect(words(first)).not.toContain('tests:');
    const later = await flow.sees('1 failed · coverage');

    expect(later.ts).toBe(first.ts);
  });

  it('stays as it is when GitLab does not show the tests', async () => {
    flow = await startFlow({ file: told });
    flow.gitlab.faults.status({ path: '/test_report_summary' }, 403);

    await failOnMain();
    const reply = await flow.sees('Coverage 89.7 %');

    expect(words(reply)).toContain('The pipeline of main failed at unit-tests');
    expect(words(reply)).not.toContain('tests:');
  });
});

describe('the reply that a pipeline passed', () => {
  it('gets its tests and coverage', async () => {
    flow = await startFlow({ file: told });

    const { id } = await flow.gitlab.pushBranch('main');
    await flow.gitlab.settle(id);
    const reply = await flow.sees('96 tests passed');

    expect(words(reply)).toContain('The pipeline of main passed');
  });

  it('costs one call and shows nothing where nothing was reported', async () => {
    flow = await startFlow({ file: told, gitlab: { ciYaml: 'build:\n  script: ["true"]\n' } });
    const { id } = await flow.gitlab.pushBranch('main');
    await flow.gitlab.settle(id);

    const reply = await flow.sees('The pipeline of main passed');
    await until('it was asked', () => questions().length > 0);
    await quiet(flow);

    expect(questions()).toEqual([`pipelines/${id}/jobs`]);
    expect(words(reply)).not.toMatch(/tests|coverage/i);
  });

  it('asks GitLab nothing where the channel is told nothing', async () => {
    flow = await startFlow({ file: fileTelling('failed') });

    const { id } = await flow.gitlab.pushBranch('main');
    await flow.gitlab.settle(id);
    await quiet(flow);

    expect(questions()).toEqual([]);
  });
});

describe('Show log', () => {
  const secretLog = [
    'Cloning https://deployer:hunter2-hunter2@git.example.com/app.git',
    "curl -H 'Authorization: Basic dXNlcjpwYXNzd29yZA=='",
    '-----BEGIN RSA PRIVATE KEY-----',
    'MIIEpAIBAAKCAQEA7',
    '-----END RSA PRIVATE KEY-----',
    'token glpat-abcdefghij0123456789',
    ...Array.from({ length: 30 }, (_, index) => `step ${index + 1} of 30`),
  ].join('\n');

  async function failedJob(): Promise<SandboxMessage> {
    flow = await startFlow({ file: told });
    flow.gitlab.planFailure('unit-tests', { log: secretLog });
    const { id } = await flow.gitlab.pushBranch('main');
    await flow.gitlab.settle(id);
    return flow.sees('unit-tests failed in stage test');
  }

  it('answers the one who presses alone, with the end of the log and its secrets masked', async () => {
    const reply = await failedJob();
    await quiet(flow);
    const before = flow.shown().length;

    await flow.pressesOn('U0ANN', reply, 'Show log');
    const answer = await flow.reads('U0ANN', 'The end of the log of unit-tests');

    expect(words(answer)).toContain('step 1 of 30\nstep 2 of 30');
    expect(words(answer)).toContain('https://[secret]@git.example.com/app.git');
    expect(words(answer)).not.toMatch(/hunter2|dXNlcjp|MIIEpA|glpat-/);
    expect(JSON.stringify(answer.blocks)).toMatch(/"url":"[^"]+\/-\/jobs\/\d+"/);
    expect(flow.shown()).toHaveLength(before);
    expect(flow.slack.ephemerals('U0RAJ')).toEqual([]);
    expect(flow.audit().at(-1)).toMatchObject({
      action: 'job.log',
      outcome: 'allowed',
      actor: { slackUserId: 'U0ANN', gitlab: { username: 'ann' } },
    });
  });

  it.each([
    ['a guest of the project', 'U0MIA', 10, 'role_too_low'],
    ['somebody who is no member', 'U0MIA', undefined, 'not_a_member'],
    ['a stranger', 'U0GIL', undefined, 'actor_not_linked'],
  ])('refuses %s', async (_, user, accessLevel, code) => {
    const reply = await failedJob();
    flow.gitlab.setMember('mia', accessLevel);
    const asked = flow.gitlab.requests.length;

    await flow.pressesOn(user, reply, 'Show log');
    const answer = await flow.reads(user, 'The log was not shown.');

    expect(words(answer)).not.toContain('step 1 of 30');
    expect(words(answer)).toContain(`Code: ${code}`);
    expect(flow.gitlab.requests.slice(asked).filter((request) => request.path.endsWith('/trace'))).toEqual([]);
    expect(flow.audit().at(-1)).toMatchObject({ action: 'job.log', outcome: 'refused', reason: code });
  });

  it('is there on a failed deployment too', async () => {
    flow = await startFlow();
    flow.gitlab.planFailure('deploy-staging');
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    const reply = await flow.sees('The deployment of v1.4.0 to staging failed');

    await flow.pressesOn('U0RAJ', reply, 'Show log');

    expect(words(await flow.reads('U0RAJ', 'The end of the log of deploy-staging'))).toContain('UPGRADE FAILED');
  });
});
