import { z } from 'zod';

const ApproveAs = z.object({ id: z.string(), as: z.string(), words: z.string().optional() });

/** What a press on Approve stands for: a request, with what was typed as a comment, or which of GitLab's rules it is for. */
export function readApprove(value: string): { requestId: string; words?: string | undefined; as?: string | undefined } {
  if (!value.startsWith('{')) {
    const [requestId = '', ...words] = value.split(' ');
    return { requestId, words: words.length > 0 ? words.join(' ') : undefined };
  }
  const { id, as, words } = ApproveAs.parse(JSON.parse(value));
  return { requestId: id, as, words };
}
