import { afterEach, describe, expect, it } from 'vitest';
import { runAudit } from '../../src/cli/audit.ts';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;

afterEach(() => flow.stop());

type Row = Readonly<Record<string, string | number>>;

/** `chatops audit …`, beside the running bot. */
async function audit(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  let text = '';
  const write = async (pieces: AsyncIterable<string>): Promise<void> => {
    for await (const piece of pieces) text += piece;
  };
  return { code: await runAudit({ args, env: flow.env, cwd: '/', write }), text };
}

async function exported(...args: readonly string[]): Promise<readonly Row[]> {
  const { text } = await audit('export', '--format', 'jsonl', ...args);
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Row]));
}

const waitFor = (action: string, outcome: string): Promise<unknown> =>
  until(`${action} ${outcome} in ${JSON.stringify(flow.audit())}`, () =>
    flow.audit().some((line) => line.action === action && line.outcome === outcome),
  );

describe('the audit', () => {
  it('has every command, press and deed, allowed or refused, and shows when one was changed', async () => {
    flow = await startFlow();
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.types('U0MIA', '/deploy prod v1.4.0');
    await flow.types('U0ANN', '/deploy nowhere v1.4.0');
    await flow.types('U0ANN', '/deplox');
    await flow.mentions('U0RAJ', '<@U0CHATOPS> help me');
    await flow.types('U0ANN', '/deploy prod v1.4.0 LOG_LEVEL=canary-of-a-value');
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary job is played', () => flow.played().length === 1);
    await flow.gitlab.settle(id);
    const question = await flow.sees('Promote v1.4.0 to production?');
    await flow.pressesOn('U0MIA', question, 'Promote to production');
    await waitFor('operation.promote', 'refused');
    await flow.pressesOn('U0RAJ', question, 'Promote to production');
    await until('production is played', () => flow.played().includes('deploy-prod'));
    await flow.gitlab.settle(id);
    await waitFor('operation.end', 'succeeded');

    const rows = await exported();
    const decided = rows.filter(({ action }) => action !== 'deployment.observed');
    expect(
      decided.map((row) => [row['gitlab_user'], row['action'], row['outcome'], row['reason'] ?? '-'].join(' ')),
    ).toEqual([
      'mia deploy refused role_too_low',
      'ann deploy refused environment_unknown',
      'ann deplox refused usage',
      'raj help allowed -',
      'ann deploy refused variable_not_allowed',
      'ann deploy allowed planned',
      'ann deploy.confirm allowed -',
      'ann job.play intended -',
      'ann job.play succeeded -',
      'mia operation.promote refused role_too_low',
      'raj operation.promote allowed -',
      'ann job.play intended -',
      'ann job.play succeeded -',
      'ann operation.end succeeded -',
    ]);
    expect(decided.every((row) => row['slack_user'] !== undefined && row['channel'] === 'C0DEPLOYS')).toBe(true);
    expect(JSON.stringify(rows)).not.toContain('canary-of-a-value');
    const aboutJobs = decided.filter(({ action }) => String(action).startsWith('job.') || action === 'deploy.confirm');
    for (const row of aboutJobs) expect(row['url']).toMatch(/\/acme\/production-app\/-\/pipelines\/\d+$/);

    const [release, ...more] = await exported('--releases', '--project', 'acme/production-app');
    expect(more).toEqual([]);
    expect(release).toMatchObject({
      kind: 'deploy',
      environment: 'production',
      version: 'v1.4.0',
      from_version: 'v1.3.0',
      requester_gitlab: 'ann',
      policy: decided.find(({ action }) => action === 'deploy.confirm')?.['policy'],
      checks: expect.stringMatching(/^after=pass .*freeze=pass .*lock=pass .*requires=pass .*rights=pass /) as unknown,
      outcome: 'succeeded',
    });
    expect(String(release?.['from_sha'])).toMatch(/^[0-9a-f]{40}$/);
    expect(String(release?.['to_sha'])).toMatch(/^[0-9a-f]{40}$/);
    expect(String(release?.['policy'])).toMatch(/^[0-9a-f]{64}$/);
    expect(String(release?.['job_ids']).split(' ')).toHaveLength(2);

    expect(words(await flow.types('U0RAJ', '/chatops audit prod'))).toContain('deploy.confirm');
    const { text } = await audit('verify');
    const [, head = ''] = /head is (\S+)/.exec(text) ?? [];
    expect(await audit('verify', '--head', head)).toMatchObject({ code: 0 });
    await flow.stopBot();
    const { run } = flow.database;
    expect(() => run(`update audit set entry = replace(entry, 'refused', 'allowed')`)).toThrow('append-only');
    run(`drop trigger audit_no_update; update audit set entry = replace(entry, 'refused', 'allowed') where seq = 3`);
    expect(await audit('verify')).toMatchObject({
      code: 1,
      text: expect.stringContaining('Entry 3 of the audit') as string,
    });
  });

  it('has deployments that were made on GitLab’s page, and by whom', async () => {
    flow = await startFlow();
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.gitlab.play(flow.gitlab.job('deploy-canary', id).id, 'raj');
    await flow.gitlab.finish('deploy-canary', 'failed', { pipelineId: id });

    const seen = await until('the deployment on record', () =>
      flow.observed().find(({ environment }) => environment === 'production-canary'),
    );

    expect(seen).toMatchObject({
      outcome: 'failed',
      reason: 'on_gitlab',
      version: 'v1.4.0',
      observed: { username: 'raj' },
    });
    expect(seen.actor).toMatchObject({ slackUserId: 'U0RAJ', gitlab: { username: 'raj' } });
  });
});

describe('more commands than one person can mean', () => {
  it('get one answer that says when it goes on, and cost GitLab nothing', async () => {
    flow = await startFlow({ paced: true });
    const send = (): Promise<unknown> =>
      flow.slack.command({ user: 'U0MIA', channel: 'C0DEPLOYS', command: '/chatops', text: 'help' });
    for (let n = 0; n < 24; n += 1) await send();

    const answer = await flow.reads('U0MIA', 'Code: too_many_commands');
    await flow.types('U0ANN', '/chatops help');

    expect(words(answer)).toMatch(/more than 20 things within a minute, so I do nothing for you until .+\./);
    expect(flow.slack.ephemerals('U0MIA')).toHaveLength(21);
    expect(flow.audit().filter(({ reason }) => reason === 'too_many_commands')).toHaveLength(1);
  });
});
