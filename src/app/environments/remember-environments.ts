import type { DeploymentRow } from '../../cards/deployments.ts';
import { type EnvironmentRecord, refreshEnvironmentRecord } from '../../domain/environment-record.ts';
import type { HeardEnvironment } from '../command.ts';
import type { Tables } from '../store-ports.ts';

/** Keeps what GitLab has just answered, for when it does not. */
export async function rememberEnvironments(
  { environments }: Pick<Tables, 'environments'>,
  heard: readonly HeardEnvironment[],
  now: Date,
): Promise<void> {
  for (const each of heard) {
    const held = await environments.find(each.projectId, each.environment);
    await environments.save(refreshEnvironmentRecord(held, { ...each, now }));
  }
}

/** What is remembered of an environment, as a line of the card. */
export function rememberedRow({ environment, tier, url, live }: EnvironmentRecord): DeploymentRow {
  return { environment, tier, url, ...live, rolledBack: live?.rolledBack ?? false };
}
