import { type EnvironmentTrouble, renderEnvironmentAlert } from '../cards/environment-alert.ts';
import type { EnvironmentRecord } from '../domain/environment-record.ts';
import { matchesGlob, type ProjectRef, type ProjectRules } from '../domain/project.ts';
import type { Tables } from './store-ports.ts';

/** Tells the project's channels that follow deployments of the environment what is amiss with it. */
export async function alertEnvironment(
  tables: Pick<Tables, 'outbox'>,
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
  for (const channel of followers(rules, environment)) {
    await tables.outbox.put(
      {
        key: `${channel}/watchdog:${project.id}/${environment}/${trouble}:${newestId}`,
        channel,
        rootKey: undefined,
        lane: 'failure',
        ...renderEnvironmentAlert({ project, record, trouble, now }),
      },
      now,
    );
  }
}

/** The channels that are told of an environment's deployments or of failures. */
export function followers(rules: ProjectRules, environment: string): readonly string[] {
  return rules.channels
    .filter(({ notify }) => notify.includes('deployed') || notify.includes('failed'))
    .filter(({ environments }) => environments?.some((glob) => matchesGlob(glob, environment)) ?? true)
    .map(({ id }) => id);
}
