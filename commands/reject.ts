import { readApprovalPlace } from '../src/app/approvals/approval-place.ts';
import { findApproval } from '../src/app/approvals/find-approvals.ts';
import type { Command } from '../src/app/command.ts';
import { UsageError } from '../src/domain/errors.ts';
import { say } from '../src/domain/phrase.ts';

const usage = '/reject [project] <environment> <reason>';

/** Rejects what waits for approval, with a reason that is told in its thread. */
export const reject: Command = {
  name: '/reject',
  usage,
  description: 'Reject what waits for approval, saying why',
  examples: ['/reject prod the canary looks bad'],
  flags: { valueFlags: [] },

  async run({ words, flags }, context) {
    const notDone = say`Nothing was rejected.`;
    const place = await readApprovalPlace({ command: '/reject', words, flags, notDone }, context);
    if (place.kind === 'result') return place.result;
    const found = await findApproval({ command: '/reject', place, notDone }, context);
    if (found.kind === 'result') return found.result;
    const reason = found.rest.join(' ');
    if (reason === '') {
      throw new UsageError(`Why is ${found.request.release.version} to be rejected?`, {
        hint: `Type: /reject ${found.request.environment} the reason`,
      });
    }
    const { id: requestId, project, environment } = found.request;
    return {
      kind: 'decide',
      about: { project: project.path, environment },
      requestId,
      answer: 'reject',
      words: reason,
    };
  },
};
