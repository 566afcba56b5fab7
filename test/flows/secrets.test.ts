import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { deployInputs } from '../../src/cards/deploy-form.ts';
import { type BotProcess, spawnBotProcess, startBotProcess } from '../support/bot-process.ts';
import { linkingEnv, linksAccount } from '../support/browser.ts';
import { deploys, type Flow, startFlow } from '../support/flow.ts';
import { seesForm } from '../support/forms.ts';
import { until } from '../support/until.ts';
import { deliver, madeWebhook } from '../support/webhooks.ts';

let flow: Flow;
/** What a select offered to who typed into it. */
let offered = '';

afterEach(() => flow.stop());

/** Settings that are secret, beside those that each flow has. Nobody listens at the addresses, so that errors tell of them. */
const settings = {
  ...linkingEnv(),
  GRAFANA_URL: 'http://127.0.0.1:9',
  GRAFANA_TOKEN: 'grafana-plant-0123456789',
  SMTP_URL: 'smtp://bot:mail%2Bplant-0123@127.0.0.1:9?from=bot@example.com&tls=off',
};

const secretNames = [
  'SLACK_BOT_TOKEN',
  'SLACK_SIGNING_SECRET',
  'GITLAB_TOKEN',
  'GITLAB_WEBHOOK_SECRET',
  'GITLAB_OAUTH_CLIENT_SECRET',
  'ENCRYPTION_KEY',
  'GRAFANA_TOKEN',
  'SMTP_URL',
] as const;

/** What people and jobs let slip, by where. */
const slips = {
  'a variable of a webhook': 'plant-of-a-hook-variable',
  'a typed variable': 'plant-of-a-typed-value',
  'a token of GitLab in a log': 'glpat-plant0123456789abcd',
  'a token of Slack in a log': 'xoxb-1234-5678-plantinalog',
  'a header in a log': 'bearerplant.0123456789',
  'a key in a log': 'MIIEplantedkeyA7',
  'an address in a log': 'address-plant-0123',
  'a misplaced value in chatops.yml': 'glpat-plant-in-the-file-0123',
  'a token typed for a version': 'glpat-plant-typed-for-a-version',
  'a token typed for an environment': 'glpat-plant-typed-for-an-environment',
  'a token typed for a project': 'glpat-plant-typed-for-a-project',
  'a token said to the bot': 'glpat-plant-said-to-the-bot',
  'a token typed for a form': 'glpat-plant-typed-for-a-form',
  'a token in a reason': 'glpat-plant-in-a-reason',
  'a token in an override': 'glpat-plant-in-an-override',
} as const;

const jobLog = [
  `using ${slips['a token of GitLab in a log']} and ${slips['a token of Slack in a log']}`,
  `> Authorization: Bearer ${slips['a header in a log']}`,
  '-----BEGIN RSA PRIVATE KEY-----',
  slips['a key in a log'],
  '-----END RSA PRIVATE KEY-----',
  `fatal: https://deployer:${slips['an address in a log']}@git.example.com/app.git is away`,
].join('\n');

/** Makes the process end as by a bug of a package: by a promise that nobody awaits, whose error quotes secrets. */
const crashing = `data:text/javascript,${encodeURIComponent(`
  const { GITLAB_TOKEN, GITLAB_OAUTH_CLIENT_SECRET, ENCRYPTION_KEY } = process.env;
  process.on('SIGUSR2', () => {
    Promise.reject(new Error('crashed with ' + [GITLAB_TOKEN, GITLAB_OAUTH_CLIENT_SECRET, ENCRYPTION_KEY, 'mail+plant-0123']));
  });
`)}`;

