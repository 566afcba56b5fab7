import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { noteWebhook } from '../../src/app/pipelines/webhook-seen.ts';
import { checkClock } from '../../src/cli/doctor/clock.ts';
import { smallestFile } from '../../src/config/file.ts';
import { createGitLabSetup } from '../../src/gitlab/setup.ts';
import { createSqliteStore } from '../../src/store/sqlite.ts';
import { type Installation, install, secret } from './setup.ts';

const later = (ms: number) => () => new Date(Date.now() + ms);
const clockAt = (time: string) => () => new Date(time);

/** Something that the pipelines of the day send: one delivery to each hook. */
async function sendOne({ gitlab }: Installation, tag: string): Promise<void> {
  await gitlab.createTag(tag);
  await gitlab.deliverWebhooks();
}

async function changeHook({ gitlab, receiver }: Installation, change: Record<string, unknown>): Promise<void> {
  const headers = { 'private-token': gitlab.token, 'content-type': 'application/json' };
  const hooks = `${gitlab.url}/api/v4/projects/42/hooks`;
  const [hook] = (await (await fetch(hooks, { headers })).json()) as { id: number }[];
  const body = JSON.stringify({ url: receiver.url, ...change });
  await fetch(`${hooks}/${hook?.id}`, { method: 'PUT', headers, body });
}

