import type { Card } from '../../cards/card.ts';
import type { ProjectRef } from '../../domain/project.ts';
import { followers } from '../environments/alert-environment.ts';
import { mailRow } from '../outside/mail-row.ts';
import type { Settings } from '../ports.ts';
import type { Tables } from '../store-ports.ts';

/** A rollback that was made in GitLab. `key`: which one, so that it is told once. */
export interface RollbackNews {
  readonly project: ProjectRef;
  readonly environment: string;
  readonly key: string;
  readonly card: Card;
  readonly now: Date;
}

/** Tells the channels that follow the environment at top level, and mails to whom its settings name. */
export async function putRollbackNews(
  tables: Pick<Tables, 'inbox' | 'outbox'>,
  { project, environment, key, card, now }: RollbackNews,
  { rulesFor }: Pick<Settings, 'rulesFor'>,
): Promise<void> {
  const rules = rulesFor(project.path);
  await tables.inbox.add(mailRow({ project, environment, key: `rollback-seen:${key}`, content: card }, now));
  for (const channel of rules ? followers(rules, environment) : []) {
    await tables.outbox.put(
      {
        key: `${channel}/rollback-seen:${project.id}/${key}`,
        channel,
        rootKey: undefined,
        lane: 'failure',
        ...card,
      },
      now,
    );
  }
}
