import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { keepAlive } from '../keep-alive.ts';
import { createControlListener } from './control.ts';
import { createDeeds, type Deeds } from './deeds.ts';
import { startRunners } from './engine/runner.ts';
import { createFaultState, createFaults, type Faults } from './faults.ts';
import { createOAuth, type OAuth } from './oauth.ts';
import { showPage } from './pages.ts';
import { createRestListener, type RecordedRequest, send } from './rest/serve.ts';
import { seedWorld } from './seed.ts';
import { type SandboxGitLabState, viewState } from './view.ts';
import { createHook, type Hook } from './webhooks/hook.ts';
import { createWebhookQueue, type SentWebhook } from './webhooks/queue.ts';
import {
  type AccessRule,
  type ApprovalRule,
  type OtherProject,
  type PlannedFailure,
  type ProjectSettings,
  type Tier,
  userNamed,
  type World,
} from './world.ts';

export type { Deeds } from './deeds.ts';
export type { Faults } from './faults.ts';
export type { RecordedRequest } from './rest/serve.ts';
export type { SandboxGitLabState, SandboxJob, SandboxPipeline } from './view.ts';
export type { SentWebhook } from './webhooks/queue.ts';

/** How the stand-in begins. */
export interface GitLabServerOptions {
  /** 0 takes any free port. It always listens on 127.0.0.1 alone. */
  readonly port?: number;
  /** Folder with `.gitlab-ci.yml`; `examples/production-app` unless told. */
  readonly examplePath?: string;
  /** Used instead of the file's text, in the seeded past too. */
  readonly ciYaml?: string;
  /** `manual` (default): nothing runs by itself. Else jobs run in quick time. */
  readonly speed?: 'manual' | { readonly jobMs: number };
  readonly projectPath?: string;
  /** More projects; without tags nothing has happened in them yet. */
  readonly otherProjects?: readonly OtherProject[];
  readonly tier?: Tier;
  readonly now?: () => Date;
  /** CI variables of the project. */
  readonly variables?: Readonly<Record<string, string>>;
  /** How a job of this name fails by what it finds outside of GitLab; undefined: it does not. */
  readonly failing?: (jobName: string) => PlannedFailure | undefined;
}

/** A GitLab on loopback with one project or more, for the demo and the flow tests. */
export interface GitLabServer extends Deeds {
  /** Base URL without a trailing slash; known once started. */
  readonly url: string;
  /** The bot's token (user `chatops`). */
  readonly token: string;
  readonly start: () => Promise<void>;
  /** Closes every connection; webhooks that were not sent are lost. */
  readonly stop: () => Promise<void>;
  /** Sets the project's webhook, all events on. A signing token adds Standard Webhooks signatures. */
  readonly setWebhook: (url: string, token: string, signingToken?: string) => void;
  /** Adds a webhook of the group, with the events that are on: the project's own page does not show it. */
  readonly addGroupWebhook: (url: string, token: string) => void;
  /** A person's own token, as account linking would give it. */
  readonly tokenOf: (username: string) => string;
  /** The application with which people link their accounts. */
  readonly oauth: Pick<OAuth, 'application' | 'takeBack' | 'pairs' | 'heldTokens'>;
  /** Changes what GitLab's project settings allow. */
  readonly settings: ProjectSettings;
  /** Protects an environment; it counts on tier premium only. */
  readonly protectEnvironment: (name: string, rules: ProtectionInput) => void;
  /** Protects every environment of a tier in the projects of a group, beside what these protect themselves. */
  readonly protectTier: (group: string, tier: string, rules: ProtectionInput) => void;
  /** What people and runners do in the project of this path; the deeds of the server itself are in the first one. */
  readonly in: (projectPath: string) => Deeds;
  readonly state: () => SandboxGitLabState;
  /** Tells the listener of every change; call the result to end that. */
  readonly onChange: (listener: () => void) => () => void;
  readonly requests: readonly RecordedRequest[];
  readonly webhooks: readonly SentWebhook[];
  readonly faults: Faults;
  /** Resolves when every webhook so far has been sent or lost. */
  readonly deliverWebhooks: () => Promise<void>;
}

/** Who may deploy and who must approve, by access level or username. */
export interface ProtectionInput {
  readonly deploy?: readonly (number | string)[];
  readonly approvals?: readonly { readonly who: number | string; readonly required: number }[];
}