describe('chatops doctor', () => {
  it('finds nothing wrong with a sound installation, and ends with 0', async () => {
    const { diagnose } = await install();

    const { findings, exitCode, printed } = await diagnose();

    expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
    expect(exitCode).toBe(0);
    expect(printed).toContain('GitLab 18.6.1 answers');
    expect(printed).toContain('0 problems, 0 warnings.');
  });

  it('ends with 1 for a problem, and with 0 for a warning', async () => {
    const installation = await install();
    installation.gitlab.settings.forwardDeployment = false;

    expect(await installation.diagnose()).toMatchObject({ exitCode: 0 });
    installation.gitlab.setMember('chatops', undefined);
    expect(await installation.diagnose()).toMatchObject({ exitCode: 1 });
  });

  it('gives each warning and problem a mend, and shows no secret', async () => {
    const installation = await install();
    const { gitlab, env } = installation;
    gitlab.faults.refuseToken(true);
    env['SLACK_BOT_TOKEN'] = 'xoxb-somebody-elses';

    const { findings, printed } = await installation.diagnose();

    const wrong = findings.filter(({ level }) => level !== 'ok');
    expect(wrong.map(({ code }) => code)).toEqual(['gitlab', 'slack_token']);
    expect(wrong.filter(({ mend }) => mend === undefined)).toEqual([]);
    for (const hidden of [gitlab.token, 'xoxb-somebody-elses', secret]) expect(printed).not.toContain(hidden);
  });

  it('tells every problem of the settings, and looks at what can be looked at all the same', async () => {
    const installation = await install();
    delete installation.env['SLACK_BOT_TOKEN'];
    installation.env['DATABASE_URL'] = 'nowhere';

    const { findings, exitCode } = await installation.diagnose();

    expect(findings).toContainEqual(expect.objectContaining({ code: 'configuration', level: 'problem' }));
    expect(findings).toContainEqual(expect.objectContaining({ code: 'project_role', level: 'ok' }));
    expect(findings).toContainEqual(expect.objectContaining({ code: 'slack', level: 'warning' }));
    expect(findings).toContainEqual(expect.objectContaining({ code: 'store', level: 'warning' }));
    expect(exitCode).toBe(1);
  });

  it('skips GitLab without a token', async () => {
    const installation = await install();
    delete installation.env['GITLAB_TOKEN'];

    expect(await installation.findings('gitlab')).toMatchObject([{ level: 'warning' }]);
  });

  it('takes no further words', async () => {
    const installation = await install();
    const { runDoctor } = await import('../../src/cli/doctor.ts');
    const rest = { cwd: installation.folder, now: later(0), readFile: () => '', print: () => undefined };

    await expect(
      runDoctor({ ...rest, args: ['everything'], env: {}, progress: () => undefined }),
    ).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('chatops doctor, the clock', () => {
  it.each([
    [30_000, 'ok'],
    [120_000, 'warning'],
    [-120_000, 'warning'],
    [600_000, 'problem'],
  ] as const)('that is %i ms off is %s for GitLab and Slack', async (ms, level) => {
    const installation = await install();

    const { findings } = await installation.diagnose(later(ms));

    const clocks = findings.filter(({ code }) => ['clock_gitlab', 'clock_slack'].includes(code));
    expect(clocks.map((finding) => finding.level)).toEqual([level, level]);
  });

  it('is not compared with somebody who does not tell the time', () => {
    expect(checkClock('GitLab', undefined, new Date())).toMatchObject({
      level: 'ok',
      seen: 'GitLab does not tell the time.',
    });
  });
});

describe('chatops doctor, GitLab', () => {
  it('says that GitLab cannot be reached', async () => {
    const installation = await install();
    installation.env['GITLAB_URL'] = 'http://127.0.0.1:9';

    expect(await installation.findings('gitlab')).toMatchObject([
      { level: 'problem', mend: expect.stringMatching(/GITLAB_URL/) },
    ]);
  });

  it('says that the token is refused', async () => {
    const installation = await install();
    installation.gitlab.setToken('chatops', { expiresAt: '2020-01-01' });

    expect(await installation.findings('gitlab')).toMatchObject([
      { level: 'problem', mend: expect.stringMatching(/GITLAB_TOKEN/) },
    ]);
  });

  it('says that the token cannot start deployments', async () => {
    const installation = await install();
    installation.gitlab.setToken('chatops', { scopes: ['read_api'] });

    expect(await installation.findings('gitlab_token')).toMatchObject([
      { level: 'problem', seen: expect.stringMatching(/read_api/) },
    ]);
  });

  it('warns of a token that ends soon', async () => {
    const installation = await install();
    installation.gitlab.setToken('chatops', {
      expiresAt: later(5 * 86_400_000)()
        .toISOString()
        .slice(0, 10),
    });

    expect(await installation.findings('gitlab_token_expires')).toMatchObject([
      { level: 'warning', seen: expect.stringMatching(/in 5 days/) },
    ]);
  });

  it("warns of a person's token", async () => {
    const installation = await install();
    installation.env['GITLAB_TOKEN'] = installation.gitlab.tokenOf('olu');

    expect(await installation.findings('gitlab_token_person')).toMatchObject([
      { level: 'warning', seen: expect.stringMatching(/@olu/) },
    ]);
  });

  it.each([
    [false, 'warning'],
    [true, 'ok'],
  ])(
    'tells whether identity.email finds private addresses, the token being an administrator’s: %j',
    async (isAdmin, level) => {
      const installation = await install();
      installation.writeFile(`${smallestFile}\nidentity: { email: true }\n`);
      installation.gitlab.setAccount('chatops', { isAdmin });

      expect(await installation.findings('identity_email_gitlab')).toMatchObject([{ level }]);
    },
  );

  it('warns where GitLab does not tell what the token may do', async () => {
    const installation = await install();
    installation.gitlab.faults.status({ path: 'personal_access_tokens' }, 404);

    expect(await installation.findings('gitlab_token')).toMatchObject([{ level: 'warning' }]);
  });

  it('says that what the token may do cannot be looked at', async () => {
    const installation = await install();
    installation.gitlab.faults.status({ path: 'personal_access_tokens' }, 500);

    expect(await installation.findings('gitlab_token')).toMatchObject([
      { level: 'problem', seen: expect.stringMatching(/cannot be looked at/) },
    ]);
  });

  it.each(['project bot:project_42_bot_ab12', 'group bot:group_9_bot_cd34', 'account:service_account_x'])(
    'names the kind of a token: %s',
    async (named) => {
      const installation = await install();
      const username = named.split(':')[1] ?? '';
      installation.env['GITLAB_TOKEN'] = installation.gitlab.addUser(username, { accessLevel: 40 }).token;

      expect(await installation.findings('gitlab_token')).toMatchObject([
        { level: 'ok', seen: expect.stringMatching(/access|service/) },
      ]);
    },
  );

  it('says which project it does not find', async () => {
    const installation = await install();
    installation.writeFile('projects: [{ project: acme/nowhere, channels: [{ id: C0DEPLOYS }] }]');

    expect(await installation.findings('project_missing')).toMatchObject([
      { level: 'problem', seen: expect.stringMatching(/acme\/nowhere/) },
    ]);
  });

  it('says that a project is archived', async () => {
    const installation = await install();
    installation.gitlab.settings.archived = true;

    expect(await installation.findings('project_archived')).toMatchObject([{ level: 'problem' }]);
  });

  it('goes on when a project cannot be looked at', async () => {
    const installation = await install();
    installation.gitlab.faults.status({ path: '/members/all/' }, 500);

    expect(await installation.findings('project')).toMatchObject([
      { level: 'problem', seen: expect.stringMatching(/acme\/production-app/) },
    ]);
  });

  it.each([
    [20, 'problem'],
    [30, 'warning'],
    [40, 'ok'],
  ] as const)('with access level %i in the project has a %s', async (accessLevel, level) => {
    const installation = await install();
    installation.gitlab.setMember('chatops', accessLevel);

    expect(await installation.findings('project_role')).toMatchObject([{ level }]);
  });

  it('looks at every project that a pattern stands for, and warns of a pattern without any', async () => {
    const installation = await install();
    installation.writeFile(
      'projects: [{ project: acme/*, channels: [{ id: C0DEPLOYS }] }, { project: other/*, channels: [{ id: C0OPS }] }]',
    );

    const { findings } = await installation.diagnose();

    expect(findings).toContainEqual(expect.objectContaining({ code: 'project_pattern', level: 'ok' }));
    expect(findings).toContainEqual(expect.objectContaining({ code: 'project_pattern', level: 'warning' }));
    expect(findings).toContainEqual(expect.objectContaining({ code: 'project_role', level: 'ok' }));
  });

  it('says that the projects of a pattern cannot be listed', async () => {
    const installation = await install();
    installation.writeFile('projects: [{ project: acme/*, channels: [{ id: C0DEPLOYS }] }]');
    installation.gitlab.faults.status({ path: /\/projects$/ }, 403);

    expect(await installation.findings('project_pattern')).toMatchObject([{ level: 'problem' }]);
  });

  it('says that GitLab tells nothing of outdated deployments', async () => {
    const installation = await install();
    Object.assign(installation.gitlab.settings, { forwardDeployment: undefined });

    expect(await installation.findings('outdated_deployments')).toMatchObject([
      { level: 'ok', seen: expect.stringMatching(/does not tell/) },
    ]);
  });

  it('says whether people can link their accounts, and with which address', async () => {
    const installation = await install();
    const off = await installation.findings('linking');
    Object.assign(installation.env, {
      GITLAB_OAUTH_CLIENT_ID: 'the-application',
      GITLAB_OAUTH_CLIENT_SECRET: 'its-secret',
      ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
    });

    expect(off).toMatchObject([{ level: 'ok', seen: expect.stringMatching(/Nobody links/) }]);
    expect(await installation.findings('linking')).toMatchObject([
      { level: 'ok', seen: expect.stringContaining(`${installation.env['PUBLIC_URL']}/oauth/gitlab/callback`) },
    ]);
  });

  it('warns where an old pipeline may undo a newer deployment', async () => {
    const installation = await install();
    installation.gitlab.settings.forwardDeployment = false;

    expect(await installation.findings('outdated_deployments')).toMatchObject([
      { level: 'warning', mend: expect.stringMatching(/Prevent/) },
    ]);
  });

  it('warns where rolling back by a retry is refused', async () => {
    const installation = await install();
    installation.gitlab.settings.rollbackAllowed = false;

    expect(await installation.findings('outdated_deployments')).toMatchObject([
      { level: 'warning', mend: expect.stringMatching(/rollback/) },
    ]);
  });

  it('says that nobody may give variables', async () => {
    const installation = await install();
    installation.gitlab.settings.variablesRole = 'no_one_allowed';

    expect(await installation.findings('pipeline_variables')).toMatchObject([
      { level: 'ok', seen: expect.stringMatching(/nobody/) },
    ]);
  });

  it('says that the tier protects no environments', async () => {
    const installation = await install();

    expect(await installation.findings('protected_environments')).toMatchObject([
      { level: 'ok', seen: expect.stringMatching(/Community/) },
    ]);
  });

  it('warns of protected environments that the bot may not deploy to', async () => {
    const installation = await install({ gitlab: { tier: 'premium' } });
    installation.gitlab.protectEnvironment('staging', { deploy: [30] });
    expect(await installation.findings('protected_environments')).toMatchObject([
      { level: 'ok', seen: expect.stringMatching(/staging/) },
    ]);

    installation.gitlab.protectEnvironment('production', { deploy: ['raj'] });

    expect(await installation.findings('protected_environments')).toMatchObject([
      { level: 'warning', seen: 'acme/production-app: @chatops may not deploy to production.' },
    ]);
  });
});

describe('chatops doctor, the webhook', () => {
  it('that is missing is a problem', async () => {
    const installation = await install();
    installation.env['PUBLIC_URL'] = 'https://elsewhere.acme.test';

    expect(await installation.findings('hook_missing')).toMatchObject([
      { level: 'problem', mend: expect.stringMatching(/chatops init/) },
    ]);
  });

  it('of the group does as well, and is looked at like one of the project', async () => {
    const installation = await install({ gitlab: { tier: 'premium' } });
    const elsewhere = 'https://elsewhere.acme.test';
    installation.env['PUBLIC_URL'] = elsewhere;
    installation.gitlab.addGroupWebhook(`${elsewhere}/gitlab/webhook`, secret);
    installation.gitlab.setGroupMember('chatops', 50);

    expect(await installation.findings('hook')).toMatchObject([
      { level: 'ok', seen: expect.stringMatching(/group acme leads to this bot/) },
    ]);
    expect(await installation.findings('hook_missing')).toEqual([]);

    installation.env['GITLAB_WEBHOOK_SIGNING_TOKEN'] = `whsec_${Buffer.alloc(32).toString('base64')}`;
    expect(await installation.findings('hook_unproven')).toMatchObject([
      { level: 'problem', mend: expect.stringMatching(/\/groups\/acme\/-\/hooks\/\d+\/edit$/) },
    ]);
  });

  it('of the group that the token may not see is known by what it delivers', async () => {
    const installation = await install({ gitlab: { tier: 'premium' } });
    const { env, folder, gitlab } = installation;
    env['PUBLIC_URL'] = 'https://elsewhere.acme.test';
    env['DATABASE_URL'] = 'sqlite:chatops.db';
    gitlab.addGroupWebhook('https://elsewhere.acme.test/gitlab/webhook', secret);
    const store = await createSqliteStore({ path: path.join(folder, 'chatops.db'), now: () => new Date() });

    expect(await installation.findings('hook_missing')).toMatchObject([{ level: 'problem' }]);

    await noteWebhook(store.tables.meta, 42, new Date('2026-11-20T10:00:00Z'));
    await store.close();
    expect(await installation.findings('hook', clockAt('2026-11-21T10:00:00Z'))).toMatchObject([
      { level: 'ok', seen: expect.stringMatching(/another hook delivers: last on 2026-11-20/) },
    ]);
    expect(await installation.findings('hook_missing', clockAt('2026-11-21T10:00:00Z'))).toEqual([]);
    expect(await installation.findings('hook_missing', clockAt('2026-11-27T10:00:01Z'))).toMatchObject([
      { level: 'problem' },
    ]);
  });

  it('is not needed where GitLab is polled', async () => {
    const installation = await install();
    installation.env['PUBLIC_URL'] = 'https://elsewhere.acme.test';
    installation.writeFile('projects: [{ project: acme/production-app, events: poll, channels: [{ id: C0DEPLOYS }] }]');

    expect(await installation.findings('hook')).toMatchObject([{ level: 'ok' }]);
    expect(await installation.findings('hook_missing')).toEqual([]);
  });

  it('that is there twice is a warning', async () => {
    const installation = await install();
    const { gitlab, receiver } = installation;
    delete installation.env['PUBLIC_URL'];
    await createGitLabSetup({ url: gitlab.url, token: gitlab.token, now: later(0) }).saveHook(
      { projectId: 42 },
      undefined,
      {
        url: receiver.url,
        token: secret,
        signingToken: undefined,
      },
    );

    expect(await installation.findings('hook_doubled')).toMatchObject([{ level: 'warning' }]);
  });

  it('that GitLab has switched off is a problem', async () => {
    const installation = await install();
    installation.gitlab.settings.disablesHooks = true;
    installation.receiver.status = 500;
    for (const tag of ['v9.0.1', 'v9.0.2', 'v9.0.3']) await sendOne(installation, tag);
    expect(await installation.findings('hook_disabled')).toEqual([]);

    await sendOne(installation, 'v9.0.4');

    expect(await installation.findings('hook_disabled')).toMatchObject([
      { level: 'problem', seen: expect.stringMatching(/until 20/) },
    ]);
  });

  it('that does not send what the bot lives on is a problem, for the rest a warning', async () => {
    const installation = await install();
    await changeHook(installation, { releases_events: false });
    expect(await installation.findings('hook_events')).toMatchObject([
      { level: 'warning', seen: expect.stringMatching(/Releases events/) },
    ]);

    await changeHook(installation, { job_events: false });

    expect(await installation.findings('hook_events')).toMatchObject([
      { level: 'problem', seen: expect.stringMatching(/Job events/) },
    ]);
  });

  it('without a secret token is a problem', async () => {
    const installation = await install();
    await changeHook(installation, { url: `${installation.receiver.url}/` });

    expect(await installation.findings('hook_unproven')).toMatchObject([
      { level: 'problem', seen: expect.stringMatching(/secret token/) },
    ]);
  });

  it('without a signing token is a problem where the bot wants signatures', async () => {
    const installation = await install();
    installation.env['GITLAB_WEBHOOK_SIGNING_TOKEN'] = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

    expect(await installation.findings('hook_unproven')).toMatchObject([
      { level: 'problem', seen: expect.stringMatching(/signing token/) },
    ]);
  });

  it('that sent nothing for a week is a warning', async () => {
    let clock = new Date();
    const installation = await install({ gitlab: { now: () => clock } });
    const week = later(8 * 86_400_000);
    clock = week();

    expect(await installation.findings('hook_deliveries', week)).toMatchObject([
      { level: 'warning', seen: expect.stringMatching(/nothing/) },
    ]);
  });

  it('that was made lately and had nothing to send is well', async () => {
    let clock = new Date();
    const installation = await install({ gitlab: { now: () => clock } });
    // GitLab has forgotten the only delivery.
    clock = later(8 * 86_400_000)();

    expect(await installation.findings('hook_deliveries')).toMatchObject([
      { level: 'ok', seen: expect.stringMatching(/is new/), mend: expect.stringMatching(/Test > Pipeline events/) },
    ]);
  });

  it('whose newest delivery was refused is a problem, and the secret is suspected', async () => {
    const installation = await install();
    installation.receiver.status = 401;
    await sendOne(installation, 'v9.0.1');

    expect(await installation.findings('hook_deliveries')).toMatchObject([
      { level: 'problem', mend: expect.stringMatching(/secret/) },
    ]);
  });

  it('that reaches nobody is a problem', async () => {
    const installation = await install();
    await installation.receiver.close();
    await sendOne(installation, 'v9.0.1');

    expect(await installation.findings('hook_deliveries')).toMatchObject([
      { level: 'problem', mend: expect.stringMatching(/reaches/) },
    ]);
  });

  it('that failed and arrives again is a warning', async () => {
    const installation = await install();
    installation.receiver.status = 500;
    await sendOne(installation, 'v9.0.1');
    installation.receiver.status = 200;
    await sendOne(installation, 'v9.0.2');

    expect(await installation.findings('hook_deliveries')).toMatchObject([
      { level: 'warning', seen: expect.stringMatching(/1 of them/) },
    ]);
  });

  it('of an old GitLab, which does not tell of deliveries, is left to a look by hand', async () => {
    const installation = await install();
    installation.gitlab.faults.status({ path: '/events' }, 404);

    expect(await installation.findings('hook_deliveries')).toMatchObject([
      { level: 'ok', mend: expect.stringMatching(/Recent events/) },
    ]);
  });
});
