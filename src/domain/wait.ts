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
  /** The command that was not carried out, as it reads in that channel. */
  readonly line: string;
  readonly since: Date;
}
