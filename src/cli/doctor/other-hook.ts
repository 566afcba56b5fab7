import { StoreError } from '../../domain/errors.ts';
import type { ProjectFacts } from '../../gitlab/setup.ts';
import { readLastWebhook } from '../../store/inspect.ts';
import { seenFrom } from '../database-address.ts';
import type { ProjectCheckup } from './project-checkup.ts';

/** Older news says nothing about a hook of today. */
const RECENT_MS = 7 * 86_400_000;

/** When the bot last had a webhook of the project, if that is less than a week ago: then some hook does deliver. */
export async function lastDelivery(about: ProjectCheckup, project: ProjectFacts): Promise<Date | undefined> {
  const { checkup, settings } = about;
  const database = settings.database && seenFrom(checkup.cwd, settings.database);
  if (!database) return undefined;
  try {
    const at = await readLastWebhook(database, project.id);
    return at !== undefined && checkup.now().getTime() - at.getTime() < RECENT_MS ? at : undefined;
  } catch (error) {
    // What is wrong with the store is told with the store.
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}
