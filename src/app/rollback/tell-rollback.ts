import { z } from 'zod';
import { renderRollbackSeen } from '../../cards/rollback-seen.ts';
import type { Deployment } from '../../domain/deployment.ts';
import { NotFoundError } from '../../domain/errors.ts';
import type { ProjectRef } from '../../domain/project.ts';
import { hasStarted, wentBack } from '../../domain/rollback.ts';
import { observedEntry } from '../audit/observed-entry.ts';
import { rememberEnvironments } from '../environments/remember-environments.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import { whoAsked } from '../input/who-asked.ts';
import type { Clock, Settings, Wake } from '../ports.ts';
import type { InboxRow, NewInboxRow, Store, Tables } from '../store-ports.ts';
import { putRollbackNews } from './put-rollback-news.ts';

export interface TellRollbackDeps {
  readonly settings: () => Settings;
  readonly gitlab: Pick<GitLabReads, 'deploymentsOf'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
}

const RollbackWork = z.object({
  kind: z.literal('rollback_seen'),
  project: z.object({ id: z.number(), path: z.string(), url: z.string() }),
  environment: z.string(),
  deploymentId: z.number(),
});

/** How far back it is looked for the time when the version was there before. */
const deploymentsRead = 50;

/** The inbox row that asks whether a success took its environment back, which only GitLab's own list can say. */
export function rollbackRow(
  about: { readonly project: ProjectRef; readonly environment: string; readonly deploymentId: number },
  now: Date,
): NewInboxRow {
  const { project, environment, deploymentId } = about;
  const { id, path, url } = project;
  const body = JSON.stringify({ kind: 'rollback_seen', project: { id, path, url }, environment, deploymentId });
  return { key: `rollback-seen/${id}/${deploymentId}`, source: 'internal', body, receivedAt: now };
}

/**
 * Tells the project's channels of a rollback that was made on GitLab's page, and records it. One that was asked for in
 * Slack was told there.
 * @throws GitLabError to be tried again later.
 */
export async function tellRollback(row: InboxRow, deps: TellRollbackDeps): Promise<void> {
  const { project, environment, deploymentId } = RollbackWork.parse(JSON.parse(row.body));
  const newestFirst = await deps.gitlab
    .deploymentsOf(project.id, environment, deploymentsRead)
    .catch((error: unknown) => {
      if (error instanceof NotFoundError) return [];
      throw error;
    });
  const index = newestFirst.findIndex(({ id }) => id === deploymentId);
  const deployment = newestFirst[index];
  const older = newestFirst.slice(index + 1);
  const now = deps.clock.now();
  await deps.store.transaction(async (tables) => {
    const successes = newestFirst.filter(({ status }) => status === 'success');
    await rememberEnvironments(tables, [{ projectId: project.id, environment, successes }], now);
    const isBack = deployment !== undefined && wentBack(deployment, older);
    const isTold = isBack && !(await isOurs(tables, project.id, deployment));
    if (isTold) await tell(tables, { project, deployment, left: older.find(hasStarted), now }, deps.settings());
    await tables.inbox.done(row.id, isTold ? 'told' : 'no_rollback', now);
  });
  deps.wake('outbox');
}

/** Whether a rollback that was asked for in Slack, or that the bot made by itself, ran the job. */
export async function isOurs(
  tables: Tables,
  projectId: number,
  { pipelineId, jobId, environment }: Pick<Deployment, 'pipelineId' | 'jobId' | 'environment'>,
): Promise<boolean> {
  if (await whoAsked(tables, { projectId, pipelineId, jobId })) return true;
  const active = await tables.operations.active(projectId, environment);
  return active?.kind === 'rollback' && active.pipelineId === pipelineId;
}

async function tell(
  tables: Tables,
  about: {
    readonly project: ProjectRef;
    readonly deployment: Deployment;
    readonly left: Deployment | undefined;
    readonly now: Date;
  },
  settings: Settings,
): Promise<void> {
  const { project, deployment, now } = about;
  const { environment, id } = deployment;
  const news = { project, environment, key: `${id}`, card: renderRollbackSeen(about), now };
  await putRollbackNews(tables, news, settings);
  const entry = observedEntry({ project, deployment, identityUsers: settings.identityUsers, now });
  await tables.audit.append({ ...entry, action: 'rollback.observed', outcome: 'succeeded' });
}