describe('secrets', () => {
  it('are in no output: log, Slack, pages, audit, database, terminal and last words', async () => {
    flow = await startFlow({ env: settings });
    await flow.stopBot();
    const bot = await startBotProcess(flow, {
      entry: ['--import', crashing, 'src/main.ts'],
      env: { LOG_LEVEL: 'debug' },
    });
    await linksAccount(flow, 'U0RAJ', 'raj');
    const held = flow.gitlab.oauth.heldTokens();

    await letSlip();
    await quoteTokens();
    const pages = await readPages();
    const terminal = await useTerminal();
    const lastWords = await crash(bot);

    expect(held).toHaveLength(2);
    const own = {
      ...Object.fromEntries(secretNames.map((name) => [name, flow.env[name] ?? ''])),
      'the password of SMTP_URL': 'mail+plant-0123',
      'the same as typed': 'mail%2Bplant-0123',
      ...Object.fromEntries(held.map((token, index) => [`token ${index + 1} of a linked person`, token])),
    };
    const shown = {
      'log and last words': lastWords,
      channel: JSON.stringify(flow.shown().filter(({ botId }) => botId !== undefined)),
      'what one person is shown': ['U0ANN', 'U0RAJ']
        .flatMap((user) => flow.slack.ephemerals(user))
        .map(visible)
        .join(),
      forms: flow.slack
        .views('U0ANN')
        .map(({ view }) => visible(view))
        .join(),
      offered,
      pages,
      audit: JSON.stringify([flow.audit(), flow.observed()]),
      ...terminal,
    };
    expect(leaks({ ...own, ...slips }, shown)).toEqual([]);
    expect([shown.forms, shown.offered]).toEqual([
      expect.stringContaining('[secret]'),
      expect.stringContaining('[secret]'),
    ]);
    // What comes in is kept as it came until it is worked on; of the bot's own secrets the database has none in clear.
    expect(leaks(own, { database: readDatabase() })).toEqual([]);
  });
});

/** Everybody is careless once. */
async function letSlip(): Promise<void> {
  flow.gitlab.planFailure('unit-tests', { log: jobLog });
  const failing = await flow.gitlab.pushBranch('main');
  await flow.gitlab.settle(failing.id);
  const reply = await flow.sees('unit-tests failed in stage test');
  await flow.pressesOn('U0ANN', reply, 'Show log');
  await flow.reads('U0ANN', 'The end of the log of unit-tests');
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
  await flow.sees('v1.4.0 is deployed to staging');
  const pipeline = madeWebhook(flow, { kind: 'pipeline', status: 'manual' });
  const attributes = pipeline.payload['object_attributes'] as object;
  const variables = [{ key: 'DB_PASSWORD', value: slips['a variable of a webhook'] }];
  await deliver(flow, pipeline, {
    payload: { object_attributes: { ...attributes, variables } },
    headers: { 'idempotency-key': 'with-variables-1' },
  });
  await flow.types('U0ANN', `/deploy prod v1.4.0 LOG_LEVEL=${slips['a typed variable']}`);
  await typeSecrets();
  flow.gitlab.faults.refuseToken(true);
  await flow.types('U0RAJ', '/deployments prod');
  flow.gitlab.faults.refuseToken(false);
}

/** Each is quoted by what answers it. */
async function typeSecrets(): Promise<void> {
  await flow.types('U0ANN', `/deploy prod ${slips['a token typed for a version']}`);
  await flow.types('U0ANN', `/deploy staging v1.4.0 ${slips['a token typed for a version']}`);
  await flow.types('U0ANN', `/deploy ${slips['a token typed for an environment']} v1.4.0`);
  await flow.types('U0ANN', `/deploy ${slips['a token typed for a project']}:prod v1.4.0`);
  await flow.mentions('U0ANN', slips['a token said to the bot']);
  const text = slips['a token typed for a form'];
  await flow.slack.command({ user: 'U0ANN', channel: deploys, command: '/deploy', text });
  const { id: viewId } = await seesForm(flow.slack, 'U0ANN', 'Environment');
  const { body } = await flow.slack.suggest({ user: 'U0ANN', viewId, actionId: deployInputs.version, value: text });
  offered = visible(body);
  await flow.types('U0ANN', `/lock staging moving ${slips['a token in a reason']}`);
  await flow.sees('moving');
  await flow.types('U0ANN', `/deploy prod v1.4.0 --override "with ${slips['a token in an override']}"`);
}

