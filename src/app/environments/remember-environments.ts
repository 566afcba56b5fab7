import type { DeploymentRow } from '../../cards/deployments.ts';
import { type EnvironmentRecord, refreshEnvironmentRecord } from '../../domain/environment-record.ts';
import type { HeardEnvironment } from '../command.ts';
import { whoAsked } from '../input/who-asked.ts';
import type { Tables } from '../store-ports.ts';

/** Keeps what GitLab has just answered, for when it does not; and who asked for it here, which GitLab does not know. */
export async function rememberEnvironments(
  tables: Pick<Tables, 'environments' | 'operations'>,
  heard: readonly HeardEnvironment[],
  now: Date,
): Promise<void> {
  for (const each of heard) {
    const { projectId, environment, successes } = each;
    const [live] = successes;
    const by = live && (await whoAsked(tables, { projectId, pipelineId: live.pipelineId, jobId: live.jobId }));
    const held = await tables.environments.find(projectId, environment);
    await tables.environments.save(refreshEnvironmentRecord(held, { ...each, by, now }));
  }
}

/** What is remembered of an environment, as a line of the card. */
export function rememberedRow({ environment, tier, url, live, takenBack }: EnvironmentRecord): DeploymentRow {
  return { environment, tier, url, ...live, rolledBack: live?.rolledBack ?? false, takenBack };
}
