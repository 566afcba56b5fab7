import { readApprovalPlace } from '../src/app/approvals/approval-place.ts';
import { findApproval } from '../src/app/approvals/find-approvals.ts';
import type { Command } from '../src/app/command.ts';
import { renderApprovalRequest } from '../src/cards/approval-request.ts';
import { say } from '../src/domain/phrase.ts';

/** Shows what waits for approval, to be approved with one press. */
export const approve: Command = {
  name: '/approve',
  usage: '/approve [project] <environment> [version] [comment]',
  description: 'Approve what waits for you; alone: what waits',
  examples: ['/approve prod', '/approve prod v1.4.0 looks good'],
  flags: { valueFlags: [] },

  async run({ words, flags }, context) {
    const notDone = say`Nothing was approved.`;
    const place = await readApprovalPlace({ command: '/approve', words, flags, notDone }, context);
    if (place.kind === 'result') return place.result;
    const found = await findApproval({ command: '/approve', place, notDone }, context);
    if (found.kind === 'result') return found.result;
    const { request, rest } = found;
    const comment = rest.length === 0 ? undefined : rest.join(' ').slice(0, 300);
    const about = {
      project: request.project.path,
      environment: request.environment,
      version: request.release.version,
      sha: request.release.sha,
      pipelineId: request.pipelineId,
    };
    return { kind: 'answer', card: renderApprovalRequest({ request: { ...request, mention: [] }, comment }), about };
  },
};
