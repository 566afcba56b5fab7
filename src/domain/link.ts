import type { Person } from './actor.ts';

/** The GitLab account that a Slack user proved to be theirs. */
export interface Link {
  readonly slackUserId: string;
  readonly gitlab: Person & { readonly id: number };
  /** `broken`: GitLab takes its tokens no more, so nothing can be done with it until the person links again. */
  readonly state: 'good' | 'broken';
  readonly linkedAt: Date;
}
