import { writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { type Flow, startFlow, words } from '../support/flow.ts';

let flow: Flow;

afterEach(() => flow.stop());

/** The project of the stand-in is not in the file; another one is, in the releases' channel. */
const unnamed = `
projects:
  - project: acme/website
    channels: [{ id: C0RELEASE }]
identity:
  users: { U0ANN: ann, U0RAJ: raj, U0MIA: mia, U0OLU: olu, U0GIL: gil }
`;
const deploys = 'C0DEPLOYS';
const app = 'acme/production-app';

async function says(user: string, line: string, channel = deploys): Promise<string> {
  return words(await flow.types(user, line, channel));
}

describe('/chatops watch', () => {
  it('has a channel told of a project that no file names, after a restart too', async () => {
    flow = await startFlow({ file: unnamed });

    const answer = await says('U0ANN', `/chatops watch ${app} started failed`);

    expect(answer).toContain(`told of ${app} from now on: failed, started`);
    expect(answer).toContain('can be deployed from here');
    expect(answer).toContain('Its webhook to this bot is there');
    await flow.sees(`@ann has this channel told of ${app}`);
    await flow.gitlab.pushTag('v1.4.0');
    await flow.sees('The pipeline of v1.4.0 started');
    await flow.restart();
    await flow.gitlab.pushTag('v1.4.1');
    await flow.sees('The pipeline of v1.4.1 started');
    expect(flow.audit()).toContainEqual(expect.objectContaining({ action: 'watch', outcome: 'succeeded' }));
  });

  it('takes commands for a project that a maintainer watches, and only notices from a reporter', async () => {
    flow = await startFlow({ file: unnamed });
    flow.gitlab.setMember('mia', 20);
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);

    expect(await says('U0MIA', `/chatops watch ${app}`)).toContain('Notices only');
    expect(await says('U0ANN', '/deploy production v1.4.0')).toContain('Code: project_missing');
    expect(await says('U0ANN', `/deploy ${app} production v1.4.0`)).toContain('Code: not_deployable_here');
    await says('U0ANN', `/chatops watch ${app}`);
    expect(await says('U0ANN', '/deploy production v1.4.0')).toContain('Deploy');
    expect(await says('U0ANN', `/deploy ${app} production v1.4.0`, 'C0OPS')).toContain('Code: not_deployable_here');
  });

  it('watches all projects of a group with a role in the group', async () => {
    flow = await startFlow({ file: unnamed });

    expect(await says('U0ANN', '/chatops watch acme/* started')).toContain('Code: project_unknown');
    flow.gitlab.setGroupMember('raj', 20);
    expect(await says('U0RAJ', '/chatops watch acme/* started')).toContain('told of acme/* from now on');
    await flow.gitlab.pushTag('v1.4.0');
    await flow.sees('The pipeline of v1.4.0 started');
    expect(await says('U0RAJ', `/chatops unwatch ${app}`)).toContain('/chatops unwatch acme/*');
  });

  it('is refused to guests, to who is no member, and where outsiders would read along', async () => {
    flow = await startFlow({ file: unnamed });
    flow.gitlab.setMember('olu', undefined);
    const shared = flow.slack.channels().find(({ id }) => id === 'C0OPS');
    if (shared) flow.slack.setChannel({ ...shared, isShared: true });

    expect(await says('U0GIL', `/chatops watch ${app}`)).toContain('Code: guest');
    expect(await says('U0OLU', `/chatops watch ${app}`)).toContain('Code: project_unknown');
    expect(await says('U0OLU', '/chatops watch acme/nowhere')).toContain('Code: project_unknown');
    expect(await says('U0ANN', `/chatops watch ${app}`, 'C0OPS')).toContain('Code: shared_channel');
    expect(await says('U0ANN', `/chatops watch ${app}`, 'C0RANDOM')).toContain('/invite @bot');
    expect(await says('U0ANN', `/chatops watch ${app} faild`)).toContain('failed');
    expect(flow.shown()).toEqual([]);
  });

  it('changes the events when it is typed again, and lists what is watched here', async () => {
    flow = await startFlow({ file: unnamed });
    await says('U0ANN', `/chatops watch ${app}`);

    expect(await says('U0RAJ', '/chatops watch failed')).toContain(`other events of ${app}: failed.`);
    const list = await says('U0ANN', '/chatops watch');

    expect(list).toContain(`${app}: failed · since`);
    expect(list).toContain('by @raj');
  });

  it('says where the webhook is missing', async () => {
    flow = await startFlow({ file: unnamed });
    flow.gitlab.setWebhook('https://elsewhere.example.com/hook', 'a-secret-of-others');

    expect(await says('U0ANN', `/chatops watch ${app}`)).toContain('no webhook to this bot');
    flow.gitlab.setMember('chatops', 30);
    expect(await says('U0ANN', `/chatops watch ${app}`)).toContain('cannot be seen');
  });
});