/** Makes the stand-in with its seeded past; nothing listens before `start`. */
export function createGitLabServer(options: GitLabServerOptions = {}): GitLabServer {
  const world = seedWorld({
    examplePath: path.resolve(
      options.examplePath ?? path.join(import.meta.dirname, '../../../examples/production-app'),
    ),
    projectPath: options.projectPath ?? 'acme/production-app',
    tier: options.tier ?? 'free',
    now: options.now ?? (() => new Date()),
    ...(options.ciYaml === undefined ? {} : { ciYaml: options.ciYaml }),
    ...(options.otherProjects === undefined ? {} : { otherProjects: options.otherProjects }),
    variables: options.variables ?? {},
    failing: options.failing ?? (() => undefined),
  });
  const faultState = createFaultState();
  const hooks: Hook[] = [];
  const groupHooks: Hook[] = [];
  const requests: RecordedRequest[] = [];
  const queue = createWebhookQueue(world, () => [...hooks, ...groupHooks], faultState.webhooks);
  const faults = createFaults(faultState, queue.release);
  const deeds = createDeeds(world);
  const oauth = createOAuth(world, faultState);
  const onChange = (listener: () => void) => hearChanges(world, listener);
  const setters = createHookSetters(world, hooks, groupHooks);
  for (const there of world.projects) there.listeners.add((event) => queue.push(event, there));
  const server = createListener(world, {
    '/api/v4/': createRestListener({
      world,
      hooks,
      groupHooks,
      faults: faultState,
      requests,
      findOAuthUser: oauth.findUser,
    }),
    '/sandbox/': createControlListener({ world, deeds, faults, setWebhook: setters.setWebhook, onChange }),
    '/oauth/': oauth.listen,
  });
  return {
    ...deeds,
    ...createLifetime(world, server, options),
    get url() {
      return world.baseUrl;
    },
    token: userNamed(world, 'chatops').token,
    tokenOf: (username) => userNamed(world, username).token,
    oauth,
    ...setters,
    settings: world.settings,
    ...createProtectors(world),
    in: (projectPath) => createDeeds(worldAt(world, projectPath)),
    state: () => viewState(world),
    onChange,
    requests,
    webhooks: queue.sent,
    faults,
    deliverWebhooks: queue.drain,
  };
}

function hearChanges({ projects }: World, listener: () => void): () => void {
  const hear = (): void => listener();
  for (const { listeners } of projects) listeners.add(hear);
  return () => {
    for (const { listeners } of projects) listeners.delete(hear);
  };
}

function worldAt({ projects }: World, projectPath: string): World {
  const there = projects.find(({ project }) => project.path === projectPath);
  if (there === undefined) throw new Error(`the sandbox has no project ${projectPath}`);
  return there;
}

function createHookSetters(
  world: World,
  hooks: Hook[],
  groupHooks: Hook[],
): Pick<GitLabServer, 'setWebhook' | 'addGroupWebhook'> {
  return {
    setWebhook(url, token, signingToken) {
      const hook = createHook(hooks[0]?.id ?? world.nextId('other'), url, world.now());
      hooks.splice(0, 1, { ...hook, token, signingToken });
    },
    addGroupWebhook(url, token) {
      groupHooks.push({ ...createHook(world.nextId('other'), url, world.now()), token });
    },
  };
}

type Listener = ReturnType<typeof createRestListener>;

function createListener(world: World, listeners: Readonly<Record<string, Listener>>): Server {
  return createServer(keepAlive, (request, response) => {
    const path = request.url ?? '/';
    const listen = Object.entries(listeners).find(([prefix]) => path.startsWith(prefix))?.[1];
    if (listen === undefined) {
      send(response, showPage(world, path) ?? { status: 404, body: { error: '404 Not Found' } });
      return;
    }
    listen(request, response).catch((error: unknown) => {
      // A mistake of the stand-in must show in the test that met it, not end the process.
      if (response.headersSent) return;
      send(response, { status: 500, body: { message: `500 Internal Server Error: ${String(error)}` } });
    });
  });
}

function createLifetime(
  world: World,
  server: Server,
  { port = 0, speed = 'manual' }: GitLabServerOptions,
): Pick<GitLabServer, 'start' | 'stop'> {
  let stopRunners: readonly (() => void)[] = [];
  return {
    start: async () => {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', resolve);
      });
      world.baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      if (speed !== 'manual') stopRunners = world.projects.map((there) => startRunners(there, speed.jobMs));
    },
    stop: async () => {
      for (const stop of stopRunners) stop();
      for (const { listeners } of world.projects) listeners.clear();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function createProtectors(world: World): Pick<GitLabServer, 'protectEnvironment' | 'protectTier'> {
  return {
    protectEnvironment: (name, rules) => protect(world, { name, group: null }, rules),
    protectTier: (group, name, rules) => protect(world, { name, group }, rules),
  };
}

function protect(
  world: World,
  about: { readonly name: string; readonly group: string | null },
  rules: ProtectionInput,
): void {
  const { name, group } = about;
  const rule = (who: number | string): AccessRule => ({
    id: world.nextId('other'),
    accessLevel: typeof who === 'number' ? who : null,
    userId: typeof who === 'string' ? userNamed(world, who).id : null,
    ofGroup: group !== null,
  });
  const index = world.protectedEnvironments.findIndex((each) => each.name === name && each.group === group);
  if (index >= 0) world.protectedEnvironments.splice(index, 1);
  world.protectedEnvironments.push({
    name,
    group,
    protectionsLevels: (rules.deploy ?? [40]).map(rule),
    approvalRules: (rules.approvals ?? []).map(
      (each): ApprovalRule => ({ ...rule(each.who), requiredApprovals: each.required }),
    ),
  });
}
