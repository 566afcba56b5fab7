import { z } from 'zod';
import type { GitLabReads } from '../../app/gitlab-ports.ts';
import { DeploymentApprovalPayload } from '../approval-schema.ts';
import { decodeApproval } from '../decode-approval.ts';
import { DeploymentPayload, readAs } from '../schema.ts';
import type { ReadContext } from './context.ts';

/** Pipelines leave a record of each deploy job that nobody pressed; an approval is asked for one of the newest. */
const historyLength = 100;

/** GitLab's own approvals: the list of deployments leaves them out, so the one in question is read by itself. */
export function createApprovalReads({ api }: ReadContext): Pick<GitLabReads, 'approvalOf'> {
  return {
    async approvalOf(projectId, { environment, jobId }) {
      const query = { environment, orderBy: 'id', sort: 'desc', perPage: historyLength, maxPages: 1 } as const;
      const list = await api.Deployments.all(projectId, query);
      const rows = readAs(z.array(DeploymentPayload), list, 'the list of deployments');
      const found = rows.find(({ deployable }) => deployable?.id === jobId);
      if (!found) return undefined;
      const answer = await api.Deployments.show(projectId, found.id);
      return decodeApproval(readAs(DeploymentApprovalPayload, answer, `deployment ${found.id}`), rows);
    },
  };
}
