import path from 'node:path';
import { environmentSettings } from '../../config/schema.ts';
import { StoreError } from '../../domain/errors.ts';
import type { HookFacts, ProjectFacts } from '../../gitlab/setup.ts';
import { readLastWebhook } from '../../store/inspect.ts';
import { ownHooks } from '../webhook.ts';
import type { ProjectCheckup } from './project-checkup.ts';

/** Older news says nothing about a hook of today. */
const RECENT_MS = 7 * 86_400_000;

/** A hook of a group above the project, as its owners see it. */
export interface GroupHook {
  readonly group: string;
  readonly hook: HookFacts;
}

/** The webhook to this bot of the nearest group above the project that has one and shows it to the token. */
export async function findGroupHook(about: ProjectCheckup, project: ProjectFacts): Promise<GroupHook | undefined> {
  const names = project.path.split('/').slice(0, -1);
  for (let depth = names.length; depth > 0; depth -= 1) {
    const group = names.slice(0, depth).join('/');
    const hooks = (await about.gitlab.groupHooks(group)) ?? [];
    const [hook] = ownHooks(hooks, about.checkup.env[environmentSettings.publicUrl.name]);
    if (hook) return { group, hook };
  }
  return undefined;
}

/** When the bot last had a webhook of the project, if that is less than a week ago: then some hook does deliver. */
export async function lastDelivery(about: ProjectCheckup, project: ProjectFacts): Promise<Date | undefined> {
  const { checkup, settings } = about;
  const { database } = settings;
  if (database === undefined || database.path === ':memory:') return undefined;
  try {
    const at = await readLastWebhook(path.resolve(checkup.cwd, database.path), project.id);
    return at !== undefined && checkup.now().getTime() - at.getTime() < RECENT_MS ? at : undefined;
  } catch (error) {
    // What is wrong with the store is told with the store.
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}
