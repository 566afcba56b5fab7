import { z } from 'zod';
import { GitLabError, NotFoundError } from '../domain/errors.ts';
import { createRequester, type RequesterOptions } from './client.ts';
import { readAs } from './schema.ts';

// What setting up and checking an installation asks of GitLab. The bot itself makes none of these calls.

/** The events that the bot follows, by the names they have on a hook. The first three are what it lives on. */
export const hookEvents = [
  'pipeline_events',
  'job_events',
  'deployment_events',
  'tag_push_events',
  'releases_events',
] as const;

/** One of the events. */
export type HookEventName = (typeof hookEvents)[number];

/** Which GitLab it is. */
export interface GitLabVersion {
  readonly version: string;
  /** True for the Enterprise Edition, which may still be on the Free tier; undefined where GitLab does not say. */
  readonly enterprise: boolean | undefined;
  /** GitLab's clock, from its `Date` header. */
  readonly date: Date | undefined;
}

/** Whose token it is. */
export interface TokenUser {
  readonly id: number;
  readonly username: string;
  readonly bot: boolean;
  /** Of the whole instance. */
  readonly isAdmin: boolean;
}

/** What a token may do, and until when. */
export interface TokenFacts {
  readonly scopes: readonly string[];
  readonly expiresAt: Date | undefined;
}

/** A project with the settings that matter to deployments. */
export interface ProjectFacts {
  readonly id: number;
  readonly path: string;
  readonly url: string;
  readonly archived: boolean;
  /** "Prevent outdated deployment jobs". */
  readonly forwardDeployment: boolean | undefined;
  /** "Allow job retries for rollback deployments". */
  readonly rollbackAllowed: boolean | undefined;
  /** Who may give variables to a pipeline or job, e.g. `no_one_allowed`. */
  readonly variablesRole: string | undefined;
}

/** A project's webhook. Its secrets can be written but not read. */
export interface HookFacts {
  readonly id: number;
  readonly url: string;
  readonly events: ReadonlySet<HookEventName>;
  readonly hasToken: boolean | undefined;
  readonly hasSigningToken: boolean | undefined;
  /** `executable`, `temporarily_disabled` or `disabled`. */
  readonly alertStatus: string;
  readonly disabledUntil: Date | undefined;
  readonly createdAt: Date | undefined;
}

/** One request that a hook has made. */
export interface HookDelivery {
  readonly id: number;
  /** A status code, or words where there was no answer. */
  readonly status: string;
}

/** An environment that only some may deploy to. */
export interface ProtectedEnvironment {
  readonly name: string;
  readonly deployers: readonly Deployers[];
}

/** Whom a rule lets deploy: a level and above, a user, or a group. */
export interface Deployers {
  readonly accessLevel: number | undefined;
  readonly userId: number | undefined;
  readonly groupId: number | undefined;
}

/** How a hook is to be. */
export interface HookDraft {
  readonly url: string;
  readonly token: string;
  readonly signingToken: string | undefined;
}

/** A project by its id, or a group by its path. */
export type HookOwner = { readonly projectId: number } | { readonly group: string };

/** The calls that set an installation up and check it, each asked with the bot's token. */
export interface GitLabSetup {
  version(): Promise<GitLabVersion>;
  user(): Promise<TokenUser>;
  /** Undefined where GitLab does not tell, as for an OAuth token. */
  token(): Promise<TokenFacts | undefined>;
  /** Undefined where there is none, or it is hidden from the token. */
  project(path: string): Promise<ProjectFacts | undefined>;
  /** Full paths of the projects that the token is a member of, archived ones left out; the first two thousand. */
  projectPaths(): Promise<readonly string[]>;
  /** 0 for who is no member. */
  accessLevel(projectId: number, userId: number): Promise<number>;
  /** @throws GitLabError with status 403 for roles below Maintainer. */
  hooks(projectId: number): Promise<readonly HookFacts[]>;
  /** Those of a group; undefined where the tier has none, or the token is no owner of it. */
  groupHooks(group: string): Promise<readonly HookFacts[] | undefined>;
  /** The newest of the last seven days that two pages hold; undefined before GitLab 17.3. */
  deliveries(projectId: number, hookId: number): Promise<readonly HookDelivery[] | undefined>;
  /** Makes the hook of a project or group, or changes the one of that id: all our events on, all others as they are. */
  saveHook(of: HookOwner, hookId: number | undefined, hook: HookDraft): Promise<void>;
  /** Undefined where the tier has none. */
  protectedEnvironments(projectId: number): Promise<readonly ProtectedEnvironment[] | undefined>;
}

