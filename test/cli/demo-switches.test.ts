import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import {
  areJobsRunning,
  createDemoRules,
  createDemoTime,
  miaSwitch,
  runnersSwitch,
} from '../../src/cli/demo/switches.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createGitLabServer } from '../../src/sandbox/gitlab-server/server.ts';

const file = `
projects:
  - project: acme/production-app
    channels: [{ id: C0DEPLOYS }]
    environments: { production: { aliases: [prod] } }
`;

const env = {
  SLACK_BOT_TOKEN: 'xoxb-1-1-abcdefabcdef',
  SLACK_SIGNING_SECRET: '0123456789abcdef0123456789abcdef',
  GITLAB_TOKEN: 'glpat-abcdefabcdefabcdefab',
  GITLAB_WEBHOOK_SECRET: 'sandbox-webhook-secret',
};

describe('the time of the demo', () => {
  it('goes on as far as it is told, and never back', async () => {
    const time = createDemoTime(() => false);
    const before = time.now().getTime();

    await time.control.set('1 day on');

    expect(time.now().getTime() - before).toBeGreaterThanOrEqual(86_400_000);
    expect(() => time.control.set('2 h on')).toThrow('Time does not go back.');
  });

  it('does not go on while a runner is at a job or about to take one', async () => {
    const gitlab = createGitLabServer();
    const time = createDemoTime(() => areJobsRunning(gitlab));
    const { id } = await gitlab.pushTag('v1.4.0');
    const before = time.now().getTime();

    expect(() => time.control.set('2 h on')).toThrow('Jobs are running on the GitLab side.');
    await runnersSwitch(gitlab).set('none');
    await gitlab.settle(id);
    await time.control.set('2 h on');

    expect(time.now().getTime() - before).toBeGreaterThanOrEqual(7_200_000);
  });
});

describe('the membership of Mia', () => {
  it('is taken away and given back', async () => {
    const gitlab = createGitLabServer();
    const level = () => {
      const [project] = gitlab.state().projects;
      return project?.users.find(({ username }) => username === 'mia')?.accessLevel;
    };
    const membership = miaSwitch(gitlab);

    await membership.set('no member');
    expect(level()).toBeUndefined();

    await membership.set('developer');
    expect(level()).toBe(30);
  });
});

describe('the rules of the demo', () => {
  const rules = createDemoRules(() => new Date('2026-11-28T12:30:00Z'));

  it.each(rules.control.modes)('%s are settings that the bot takes', async (mode) => {
    const document = parseDocument(file);
    await rules.control.set(mode);

    rules.writeTo(document);

    const text = document.toString();
    expect(() => loadConfig({ env, readFile: () => text })).not.toThrow();
    expect(text === parseDocument(file).toString()).toBe(mode === 'open');
  });
});
