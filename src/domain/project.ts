import type { CanaryRule, VerifyRule } from './check-rules.ts';
import type { FreezePeriod } from './freeze.ts';
import type { Watch } from './watch.ts';

/** A project as GitLab's payloads name it. */
export interface ProjectRef {
  readonly id: number;
  /** Full path, e.g. `acme/production-app`. */
  readonly path: string;
  readonly url: string;
  readonly defaultBranch?: string | undefined;
}

/**
 * What a channel may be told of. `deployed` = started, succeeded, failed; `approval` = blocking manual jobs; `tag` = tags
 * pushed, moved and deleted; `release` = GitLab's releases.
 */
export const notifyKinds = [
  'failed',
  'fixed',
  'started',
  'succeeded',
  'deployed',
  'approval',
  'tag',
  'release',
] as const;
export type NotifyKind = (typeof notifyKinds)[number];

/** What a channel is told when nothing is said of it. */
export const defaultNotify = ['failed', 'fixed', 'deployed', 'approval'] as const satisfies readonly NotifyKind[];

/** Which replies also show in the channel, outside their thread. `failures`: and that a failed branch is fixed. */
export const broadcastKinds = ['failures', 'all', 'none'] as const;
export type BroadcastKind = (typeof broadcastKinds)[number];

/** Who is mentioned when something failed: the commit's author, or who asked for it in Slack. */
export const mentionKinds = ['author', 'requester', 'none'] as const;
export type MentionKind = (typeof mentionKinds)[number];

/** Pipelines that open no thread in a channel. */
export interface Exclusion {
  /** What made the pipeline, in GitLab's words. */
  readonly sources: readonly string[];
  /** GitLab usernames of those who started it. */
  readonly actors: readonly string[];
}

/** How one channel follows a project. */
export interface ChannelRule {
  readonly id: string;
  readonly notify: readonly NotifyKind[];
  /** Globs over refs; undefined: the default branch and tags. */
  readonly refs?: readonly string[] | undefined;
  /** Globs over the environments whose deployments and gates are told; undefined: all. */
  readonly environments?: readonly string[] | undefined;
  readonly exclude?: Exclusion | undefined;
  readonly broadcast: BroadcastKind;
  readonly mention: MentionKind;
  readonly default: boolean;
  readonly defaultEnvironment?: string | undefined;
  /** Where `/chatops watch` added the channel; undefined: `chatops.yml` did. */
  readonly watch?: Watch | undefined;
}

/** How an environment is taken back. What is left out: redeploy, developers, locked afterwards on tier production. */
export interface RollbackRule {
  readonly by?: 'redeploy' | 'job' | undefined;
  readonly who?: readonly string[] | undefined;
  readonly lock?: boolean | undefined;
  /** The pipeline's own rollback jobs. */
  readonly jobs?: readonly string[] | undefined;
  /** How many approvals it takes; undefined: none. */
  readonly approvals?: number | undefined;
  /** After a failed verification the bot rolls back by itself. */
  readonly auto?: boolean | undefined;
}

/** Who has to approve a deploy, as written; what is left out has the defaults of `approvalTerms`. */
export interface ApprovalRule {
  readonly required: number;
  readonly approvers?: readonly string[] | undefined;
  readonly ask?: readonly string[] | undefined;
  readonly self?: boolean | undefined;
  readonly authors?: boolean | undefined;
  readonly expires?: number | undefined;
}

