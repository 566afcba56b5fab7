import { type EnvironmentTrouble, renderEnvironmentAlert } from '../../cards/environment-alert.ts';
import type { EnvironmentRecord } from '../../domain/environment-record.ts';
import { matchesGlob, type ProjectRef, type ProjectRules } from '../../domain/project.ts';
import { mailUnlessShownRow } from '../outside/mail-row.ts';
import type { Tables } from '../store-ports.ts';

/** Tells the project's channels that follow deployments of the environment what is amiss with it. */
export async function alertEnvironment(
  tables: Pick<Tables, 'inbox' | 'outbox'>,
  about: {
    readonly record: EnvironmentRecord;
    readonly trouble: EnvironmentTrouble;
    readonly project: ProjectRef;
    readonly rules: ProjectRules;
    readonly now: Date;
  },
): Promise<void> {
  const { record, trouble, project, rules, now } = about;
  const { environment, newestId } = record;
  const card = renderEnvironmentAlert({ project, record, trouble, now });
  const meaning = `watchdog:${project.id}/${environment}/${trouble}:${newestId}`;
  const keys = followers(rules, environment).map((channel) => ({ channel, key: `${channel}/${meaning}` }));
  for (const message of keys) {
    await tables.outbox.put({ ...message, rootKey: undefined, lane: 'failure', ...card }, now);
  }
  const messageKeys = keys.map(({ key }) => key);
  await tables.inbox.add(mailUnlessShownRow({ project, environment, key: meaning, messageKeys }, now));
}

/** The channels that are told of an environment's deployments or of failures. */
export function followers(rules: ProjectRules, environment: string): readonly string[] {
  return rules.channels
    .filter(({ notify }) => notify.includes('deployed') || notify.includes('failed'))
    .filter(({ environments }) => environments?.some((glob) => matchesGlob(glob, environment)) ?? true)
    .map(({ id }) => id);
}