const text = z
  .string()
  .nullish()
  .catch(undefined)
  .transform((value) => value ?? undefined);
const flag = z
  .boolean()
  .nullish()
  .catch(undefined)
  .transform((value) => value ?? undefined);
const number = z
  .number()
  .nullish()
  .catch(undefined)
  .transform((value) => value ?? undefined);
const day = text.transform((value) => {
  const at = value === undefined ? undefined : new Date(value);
  return at === undefined || Number.isNaN(at.getTime()) ? undefined : at;
});

const Metadata = z.object({ version: z.string(), enterprise: flag });
const Self = z.object({ id: z.number(), username: z.string(), bot: flag, is_admin: flag });
const Token = z.object({ scopes: z.array(z.string()), expires_at: day });
const PathRow = z.object({ path_with_namespace: z.string() });
const Member = z.object({ access_level: z.number() });
const Project = z.object({
  id: z.number(),
  path_with_namespace: z.string(),
  web_url: z.string(),
  archived: flag,
  ci_forward_deployment_enabled: flag,
  ci_forward_deployment_rollback_allowed: flag,
  ci_pipeline_variables_minimum_override_role: text,
});
const events = Object.fromEntries(hookEvents.map((name) => [name, flag])) as Record<HookEventName, typeof flag>;
const Hook = z.object({
  id: z.number(),
  url: z.string(),
  ...events,
  token_present: flag,
  signing_token_present: flag,
  alert_status: text,
  disabled_until: day,
  created_at: day,
});
const Delivery = z.object({ id: z.number(), response_status: z.union([z.string(), z.number()]).transform(String) });
const Protected = z.object({
  name: z.string(),
  deploy_access_levels: z.array(z.object({ access_level: number, user_id: number, group_id: number })),
});

/** Makes the calls over the requester of the bot: reads are repeated, writes never. */
export function createGitLabSetup(options: RequesterOptions): GitLabSetup {
  const requester = createRequester(options)({ url: `${options.url}/api/v4/` });
  const get: Get = (endpoint, searchParams) => requester.get(endpoint, { searchParams: { ...searchParams } });

  return {
    version: () => readVersion(get),
    async user() {
      const { id, username, bot, is_admin: isAdmin } = readAs(Self, (await get('user')).body, 'the user of the token');
      return { id, username, bot: bot ?? false, isAdmin: isAdmin ?? false };
    },
    async token() {
      const answer = await orUntold(get('personal_access_tokens/self'));
      if (!answer) return undefined;
      const token = readAs(Token, answer.body, 'the token');
      return { scopes: token.scopes, expiresAt: token.expires_at };
    },
    project: (path) => readProject(get, path),
    projectPaths: () => readPaths(get),
    async accessLevel(projectId, userId) {
      const answer = await orAbsent(get(`projects/${projectId}/members/all/${userId}`));
      return answer ? readAs(Member, answer.body, 'the membership').access_level : 0;
    },
    async hooks(projectId) {
      const answer = await get(`projects/${projectId}/hooks`, { perPage: 100 });
      return readAs(z.array(Hook), answer.body, 'the webhooks').map(toHook);
    },
    async groupHooks(group) {
      const answer = await orUntold(get(`groups/${encodeURIComponent(group)}/hooks`, { perPage: 100 }));
      return answer && readAs(z.array(Hook), answer.body, "the group's webhooks").map(toHook);
    },
    deliveries: (projectId, hookId) => readDeliveries(get, `projects/${projectId}/hooks/${hookId}/events`),
    async saveHook(of, hookId, { url, token, signingToken }) {
      const owner = 'group' in of ? `groups/${encodeURIComponent(of.group)}` : `projects/${of.projectId}`;
      const signing = signingToken === undefined ? {} : { signing_token: signingToken };
      const on = Object.fromEntries(hookEvents.map((name) => [name, true]));
      // A hook made without a word gets pushes, which we have no use for.
      const body = { url, token, ...signing, ...on, ...(hookId === undefined ? { push_events: false } : {}) };
      if (hookId === undefined) await requester.post(`${owner}/hooks`, { body });
      // The address goes along because GitLab asks for it, the token because another address resets it.
      else await requester.put(`${owner}/hooks/${hookId}`, { body });
    },
    async protectedEnvironments(projectId) {
      const answer = await orUntold(get(`projects/${projectId}/protected_environments`, { perPage: 100 }));
      if (!answer) return undefined;
      return readAs(z.array(Protected), answer.body, 'the protected environments').map(
        ({ name, deploy_access_levels: levels }) => ({
          name,
          deployers: levels.map((rule) => ({
            accessLevel: rule.access_level,
            userId: rule.user_id,
            groupId: rule.group_id,
          })),
        }),
      );
    },
  };
}

