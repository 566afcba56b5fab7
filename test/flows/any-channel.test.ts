import { afterEach, describe, expect, it } from 'vitest';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { formWords, seesForm } from '../support/forms.ts';
import { until } from '../support/until.ts';

let flow: Flow;

afterEach(() => flow.stop());

const ann = 'U0ANN';

const threeProjects = `
projects:
  - project: acme/production-app
    channels: [{ id: ${deploys} }]
  - project: acme/other
    channels: [{ id: C0RELEASE }]
  - project: acme/closed
    channels: [{ id: C0RELEASE }]
identity: { users: { U0ANN: ann, U0RAJ: raj } }
`;

async function startReleased(options: Parameters<typeof startFlow>[0] = {}): Promise<number> {
  flow = await startFlow(options);
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
  return id;
}

async function deploysFrom(channel: string): Promise<void> {
  const offer = await flow.types(ann, '/deploy prod v1.4.0', channel);
  await flow.presses(ann, 'acme/production-app', offer);
  await flow.reads(ann, 'Deploy v1.4.0 to production?');
  await flow.presses(ann, 'Deploy');
  await until('the canary job starts', () => flow.gitlab.job('deploy-canary')?.status !== 'manual');
}

describe('a deploy asked for where the bot is a member, but no project is at home', () => {
  it('is told in the project’s channel, and one line is kept up to date where it was asked', async () => {
    const id = await startReleased();

    await deploysFrom('C0OPS');
    const line = await flow.sees('v1.4.0 to production of acme/production-app', 'C0OPS');
    await flow.gitlab.settle(id);
    const promote = await flow.sees('Promote v1.4.0 to production?');
    await flow.pressesOn(ann, promote, 'Promote to production');
    await until('the production job starts', () => flow.gitlab.job('deploy-prod')?.status !== 'manual');
    await flow.gitlab.settle(id);
    await flow.sees('runs v1.4.0 now', 'C0OPS');

    const shown = flow.shown('C0OPS').filter((message) => message.botId !== undefined);
    expect(shown.map(({ ts }) => ts)).toEqual([line.ts]);
    expect(words(shown[0])).toContain('passed');
    expect(words(shown[0])).toContain('Follow the thread in #C0DEPLOYS');
  });
});

describe('a deploy asked for where the bot is no member', () => {
  it('keeps the asker’s own answer up to date, as long as Slack lets it', async () => {
    const id = await startReleased();

    await deploysFrom('C0RANDOM');
    await flow.reads(ann, 'is on its way');
    await flow.gitlab.settle(id);
    await flow.sees('Promote v1.4.0 to production?');
    await flow.reads(ann, 'waiting for a person');
    const promote = await flow.sees('Promote v1.4.0 to production?');
    await flow.pressesOn(ann, promote, 'Promote to production');
    await until('the production job starts', () => flow.gitlab.job('deploy-prod')?.status !== 'manual');
    await flow.gitlab.settle(id);
    const line = await flow.reads(ann, 'runs v1.4.0 now');

    expect(line.channel).toBe('C0RANDOM');
    expect(flow.slack.messages('C0RANDOM')).toEqual([]);
    expect(flow.slack.ephemerals(ann).filter(({ channel }) => channel === 'C0RANDOM')).toEqual([line]);
  });

  it('told where it was asked has no line of its own', async () => {
    await startReleased();

    await flow.types(ann, '/deploy prod v1.4.0');
    await flow.presses(ann, 'Deploy');
    await until('the canary job starts', () => flow.gitlab.job('deploy-canary')?.status !== 'manual');

    expect(flow.shown().map(words).join()).not.toContain('asked by');
  });
});

describe('a rollback asked for where no project is at home', () => {
  it('offers the projects one may roll back, and is told at home with one line where it was asked', async () => {
    const id = await startReleased();
    await flow.gitlab.play(flow.gitlab.job('deploy-canary', id).id);
    await flow.gitlab.settle(id);
    await flow.gitlab.play(flow.gitlab.job('deploy-prod', id).id);
    await flow.gitlab.settle(id);

    const offer = await flow.types('U0MIA', '/rollback prod', 'C0OPS');
    await flow.presses('U0MIA', 'acme/production-app', offer);
    await flow.reads('U0MIA', 'Roll back production to v1.3.0?');
    await flow.presses('U0MIA', 'Roll back');
    await until('the old job runs again', () => flow.writes().some((line) => line.endsWith('/retry')));
    await flow.gitlab.settle();

    await flow.sees('production is rolled back to v1.3.0');
    expect(words(offer)).toContain('This channel has no project of its own. Which one?');
    const line = await flow.sees('to v1.3.0', 'C0OPS');
    expect(words(line)).toContain('Follow the thread in #C0DEPLOYS');
  });
});

describe('the projects offered', () => {
  it('are those the person may act in, the last one asked for first', async () => {
    await startReleased({
      file: threeProjects,
      gitlab: {
        otherProjects: [
          { id: 77, path: 'acme/other', ciYaml: 'job: { script: [make] }' },
          { id: 78, path: 'acme/closed' },
        ],
      },
    });
    await flow.types(ann, '/deployments acme/other', deploys);

    const offer = await flow.types(ann, '/deploy prod v1.4.0', 'C0RANDOM');

    expect(words(offer)).toMatch(/Which one\?[^]*acme\/otheracme\/production-app/);
    expect(words(offer)).not.toContain('acme/closed');
  });

  it('are none for somebody who may act in none', async () => {
    await startReleased();
    flow.gitlab.setMember('raj', 10);

    const offer = await flow.types('U0RAJ', '/deploy prod v1.4.0', 'C0RANDOM');

    expect(JSON.stringify(offer.blocks)).not.toContain('acme/');
    expect(words(offer)).toContain('/deploy group/project prod v1.4.0');
  });

  it('are a choice in the form, which is then filled for the one chosen', async () => {
    await startReleased();

    await flow.slack.command({ user: ann, channel: 'C0RANDOM', command: '/deploy', text: '' });
    const choice = await seesForm(flow.slack, ann, 'Which project?');
    const value = 'acme/production-app';
    await flow.slack.clickView({ user: ann, viewId: choice.id, actionId: 'deploy_project', value });
    const form = await seesForm(flow.slack, ann, 'Environment');

    expect(form.id).toBe(choice.id);
    expect(formWords(form)).toContain('Project: acme/production-app');
  });
});
