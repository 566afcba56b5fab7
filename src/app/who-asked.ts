import type { Person } from '../domain/actor.ts';
import type { Tables } from './store-ports.ts';

/** Which job, of which pipeline. */
export interface PlayedJob {
  readonly projectId: number;
  readonly pipelineId: number | undefined;
  readonly jobId: number | undefined;
}

/**
 * The person who asked in Slack for the job to be played. GitLab knows only whose token played it, which is the bot's
 * own for everybody who has not linked an account.
 */
export async function whoAsked(tables: Pick<Tables, 'operations'>, played: PlayedJob): Promise<Person | undefined> {
  const { projectId, pipelineId, jobId } = played;
  if (pipelineId === undefined || jobId === undefined) return undefined;
  const operations = await tables.operations.ofPipeline(projectId, pipelineId);
  const operation = operations.find((candidate) => candidate.steps.some((step) => step.jobId === jobId));
  if (!operation) return undefined;
  const { slackUserId, gitlab } = operation.requester;
  return gitlab ?? { username: slackUserId, name: slackUserId };
}
