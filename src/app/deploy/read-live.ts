import type { Deployment } from '../../domain/deployment.ts';
import { type JobRollback, takenBackSince } from '../../domain/environment-record.ts';
import type { CommandContext } from '../command.ts';
import { whoAsked } from '../input/who-asked.ts';

/** What an environment runs and what is on its way to it, with the people who asked for it. */
export interface EnvironmentState {
  readonly live: Deployment | undefined;
  /** A rollback job left `live` since, so that it is not known what runs. */
  readonly takenBack: JobRollback | undefined;
  readonly running: readonly Deployment[];
}

/** Reads an environment's newest successful deployment and those under way, fresh from GitLab. */
export async function readLive(
  projectId: number,
  environment: string,
  { gitlab, tables }: Pick<CommandContext, 'gitlab' | 'tables'>,
): Promise<EnvironmentState> {
  const [[live], running, record] = await Promise.all([
    gitlab.successfulDeployments(projectId, environment, 1),
    gitlab.runningDeployments(projectId, environment),
    tables.environments.find(projectId, environment),
  ]);
  const named = async (deployment: Deployment): Promise<Deployment> => ({
    ...deployment,
    user:
      (await whoAsked(tables, { projectId, pipelineId: deployment.pipelineId, jobId: deployment.jobId })) ??
      deployment.user,
  });
  return {
    live: live && (await named(live)),
    takenBack: takenBackSince(record, live),
    running: await Promise.all(running.map(named)),
  };
}
