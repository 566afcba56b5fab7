import type { ApprovalRequest } from '../domain/approval.ts';
import { bold, say } from '../domain/phrase.ts';
import { approvalName, broughtAbout, until } from './approval-words.ts';
import { buildCard, type Card, target } from './card.ts';
import { shaped } from './phrase-blocks.ts';
import { statuses } from './status.ts';

const maxShown = 8;

/** What waits for approval, each with a button that shows it; `line` is the command behind it. */
export function renderApprovals({
  requests,
}: {
  readonly requests: readonly { readonly request: ApprovalRequest; readonly line: string }[];
}): Card {
  const shown = requests.slice(0, maxShown);
  const said = say`${bold(`${requests.length} requests`)} wait for approval. Which one?`;
  return buildCard({
    spoken: said,
    lines: [
      shaped(statuses.waiting.shape, said),
      ...shown.map(({ request }) => say`• ${approvalName(request)}: ${broughtAbout(request)}${until(request)}`),
      ...(requests.length > shown.length ? [say`and ${requests.length - shown.length} more`] : []),
    ],
    buttons: shown.map(({ request, line }) => ({
      label: `Show ${request.release.version}`,
      spoken: `Show the request for ${target(request.release.version, request.environment)}`,
      actionId: 'run_command:approve',
      value: line,
    })),
  });
}
