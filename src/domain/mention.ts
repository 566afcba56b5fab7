import type { Person } from './actor.ts';
import type { PipelineFacts } from './pipeline.ts';

/** A person to be called to a failure, and what they have to do with it. */
export interface Mention {
  readonly slackUserId: string;
  readonly as: 'author' | 'requester';
}

/**
 * The GitLab user who wrote the commit. GitLab gives a name and an e-mail of its author, which anybody may put into a
 * commit: it is somebody we know only where the user who started the pipeline has the same name.
 */
export function knownAuthor({ commitAuthor, user }: PipelineFacts): Person | undefined {
  return commitAuthor !== undefined && user?.name === commitAuthor ? user : undefined;
}

/** The one Slack user whom `identity.users` calls by this GitLab username; with several it is not known who it is. */
export function slackUserOf(username: string, identityUsers: Readonly<Record<string, string>>): string | undefined {
  const wanted = username.toLowerCase();
  const named = Object.entries(identityUsers).filter(([, gitlab]) => gitlab.toLowerCase() === wanted);
  return named.length === 1 ? named[0]?.[0] : undefined;
}
