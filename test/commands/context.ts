import type { CommandContext } from '../../src/app/command.ts';
import type { GitLabReads } from '../../src/app/gitlab-ports.ts';
import type { Settings } from '../../src/app/ports.ts';
import type { Environment } from '../../src/domain/environment.ts';
import type { ProjectRules } from '../../src/domain/project.ts';
import { aChannel, anEnvironmentRule, ann, at, project, someRules } from '../support/builders.ts';

export const app: ProjectRules = someRules({
  aliases: ['app'],
  channels: [aChannel({ id: 'C0DEPLOYS' })],
  environments: [anEnvironmentRule({ name: 'production', aliases: ['prod'] })],
});

const environments: readonly Environment[] = ['development', 'staging', 'production-canary', 'production'].map(
  (name, index) => ({ id: index + 1, name }),
);

/** GitLab as far as reading a command's words needs it; anything else that is asked fails the test. */
function aGitLab(answers: Partial<GitLabReads>): GitLabReads {
  const known: Partial<GitLabReads> = {
    environments: async () => environments,
    environmentNamed: async () => undefined,
    freezePeriods: async () => [],
    protections: async () => [],
    ...answers,
  };
  return new Proxy(known as GitLabReads, {
    get(target, name, receiver): unknown {
      if (!Reflect.has(target, name)) throw new Error(`gitlab was asked for ${String(name)}`);
      return Reflect.get(target, name, receiver);
    },
  });
}

export interface ContextChange {
  readonly settings?: Partial<Settings>;
  readonly context?: Partial<CommandContext>;
  readonly gitlab?: Partial<GitLabReads>;
}

/** Ann in the project's channel. */
export function aContext({ settings, context, gitlab }: ContextChange = {}): CommandContext {
  return {
    actor: ann,
    restricted: false,
    slackName: 'Ann',
    timezone: 'Europe/Paris',
    invite: undefined,
    channel: 'C0DEPLOYS',
    here: app,
    settings: {
      projects: [app],
      rulesFor: (path) => (path === app.path ? app : undefined),
      operationsAdmins: [],
      operationsEmergency: [],
      freezes: { at: () => undefined, problem: () => undefined },
      placeOf: () => 'chatops.yml line 2',
      identityUsers: {},
      identityEmail: false,
      planExpiresMs: 900_000,
      pollEveryMs: 60_000,
      watchdog: { jobStartMs: 30_000, noDeployMs: undefined, failures: 3, lockNagMs: 28_800_000 },
      retention: { eventsMs: 1, threadsMs: 1, operationsMs: 1 },
      commandPrefix: '',
      gitlabUrl: 'https://gitlab.example.com',
      ...settings,
    },
    gitlab: aGitLab(gitlab ?? {}),
    slack: {
      groupMembers: async () => [],
      place: async (id) => ({ id, name: 'deploys', kind: 'channel', shared: false, isMember: true }),
    },
    tables: new Proxy({} as CommandContext['tables'], {
      get: (_target, name) => {
        // Nobody has asked for anything yet.
        if (name === 'meta') return { get: async () => undefined };
        throw new Error(`the store was asked for ${String(name)}`);
      },
    }),
    now: at(0),
    maskSecrets: (text) => text,
    resolveProject: async (rules) => ({ rules, ref: { ...project, path: rules.path } }),
    ...context,
  };
}
