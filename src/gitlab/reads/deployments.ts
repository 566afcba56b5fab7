import { z } from 'zod';
import type { GitLabReads } from '../../app/gitlab-ports.ts';
import { decodeJobStatus, isActive } from '../../domain/job.ts';
import { decodeDeployment } from '../decode-answer.ts';
import { DeploymentPayload, readAs } from '../schema.ts';
import type { ReadContext } from './context.ts';

type DeploymentReads = Pick<
  GitLabReads,
  | 'deployment'
  | 'deploymentsUpdatedSince'
  | 'deploymentsOf'
  | 'startedDeployments'
  | 'successfulDeployments'
  | 'runningDeployments'
  | 'endedDeploymentsOf'
>;

const maxUpdatedPages = 5;
/** GitLab lists deployments by environment and status, not by commit: so many pages are looked through for one. */
const maxHistoryPages = 5;
const pageSize = 100;
const unfinished = ['running', 'created', 'blocked'] as const;
const started = ['running', 'success', 'failed', 'canceled'] as const;

/** Reads of deployments: always asked anew. GitLab sorts them oldest first unless told otherwise. */
export function createDeploymentReads({ api }: ReadContext): DeploymentReads {
  const newest = async (
    projectId: number,
    query: { readonly environment: string; readonly status?: (typeof started)[number] | (typeof unfinished)[number] },
    limit: number,
  ): Promise<readonly DeploymentPayload[]> =>
    readList(
      await api.Deployments.all(projectId, { ...query, orderBy: 'id', sort: 'desc', perPage: limit, maxPages: 1 }),
    );

  return {
    async deployment(projectId, deploymentId) {
      const answer = await api.Deployments.show(projectId, deploymentId);
      return decodeDeployment(readAs(DeploymentPayload, answer, `deployment ${deploymentId}`));
    },

    async deploymentsUpdatedSince(projectId, since) {
      const answer = await api.Deployments.all(projectId, {
        updatedAfter: since.toISOString(),
        // GitLab wants this order with `updated_after` and means to refuse any other.
        orderBy: 'updated_at',
        sort: 'desc',
        perPage: 100,
        maxPages: maxUpdatedPages,
      });
      return readList(answer).map(decodeDeployment);
    },

    async deploymentsOf(projectId, environment, limit) {
      return (await newest(projectId, { environment }, limit)).map(decodeDeployment);
    },

    async startedDeployments(projectId, environment, limit) {
      const lists = await Promise.all(started.map((status) => newest(projectId, { environment, status }, limit)));
      return lists
        .flat()
        .toSorted((a, b) => b.id - a.id)
        .map(decodeDeployment);
    },

    async successfulDeployments(projectId, environment, limit) {
      return (await newest(projectId, { environment, status: 'success' }, limit)).map(decodeDeployment);
    },

    async runningDeployments(projectId, environment) {
      const lists = await Promise.all(unfinished.map((status) => newest(projectId, { environment, status }, 20)));
      return lists
        .flat()
        .filter(isUnderWay)
        .toSorted((a, b) => b.id - a.id)
        .map(decodeDeployment);
    },

    async endedDeploymentsOf(projectId, environment, sha) {
      const [success, failure] = await Promise.all([
        newestOfSha(api, projectId, { environment, status: 'success', sha }),
        newestOfSha(api, projectId, { environment, status: 'failed', sha }),
      ]);
      const deployments = [success.found, failure.found].flatMap((found) => found ?? []).map(decodeDeployment);
      // A failure that was not reached matters only where it would be newer than the success.
      const isUnseen = success.found ? !failure.found && failure.reaches > success.found.id : success.reaches > 0;
      return { deployments, truncated: isUnseen };
    },
  };
}

/** The newest deployment of a commit with that outcome. `reaches`: the oldest id that was looked at; 0: all were. */
async function newestOfSha(
  api: ReadContext['api'],
  projectId: number,
  query: { readonly environment: string; readonly status: 'success' | 'failed'; readonly sha: string },
): Promise<{ readonly found: DeploymentPayload | undefined; readonly reaches: number }> {
  const { environment, status, sha } = query;
  let reaches = 0;
  for (let page = 1; page <= maxHistoryPages; page += 1) {
    const order = { orderBy: 'id', sort: 'desc' } as const;
    const rows = readList(
      await api.Deployments.all(projectId, { environment, status, ...order, perPage: pageSize, page }),
    );
    const found = rows.find((row) => row.sha === sha);
    if (found) return { found, reaches: found.id };
    if (rows.length < pageSize) return { found, reaches: 0 };
    reaches = rows.at(-1)?.id ?? 0;
  }
  return { found: undefined, reaches };
}

function readList(answer: unknown): readonly DeploymentPayload[] {
  return readAs(z.array(DeploymentPayload), answer, 'the list of deployments');
}

/**
 * A deployment stays `created` or `blocked` while its job, already played, waits for a runner or a resource; but every
 * pipeline whose deploy job nobody pressed leaves one too, so the job decides.
 */
function isUnderWay(deployment: DeploymentPayload): boolean {
  return deployment.status === 'running' || isActive(decodeJobStatus(deployment.deployable?.status ?? ''));
}