/** GitLab and Slack quote what they were asked with, to whoever reads their errors. */
async function quoteTokens(): Promise<void> {
  const { faults } = flow.gitlab;
  flow.gitlab.setMember('raj', 40);
  const told = { 403: 'asked with [token]', 500: 'GitLab does not answer' };
  for (const [status, text] of Object.entries(told)) {
    faults.status({ path: '/environments' }, Number(status), { count: 9, echo: true });
    await flow.types('U0ANN', '/deployments prod');
    await flow.reads('U0ANN', text);
    faults.clear();
  }
  const plan = await flow.types('U0RAJ', '/deploy prod v1.4.0');
  faults.status({ method: 'POST', path: /\/play$/ }, 403, { echo: true });
  await flow.presses('U0RAJ', 'Deploy', plan);
  await flow.sees('The deploy of v1.4.0 to production failed at deploy-canary');
  flow.slack.faults.add({
    method: 'chat.postMessage',
    count: 1,
    effect: { kind: 'error', error: flow.env['SLACK_BOT_TOKEN'] ?? '' },
  });
  await flow.types('U0ANN', '/lock production after that');
  await flow.sees('after that');
}

/** What stands on a card or form, but for what its buttons stand for and what Slack keeps with it. */
function visible(shown: unknown): string {
  const unseen = ['value', 'private_metadata'];
  return JSON.stringify(shown, (key, value: unknown) => (unseen.includes(key) ? undefined : value));
}

async function readPages(): Promise<string> {
  const paths = ['/metrics', '/readyz', '/healthz', '/nowhere', '/gitlab/webhook', '/oauth/gitlab/start?for=guessed'];
  const answers = await Promise.all(paths.map((page) => fetch(`${flow.botUrl}${page}`)));
  return (await Promise.all(answers.map((answer) => answer.text()))).join();
}

/** What an operator reads, of sound settings and of wrong ones. */
async function useTerminal(): Promise<Readonly<Record<string, string>>> {
  const wrong = path.join(path.dirname(flow.env['CHATOPS_CONFIG'] ?? ''), 'wrong.yml');
  const slip = slips['a misplaced value in chatops.yml'];
  writeFileSync(wrong, `projects:\n  - project: acme/production-app\n    tokn: ${slip}\n    events: ${slip}\n`);
  const runs = {
    doctor: [['doctor'], {}, 'GitLab'],
    'config show': [['config', 'show'], {}, 'GRAFANA_TOKEN'],
    'config check': [['config', 'check'], { CHATOPS_CONFIG: wrong }, 'tokn'],
    'a failed start': [['start'], { CHATOPS_CONFIG: wrong }, 'tokn'],
    'a wrong command': [[flow.env['GITLAB_OAUTH_CLIENT_SECRET'] ?? ''], {}, 'There is no command [secret]'],
  } as const;
  const outputs: Record<string, string> = {};
  for (const [name, [args, env, expected]] of Object.entries(runs)) {
    const run = spawnBotProcess(flow, { entry: ['src/cli/main.ts', ...args], env });
    await run.ended;
    expect(run.output()).toContain(expected);
    outputs[name] = run.output();
  }
  return outputs;
}

async function crash(bot: BotProcess): Promise<string> {
  await until('the audit in the log', () => bot.output().includes('"audit_head":'));
  process.kill(bot.pid ?? 0, 'SIGUSR2');
  expect(await bot.ended).toEqual({ code: 1, signal: null });
  expect(bot.output()).toContain('crashed with [secret]');
  return bot.output();
}

function readDatabase(): string {
  return readFileSync((flow.env['DATABASE_URL'] ?? '').replace('sqlite:', ''), 'latin1');
}

function leaks(secrets: Readonly<Record<string, string>>, outputs: Readonly<Record<string, string>>): string[] {
  return Object.entries(outputs).flatMap(([where, output]) =>
    Object.entries(secrets)
      .filter(([, secret]) => secret === '' || output.includes(secret))
      .map(([what]) => `${what} in ${where}`),
  );
}
