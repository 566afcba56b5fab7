import type { ProjectRef } from './project.ts';

/** Somebody wants to be told, once, when an environment is free for a deploy. */
export interface Wait {
  readonly project: ProjectRef;
  readonly environment: string;
  readonly slackUserId: string;
  /** Where they asked, and are told. */
  readonly channel: string;
  /** The command that they would type again, names resolved: `/deploy acme/app:production v1.4.0`. */
  readonly line: string;
  readonly since: Date;
}

/** Somebody wants to be told, once, when GitLab answers again, since it did not for a command of theirs. */
export interface GitLabWait {
  readonly slackUserId: string;
  /** Where they asked, and are told. */
  readonly channel: string;
  /** The command that was not carried out, as it reads in that channel; or `operationWait` for a press on a deploy. */
  readonly line: string;
  readonly since: Date;
}

const operationMark = 'operation:';

/** What is kept in place of a command for a press on a running deploy, which no command stands for. */
export function operationWait(operationId: string): string {
  return `${operationMark}${operationId}`;
}

/** The deploy that was pressed on; undefined: a command was typed. */
export function waitedOperation({ line }: Pick<GitLabWait, 'line'>): string | undefined {
  return line.startsWith(operationMark) ? line.slice(operationMark.length) : undefined;
}