describe('/chatops unwatch', () => {
  it('takes the channel away again', async () => {
    flow = await startFlow({ file: unnamed });
    await says('U0ANN', `/chatops watch ${app} started`);

    expect(await says('U0RAJ', '/chatops unwatch')).toContain(`told of ${app} no more`);
    await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.deliverWebhooks();
    expect(await says('U0ANN', '/chatops unwatch')).toContain('Code: not_watched');

    expect(flow.shown().map(words).join()).not.toContain('v1.4.0');
  });

  it('asks which of several, and names the group of a project that is watched as one of it', async () => {
    flow = await startFlow({ file: unnamed });
    flow.gitlab.setGroupMember('ann', 40);
    await says('U0ANN', '/chatops watch acme/* started');
    await says('U0ANN', `/chatops watch ${app} failed`);

    const which = await flow.types('U0ANN', '/chatops unwatch');
    expect(words(which)).toContain('Code: which_watch');
    await flow.presses('U0ANN', app, which);
    await flow.reads('U0ANN', `told of ${app} no more`);

    expect(await says('U0ANN', `/chatops unwatch ${app}`)).toContain('Code: watched_as_group');
  });

  it('names the line of a channel that the file gives, for watch and unwatch alike', async () => {
    flow = await startFlow();

    expect(await says('U0ANN', '/chatops unwatch')).toContain('chatops.yml line 3');
    expect(await says('U0ANN', `/chatops watch ${app} started`)).toContain('Code: channel_in_file');
  });
});

describe('/chatops whoami', () => {
  it('tells who one is, how that is known and what one may do here', async () => {
    flow = await startFlow();

    const ann = await says('U0ANN', '/chatops whoami');
    const mia = await says('U0MIA', '/chatops whoami');

    expect(ann).toContain('@ann');
    expect(ann).toContain('identity.users');
    expect(ann).toContain('Europe/Paris');
    expect(ann).toMatch(/acme\/production-app: maintainer\. You may look, and deploy to .*production/);
    expect(mia).toMatch(/developer\..*not to .*production/);
  });

  it('tells a stranger what to do', async () => {
    flow = await startFlow({ file: unnamed.replace('U0ANN: ann, ', '') });

    expect(await says('U0ANN', '/chatops whoami')).toContain('U0ANN: your-gitlab-username');
  });
});

describe('/chatops reload', () => {
  it('reads the file again for a maintainer, and lists what is wrong with it', async () => {
    flow = await startFlow();
    const path = flow.env['CHATOPS_CONFIG'] ?? '';

    expect(await says('U0ANN', '/chatops reload')).toContain('is as it was');
    expect(await says('U0MIA', '/chatops reload')).toContain('Code: role_too_low');
    writeFileSync(path, unnamed.replace('channels:', 'chanels:'));
    expect(await says('U0ANN', '/chatops reload')).toContain('chanels');
    writeFileSync(path, `${unnamed}operations: { admins: [U0MIA] }\n`);
    expect(await says('U0ANN', '/chatops reload')).toContain('in force as it stands now, with 1 project');
    expect(await says('U0MIA', '/chatops reload')).toContain('is as it was');
    expect(await says('U0ANN', '/chatops reload')).toContain('Code: not_an_admin');
    expect(flow.audit().filter(({ action }) => action === 'reload')).toHaveLength(6);
  });
});