interface Got {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

type Get = (endpoint: string, searchParams?: Readonly<Record<string, unknown>>) => Promise<Got>;

async function readVersion(get: Get): Promise<GitLabVersion> {
  // GitLab before 15.2 has only the older of the two.
  const answer = (await orAbsent(get('metadata'))) ?? (await get('version'));
  const { version, enterprise } = readAs(Metadata, answer.body, "GitLab's version");
  const date = new Date(answer.headers['date'] ?? '');
  return {
    version,
    enterprise: enterprise ?? (version.endsWith('-ee') ? true : undefined),
    date: Number.isNaN(date.getTime()) ? undefined : date,
  };
}

async function readProject(get: Get, path: string): Promise<ProjectFacts | undefined> {
  const answer = await orAbsent(get(`projects/${encodeURIComponent(path)}`));
  if (!answer) return undefined;
  const project = readAs(Project, answer.body, `project ${path}`);
  return {
    id: project.id,
    path: project.path_with_namespace,
    url: project.web_url,
    archived: project.archived ?? false,
    forwardDeployment: project.ci_forward_deployment_enabled,
    rollbackAllowed: project.ci_forward_deployment_rollback_allowed,
    variablesRole: project.ci_pipeline_variables_minimum_override_role,
  };
}

const MAX_PAGES = 20;

async function readPaths(get: Get): Promise<readonly string[]> {
  const paths: string[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const answer = await get('projects', { membership: true, simple: true, archived: false, perPage: 100, page });
    paths.push(...readAs(z.array(PathRow), answer.body, 'the projects').map((row) => row.path_with_namespace));
    if (!answer.headers['x-next-page']) break;
  }
  return paths;
}

/** GitLab names no order and no times, so that the newest may stand on the last page: the ids tell. */
async function readDeliveries(get: Get, endpoint: string): Promise<readonly HookDelivery[] | undefined> {
  const first = await orAbsent(get(endpoint, { perPage: 100 }));
  if (!first) return undefined;
  const pages = Number(first.headers['x-total-pages'] ?? 1);
  const last = pages > 1 ? [await get(endpoint, { perPage: 100, page: pages })] : [];
  const rows = [first, ...last].flatMap((answer) => readAs(z.array(Delivery), answer.body, 'the deliveries'));
  return rows.map(({ id, response_status: status }) => ({ id, status })).toSorted((a, b) => b.id - a.id);
}

function toHook(hook: z.infer<typeof Hook>): HookFacts {
  return {
    id: hook.id,
    url: hook.url,
    events: new Set(hookEvents.filter((name) => hook[name] === true)),
    hasToken: hook.token_present,
    hasSigningToken: hook.signing_token_present,
    alertStatus: hook.alert_status ?? 'executable',
    disabledUntil: hook.disabled_until,
    createdAt: hook.created_at,
  };
}

async function orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  });
}

/** GitLab hides what a tier or a kind of token does not have behind 404, 403 or 400. */
async function orUntold<T>(answer: Promise<T>): Promise<T | undefined> {
  return orAbsent(answer).catch((error: unknown) => {
    if (error instanceof GitLabError && (error.status === 403 || error.status === 400)) return undefined;
    throw error;
  });
}
