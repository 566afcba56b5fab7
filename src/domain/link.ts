import type { Person } from './actor.ts';

/** A GitLab user whose own token said who they are. */
export type LinkedPerson = Person & { readonly id: number };

/** The GitLab account that a Slack user proved to be theirs. */
export interface Link {
  readonly slackUserId: string;
  readonly gitlab: LinkedPerson;
  /** `broken`: GitLab takes its tokens no more, so nothing can be done with it until the person links again. */
  readonly state: 'good' | 'broken';
  readonly linkedAt: Date;
}
