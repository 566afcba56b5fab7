import type { Actor } from '../domain/actor.ts';
import type { Phrase } from '../domain/phrase.ts';
import type { DeployPlan } from '../domain/plan.ts';
import type { ProjectRef, ProjectRules } from '../domain/project.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { FlagRules, Words } from './arguments.ts';
import type { GitLabReads, Settings, SlackContent, Tables } from './ports.ts';

/** A project that a command is about: what is configured, and what GitLab calls it. */
export interface ProjectContext {
  readonly rules: ProjectRules;
  readonly ref: ProjectRef;
}

/** What a command is handed: everything it may look at, nothing it could change. */
export interface CommandContext {
  readonly actor: Actor;
  /** A Slack guest, bot or deactivated user. */
  readonly restricted: boolean;
  /** Where it was typed or pressed. */
  readonly channel: string;
  /** The project of the thread, else of the channel; undefined where there is none. */
  readonly here: ProjectRules | undefined;
  readonly settings: Settings;
  readonly gitlab: GitLabReads;
  readonly tables: Pick<Tables, 'operations' | 'pipelines' | 'outbox'>;
  readonly now: Date;
  /** The project as GitLab knows it. @throws NotFoundError, GitLabError */
  resolveProject(rules: ProjectRules): Promise<ProjectContext>;
}

/** For the audit: what a command turned out to be about. */
export interface Subject {
  readonly project?: string | undefined;
  readonly environment?: string | undefined;
  readonly version?: string | undefined;
  readonly sha?: string | undefined;
  readonly pipelineId?: number | undefined;
  readonly jobId?: number | undefined;
}

/** What a command leads to. Only `planned` may change anything, and only after somebody pressed its button. */
export type CommandResult =
  | { readonly kind: 'planned'; readonly deed: DeployPlan; readonly warnings: readonly Phrase[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly about: Subject; readonly noOp?: boolean }
  | { readonly kind: 'answer'; readonly card: SlackContent; readonly about: Subject };

/** One slash command: how it is called, and how its words become a result. */
export interface Command {
  /** With the slash, without the installation's prefix. */
  readonly name: `/${string}`;
  readonly usage: string;
  readonly description: string;
  readonly examples: readonly string[];
  readonly flags: FlagRules;
  /** @throws UsageError, GitLabError, NotFoundError; expected refusals are results. */
  run(words: Words, context: CommandContext): Promise<CommandResult>;
}