/** What is configured for an environment; `name` may be a glob. */
export interface EnvironmentRule {
  readonly name: string;
  readonly aliases: readonly string[];
  /** Names of the deploy jobs, when the pipeline's own graph does not say it. */
  readonly jobs: readonly string[];
  /** GitLab roles, `@gitlab-user`, Slack user ids. Undefined: developer, maintainer on tier production. */
  readonly deployers?: readonly string[] | undefined;
  readonly rollback?: RollbackRule | undefined;
  readonly approvals?: ApprovalRule | undefined;
  /** Names and patterns of variables that may be set there; undefined: none on tier production, elsewhere all. */
  readonly variables?: readonly string[] | undefined;
  /** `required`: every write there with the person's own GitLab token. */
  readonly link?: 'required' | 'optional' | undefined;
  /** False: nobody is asked before a deploy. Never on tier production. */
  readonly confirm?: boolean | undefined;
  /** A regular expression over refs; undefined: all may go there. */
  readonly versions?: string | undefined;
  /** Environments in which the commit has to have succeeded, with no later failure. */
  readonly after?: readonly string[] | undefined;
  /** Jobs of the pipeline that must have passed. */
  readonly requires?: readonly string[] | undefined;
  /** A page that shows how the environment is. */
  readonly dashboard?: string | undefined;
  /** Who gets a mail of its failures and rollbacks. */
  readonly notifyEmail?: readonly string[] | undefined;
  /** Patterns of files that a rollback across them warns of. */
  readonly migrations?: readonly string[] | undefined;
  /** How it is found out whether a deployment is good; undefined: by the pipeline's own verify jobs. */
  readonly verify?: VerifyRule | undefined;
  /** What happens between its canary and the environment itself. */
  readonly canary?: CanaryRule | undefined;
  /** Who is called when something went wrong by itself: a Slack user or user group. */
  readonly oncall?: string | undefined;
  /** Times without deployments. */
  readonly freeze?: readonly FreezePeriod[] | undefined;
}

/** Where news of a project may come from. `webhook`: it is not polled; `poll`: its webhooks are ignored. */
export const eventSources = ['webhook', 'poll', 'both'] as const;
export type EventSource = (typeof eventSources)[number];

/** Everything configured for one project. */
export interface ProjectRules {
  readonly path: string;
  readonly aliases: readonly string[];
  /** Undefined: both. */
  readonly events?: EventSource | undefined;
  readonly channels: readonly ChannelRule[];
  readonly environments: readonly EnvironmentRule[];
  /** The only channels from which a project that `chatops.yml` does not name may be deployed. Undefined: any. */
  readonly deployFrom?: readonly string[] | undefined;
}

/** Whether `text` matches a glob where `*` stays within a path segment and `**` crosses segments. */
export function matchesGlob(glob: string, text: string): boolean {
  const pattern = glob
    .split(/(\*\*|\*|\?)/)
    .map((part) => {
      if (part === '**') return '.*';
      if (part === '*') return '[^/]*';
      if (part === '?') return '[^/]';
      return part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${pattern}$`, 'u').test(text);
}

/** GitLab takes paths without regard to case, and keeps each for one project only. */
export function isSamePath(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Whether a configured name stands for many. */
export function isGlob(text: string): boolean {
  return /[*?]/.test(text);
}

/**
 * Orders names and globs for `sort`, the most specific first: an exact name, then the longer beginning without
 * wildcards, then the longer rest, then `*` before `**`.
 */
export function compareSpecificity(a: string, b: string): number {
  return (
    Number(isGlob(a)) - Number(isGlob(b)) ||
    literalPrefix(b).length - literalPrefix(a).length ||
    b.replace(/[*?]/g, '').length - a.replace(/[*?]/g, '').length ||
    a.split('**').length - b.split('**').length
  );
}

/** What a glob begins with before its first wildcard. */
export function literalPrefix(glob: string): string {
  return glob.split(/[*?]/)[0] ?? '';
}

/**
 * What is configured for an environment: of its exact name and all globs that match, the most specific one that says
 * it, key by key. Bears the name of the most specific one.
 */
export function environmentRule(rules: ProjectRules, name: string): EnvironmentRule | undefined {
  const matching = rules.environments
    .filter((rule) => rule.name === name || matchesGlob(rule.name, name))
    .toSorted((a, b) => Number(b.name === name) - Number(a.name === name) || compareSpecificity(a.name, b.name));
  const [first] = matching;
  return first && Object.assign({}, ...matching.toReversed().map(saidKeys), { name: first.name }, emptyLists(matching));
}

/** The keys that a rule says something of, so that what it leaves out does not hide what a wider one says. */
function saidKeys(rule: EnvironmentRule): Partial<EnvironmentRule> {
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined));
}

/** Lists that are always there: empty means that nothing is said. */
function emptyLists(matching: readonly EnvironmentRule[]): Pick<EnvironmentRule, 'aliases' | 'jobs'> {
  return {
    aliases: matching.find((rule) => rule.aliases.length > 0)?.aliases ?? [],
    jobs: matching.find((rule) => rule.jobs.length > 0)?.jobs ?? [],
  };
}
