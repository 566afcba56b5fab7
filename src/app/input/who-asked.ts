import type { Person } from '../../domain/actor.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Tables } from '../store-ports.ts';

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
  const operation = await operationOf(tables, played);
  if (!operation) return undefined;
  if (operation.byItself) return { username: 'chatops', name: 'the bot itself' };
  const { slackUserId, gitlab } = operation.requester;
  return gitlab ?? { username: slackUserId, name: slackUserId };
}

/** The operation that had the job played. */
export async function operationOf(
  tables: Pick<Tables, 'operations'>,
  { projectId, pipelineId, jobId }: PlayedJob,
): Promise<Operation | undefined> {
  if (pipelineId === undefined || jobId === undefined) return undefined;
  const operations = await tables.operations.ofPipeline(projectId, pipelineId);
  return operations.find((candidate) => candidate.steps.some((step) => step.jobId === jobId));
}
