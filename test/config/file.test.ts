import { describe, expect, it } from 'vitest';
import { readConfigFile, smallestFile } from '../../src/config/file.ts';

function problemsOf(text: string): readonly string[] {
  const read = readConfigFile(text, 'chatops.yml');
  return read.kind === 'read' ? [] : read.problems.map((p) => `${p.setting}: ${p.problem}. ${p.mend}`);
}

/** One good project with more keys added below it. */
function project(...more: readonly string[]): string {
  return [smallestFile, ...more.map((line) => `    ${line}`)].join('\n');
}

describe('readConfigFile', () => {
  it('needs three lines and gives the defaults for the rest', () => {
    expect(readConfigFile(smallestFile, 'chatops.yml')).toMatchObject({
      kind: 'read',
      settings: {
        projects: [
          {
            path: 'acme/production-app',
            aliases: [],
            events: 'both',
            channels: [
              {
                id: 'C0DEPLOYS',
                notify: ['failed', 'fixed', 'deployed', 'approval'],
                refs: undefined,
                environments: undefined,
                exclude: undefined,
                broadcast: 'failures',
                mention: 'author',
                default: false,
                defaultEnvironment: undefined,
              },
            ],
            environments: [],
          },
        ],
        patterns: [],
        takesWebhooks: true,
        operationsChannel: undefined,
        identityUsers: {},
        identityEmail: false,
        planExpiresMs: 15 * 60_000,
        pollEveryMs: 60_000,
        watchdog: { jobStartMs: 30_000, noDeployMs: undefined, failures: 3, lockNagMs: 28_800_000 },
        retention: { eventsMs: 7 * 86_400_000, threadsMs: 180 * 86_400_000, operationsMs: 730 * 86_400_000 },
      },
    });
  });

  it('reads every key', () => {
    const text = `
projects:
  - project: acme/production-app
    aliases: [app]
    events: poll
    channels:
      - { id: C0DEPLOYS, notify: [started], refs: [main, "v*"], default: true, default_environment: production }
      - id: C0RELEASE
        environments: ["production*"]
        exclude: { sources: [schedule], actors: ["@renovate-bot"] }
        broadcast: none
        mention: requester
      - { id: C0QA, exclude: { actors: [gil] }, broadcast: all, mention: none }
    environments:
      production: { aliases: [prod], job: deploy-prod, deployers: [maintainer, "@ann", U0MIA] }
      review/*: { job: [deploy-a, deploy-b] }
identity: { users: { U0ANN: ann, U0RAJ: "@raj" }, email: true }
operations: { channel: C0OPS }
retention: { events: 1d, threads: 2w, operations: 1w1d }
plan_expires: 1h30m
poll_every: 90s
`;

    const read = readConfigFile(text, 'chatops.yml');

    expect(read).toMatchObject({
      kind: 'read',
      settings: {
        projects: [
          {
            aliases: ['app'],
            events: 'poll',
            channels: [
              { notify: ['started'], refs: ['main', 'v*'], default: true, defaultEnvironment: 'production' },
              {
                environments: ['production*'],
                exclude: { sources: ['schedule'], actors: ['renovate-bot'] },
                broadcast: 'none',
                mention: 'requester',
              },
              { exclude: { sources: [], actors: ['gil'] }, broadcast: 'all', mention: 'none' },
            ],
            environments: [
              {
                name: 'production',
                aliases: ['prod'],
                jobs: ['deploy-prod'],
                deployers: ['maintainer', '@ann', 'U0MIA'],
              },
              { name: 'review/*', aliases: [], jobs: ['deploy-a', 'deploy-b'] },
            ],
          },
        ],
        takesWebhooks: false,
        operationsChannel: 'C0OPS',
        identityUsers: { U0ANN: 'ann', U0RAJ: 'raj' },
        identityEmail: true,
        planExpiresMs: 5_400_000,
        pollEveryMs: 90_000,
        watchdog: { jobStartMs: 30_000, noDeployMs: undefined, failures: 3, lockNagMs: 28_800_000 },
        retention: { eventsMs: 86_400_000, threadsMs: 14 * 86_400_000, operationsMs: 8 * 86_400_000 },
      },
    });
  });

  it.each([
    [
      'an unknown key',
      project('alias: [app]'),
      'projects[0].alias: is not a known key (chatops.yml line 4). Did you mean `aliases`?',
    ],
    [
      'an address where it is asked whether addresses count',
      `${smallestFile}\nidentity: { email: acme.example }`,
      'identity.email: is text instead of true or false (chatops.yml line 4: `acme.example`). Write true or false',
    ],
    [
      'a freeze whose zone nobody knows',
      project(
        "environments: { production: { freeze: [{ from: '0 16 * * 5', to: '0 8 * * 1', timezone: Atlantis }] } }",
      ),
      'environments.production.freeze[0]: names the time zone `Atlantis`, which nobody knows',
    ],
    [
      'a freeze that is no cron',
      project("environments: { production: { freeze: [{ from: friday, to: '0 8 * * 1' }] } }"),
      'says `friday`, which is neither a cron with five fields nor a date',
    ],
    [
      'a freeze that ends before it begins',
      project('environments: { production: { freeze: [{ from: 2027-01-04T08:00, to: 2026-12-20T00:00 }] } }'),
      'freeze[0]: ends before it begins',
    ],
    [
      'versions that are no regular expression',
      project("environments: { production: { versions: '^v(' } }"),
      'environments.production.versions: is not a regular expression',
    ],
    ['a key in the wrong place', project('email: true'), 'projects[0].email: is not a known key (chatops.yml line 4)'],
    [
      'environments of a channel written like those of a project',
      smallestFile.replace('C0DEPLOYS', 'C0DEPLOYS, environments: { production: {} }'),
      'channels[0].environments: is a group of keys instead of a list (chatops.yml line 3). Write a list of environments',
    ],
    [
      'a channel of no environment',
      smallestFile.replace('C0DEPLOYS', 'C0DEPLOYS, environments: []'),
      'channels[0].environments: names no environment',
    ],
    [
      'a misspelt source of pipelines',
      smallestFile.replace('C0DEPLOYS', 'C0DEPLOYS, exclude: { sources: [schedules] }'),
      'Did you mean `schedule`?',
    ],
    [
      'a display name for a user to exclude',
      smallestFile.replace('C0DEPLOYS', 'C0DEPLOYS, exclude: { actors: [Renovate Bot] }'),
      'channels[0].exclude.actors[0]: is not a GitLab user name',
    ],
    [
      'an unknown way to broadcast',
      smallestFile.replace('C0DEPLOYS', 'C0DEPLOYS, broadcast: failure'),
      'Did you mean `failures`?',
    ],
    [
      'an unknown person to mention',
      smallestFile.replace('C0DEPLOYS', 'C0DEPLOYS, mention: everybody'),
      'channels[0].mention: is not one of author, requester, none',
    ],
    [
      'a key that means nothing here',
      project('colour: red'),
      'This version knows here: project, aliases, events, channels, environments',
    ],
    ['a source of events that there is not', project('events: hook'), 'events: is not one of webhook, poll, both'],
    [
      'an alias in defaults',
      `defaults: { aliases: [app] }\n${smallestFile}`,
      'defaults.aliases: `defaults` is for many projects, an alias must mean one',
    ],
    [
      'a default project among many',
      'projects: [{ project: acme/*, channels: [{ id: C0ONE, default: true }] }]',
      'projects[0].channels[0].default: `acme/*` is for many projects, a channel has one default project',
    ],
    [
      'names that clash across entries',
      `defaults: { environments: { live: {} } }\n${project('environments: { production: { aliases: [live] } }')}`,
      'environments.production.aliases[0]: `live` means the environment `live` already, in `acme/production-app`',
    ],
    [
      'a slip in defaults, and not what is missing because of it',
      'defaults: { channels: [{ id: deploys }] }\nprojects: [{ project: acme/a }]',
      'defaults.channels[0].id: is not a channel id',
    ],
    ['an unknown key at the top', `${smallestFile}\npoll_evry: 60s`, 'Did you mean `poll_every`?'],
    [
      'an unknown key of an environment',
      project('environments:', '  production:', '    jobs: [a]'),
      'environments.production.jobs: is not a known key (chatops.yml line 6). Did you mean `job`?',
    ],
    [
      'a channel name',
      smallestFile.replace('C0DEPLOYS', "'#deploys'"),
      'channels[0].id: is not a channel id (chatops.yml line 3: `#deploys`). Open the channel in Slack and click its name',
    ],
    [
      'a wrong word in notify',
      smallestFile.replace('C0DEPLOYS', 'C0DEPLOYS, notify: [faild]'),
      'Did you mean `failed`?',
    ],
    [
      'a web address as project',
      smallestFile.replace('acme', 'https://gitlab.com/acme'),
      'is not the full path of a project',
    ],
    [
      'a project without channels',
      'projects: [{ project: acme/a }]',
      'projects[0].channels: is missing (chatops.yml line 1). Write at least one',
    ],
    ['no projects', 'projects: []', 'projects: names no project'],
    [
      'a misspelt role',
      project('environments: { production: { deployers: [maintaner] } }'),
      'did you mean `maintainer`?',
    ],
    ['an environment without keys', project('environments:', '  production:'), 'environments.production: is empty'],
    ['an alias of two words', project('aliases: [my app]'), 'is not one plain word'],
    [
      'a number for text',
      smallestFile.replace('C0DEPLOYS', 'C0DEPLOYS, refs: [1.0]'),
      'is a number instead of text (chatops.yml line 3: `1.0`). Put it in quotes: "1.0"',
    ],
    ['a number for a duration', `${smallestFile}\npoll_every: 60`, 'Write it like 90s, 15m'],
    [
      'a word for a duration',
      `${smallestFile}\nplan_expires: soon`,
      'plan_expires: is not a duration (chatops.yml line 4: `soon`)',
    ],
    [
      'identity the wrong way round',
      `${smallestFile}\nidentity: { users: { ann: U0ANN } }`,
      'identity.users.ann: is not a Slack user id',
    ],
    [
      'a list as the whole',
      '- project: acme/a',
      'the file: is a list instead of a group of keys (chatops.yml). Write `projects:`',
    ],
    ['an empty file', '# nothing yet', `chatops.yml: is empty. Begin with:\n${smallestFile}`],
  ])('tells %s', (_case, text, told) => {
    const problems = problemsOf(text);

    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(told);
  });

  it.each([
    [
      'a tab',
      'projects:\n\t- project: acme/a',
      'chatops.yml line 2, column 1: Tabs are not allowed as indentation. Indent with spaces',
    ],
    ['an open bracket', 'projects: [1\n', 'chatops.yml line 2, column 1: '],
    [
      'a key written twice',
      'projects: []\nprojects: []',
      'chatops.yml line 2, column 1: Map keys must be unique. Write each key once',
    ],
    ['an alias without anchor', 'projects: *all', 'chatops.yml: Unresolved alias'],
  ])('tells where the YAML breaks: %s', (_case, text, told) => {
    const problems = problemsOf(text);

    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(told);
  });

  it('tells slips and conflicts of the whole file in one go', () => {
    const problems = problemsOf(`
projects:
  - { project: acme/a, aliases: [x], channels: [{ id: C0ONE }] }
  - { project: acme/b, aliases: [X], channels: [{ id: C0TWO }] }
  - { project: acme/c, channels: [{ id: deploys, notfy: [] }] }
poll_evry: 1m
`);

    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'projects[2].channels[0].id',
      'projects[2].channels[0].notfy',
      'poll_evry',
      'projects[1].aliases[0]',
    ]);
  });
});
