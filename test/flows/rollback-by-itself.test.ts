import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { linkingEnv, linksAccount } from '../support/browser.ts';
import { movableClock } from '../support/crash.ts';
import { type Flow, words } from '../support/flow.ts';
import { readMail, startMailServer } from '../support/mail-server.ts';
import { until } from '../support/until.ts';
import { startWatchedFlow, type WatchedFlow } from '../support/watched-flow.ts';

let watched: WatchedFlow;

afterEach(() => watched.stop());

/** The pipeline watches, so that the way to production is short. */
const quick = { CANARY_WATCH: 'job' };

const retries = (flow: Flow): readonly string[] => flow.writes().filter((line) => line.endsWith('/retry'));
const requests = (flow: Flow, deed: 'play' | 'retry'): readonly (string | undefined)[] =>
  flow.gitlab.requests
    .filter(({ method, path, status }) => method === 'POST' && path.endsWith(`/${deed}`) && status < 300)
    .map(({ username }) => username);
const audited = (flow: Flow): readonly string[] =>
  flow.audit().map(({ action, outcome, reason }) => `${action} ${outcome}${reason === undefined ? '' : ` ${reason}`}`);

describe('a deploy whose verification fails', () => {
  it('is rolled back by the bot itself, once, and the environment is locked', async () => {
    watched = await startWatchedFlow({ variables: quick });
    const { flow, service } = watched;
    service.setVersion('wrong');
    const id = await watched.deployCanary('v1.4.0');
    await watched.promote('v1.4.0', id);

    const loud = await flow.sees(
      'v1.4.0 is bad on production of acme/production-app: I roll it back to v1.3.0 by myself.',
    );
    await until('the job of v1.3.0 runs again', () => retries(flow).length === 1);
    await flow.gitlab.settle();
    await flow.sees('v1.4.0 was bad on production of acme/production-app: I rolled it back to v1.3.0 by myself.');
    await flow.sees('Locked: production');

    expect(loud.threadTs).toBeUndefined();
    expect(JSON.stringify(loud.blocks)).toContain('"type":"usergroup","usergroup_id":"S0ONCALL"');
    expect(words(loud)).toContain('Not verified by verify-deployment: the job failed.');
    expect(words(await flow.sees('I roll production back to v1.3.0 by myself'))).toContain('away from v1.4.0');
    expect(flow.shown().filter((message) => words(message).includes('on GitLab'))).toEqual([]);
    expect(audited(flow)).toEqual(
      expect.arrayContaining([
        'rollback.by_itself allowed not_verified',
        'job.retry succeeded',
        'lock succeeded after_rollback',
      ]),
    );
    expect(flow.audit().find(({ action }) => action === 'job.retry')?.actor).toBe('chatops');
    expect(words(await flow.types('U0ANN', '/deploy prod v1.4.0'))).toContain('Code: locked');
    await flow.restart();
    expect(retries(flow)).toHaveLength(1);
  });

  it('goes back no further when the version before is not verified either', async () => {
    watched = await startWatchedFlow({ variables: quick });
    const { flow, service } = watched;
    service.says('v0.9.0');
    const id = await watched.deployCanary('v1.4.0');
    await watched.promote('v1.4.0', id);
    await until('the job of v1.3.0 runs again', () => retries(flow).length === 1);
    await flow.gitlab.settle();

    const loud = await flow.sees('and my rollback to v1.3.0 did not succeed.');
    await flow.sees('Locked: production');

    expect(words(loud)).toContain('I do not try again.');
    expect(JSON.stringify(loud.blocks)).toContain('S0ONCALL');
    await flow.restart();
    expect(retries(flow)).toHaveLength(1);
  });

  it('is rolled back with the token of the bot, also where who asked has linked their account', async () => {
    watched = await startWatchedFlow({ variables: quick, env: linkingEnv() });
    const { flow, service } = watched;
    await linksAccount(flow, 'U0ANN', 'ann');
    service.setVersion('wrong');
    const id = await watched.deployCanary('v1.4.0');
    await watched.promote('v1.4.0', id);
    await until('the job of v1.3.0 runs again', () => requests(flow, 'retry').length === 1);

    expect(requests(flow, 'play')).toEqual(['ann', 'ann']);
    expect(requests(flow, 'retry')).toEqual(['chatops']);
  });

  it('is mailed where Slack does not take the message for five minutes', async () => {
    const mail = await startMailServer();
    onTestFinished(() => mail.stop());
    const clock = movableClock();
    watched = await startWatchedFlow({
      variables: quick,
      keys: ['notify_email: [ops@example.com]'],
      env: { SMTP_URL: `smtp://127.0.0.1:${mail.port}?tls=off&from=chatops@example.com` },
      clock,
    });
    const { flow, service } = watched;
    service.setVersion('wrong');
    const id = await watched.deployCanary('v1.4.0');
    const question = await flow.sees('Promote v1.4.0 to production?');
    await flow.pressesOn('U0ANN', question, 'Promote to production');
    await until('the production job starts', () => flow.gitlab.job('deploy-prod', id).status !== 'manual');
    flow.slack.faults.outage(true);
    await flow.gitlab.settle(id);
    await until('the job of v1.3.0 runs again', () => retries(flow).length === 1);
    await flow.restart();
    clock.moveMs(5 * 60_000);

    const late = await until(
      () => `the mail beside ${mail.mails.length} others`,
      () => mail.mails.find(({ raw }) => raw.includes('Slack has not taken this message')),
    );

    expect((await readMail(late)).subject).toContain('v1.4.0 is bad on production');
  });

  it('is left to the pipeline that rolls back by itself, told and locked alike', async () => {
    watched = await startWatchedFlow({ variables: { ...quick, AUTO_ROLLBACK: 'true' } });
    const { flow, service } = watched;
    service.setVersion('wrong');
    const id = await watched.deployCanary('v1.4.0');
    const question = await flow.sees('Promote v1.4.0 to production?');
    await flow.pressesOn('U0ANN', question, 'Promote to production');
    await until('the production job starts', () => flow.gitlab.job('deploy-prod', id).status !== 'manual');
    await flow.gitlab.finish('deploy-prod', 'success', { pipelineId: id });
    await flow.gitlab.finish('verify-deployment', 'failed', { pipelineId: id });
    await flow.sees('seeing how to go back');
    await flow.gitlab.settle(id);

    await flow.sees("the pipeline's own auto-rollback-prod took it back.");
    await flow.sees('Locked: production');
    expect(retries(flow)).toEqual([]);
    await flow.restart();
    await flow.types('U0ANN', '/chatops help');
    expect(audited(flow).filter((line) => line.startsWith('rollback.observed'))).toEqual([
      'rollback.observed succeeded job_of_pipeline',
    ]);
    expect(flow.shown().filter((message) => words(message).includes('was rolled back by'))).toEqual([]);
  });
});
