import { type ApprovalRequest, approvals, type Checks, type CloseReason, operationOf } from '../domain/approval.ts';
import { bold, code, join, link, type Phrase, say, time } from '../domain/phrase.ts';
import { approvalName, approvedBy, approverMentions, broughtAbout, standingOf, until } from './approval-words.ts';
import { buildCard, type Card, type CardButton, target } from './card.ts';
import { deployButton } from './job-buttons.ts';
import { literal } from './literal.ts';
import { type Line, shaped } from './phrase-blocks.ts';
import { shapes, statuses } from './status.ts';
import { actorName } from './step-words.ts';

const maxNames = 4;

/**
 * A request for approval as its approvers see it, and once it is decided by whom. `threadUrl` leads to the deploy;
 * `comment` is what somebody typed who only has to press.
 */
export function renderApprovalRequest(about: {
  readonly request: ApprovalRequest;
  readonly threadUrl?: string | undefined;
  readonly comment?: string | undefined;
}): Card {
  const { request } = about;
  return request.state === 'open' ? asked(about) : decided(request, about.threadUrl);
}

function asked({ request, threadUrl, comment }: Parameters<typeof renderApprovalRequest>[0]): Card {
  const { project, fromVersion } = request;
  const from = fromVersion === undefined ? [] : say` It runs ${literal(fromVersion, 60)} now.`;
  const given = approvals(request).length;
  return buildCard({
    spoken: say`${[...approverMentions(request)]}${asks(request)}: ${approvalName(request)} of ${project.path}. ${standingOf(request)}`,
    lines: [
      shaped(statuses.waiting.shape, say`${[...approverMentions(request)]}Approve ${approvalName(request)}?`),
      say`${whoAsks(request)}, in ${link(project.path, project.url)}.${from}${ships(request)}`,
      ...checkLines(request.checks),
      standingOf(request),
      ...(given === 0 ? [] : [say`Approved by ${approvedBy(request)}.`]),
      ...(comment === undefined ? [] : [say`Your comment: ${literal(comment, 200)}`]),
      request.expiresAt
        ? say`Until ${time(request.expiresAt)}, else the deploy ends.`
        : say`Approving starts nothing yet. Once all are there, a button for that comes here.`,
    ],
    buttons: buttons(request, comment),
    more: [pages(request, threadUrl)],
  });
}

function asks({ origin, requester }: ApprovalRequest): Phrase {
  return origin.kind === 'operation' ? say`${actorName(requester)} asks for approval` : say`GitLab waits for approval`;
}

function whoAsks(request: ApprovalRequest): Phrase {
  const { origin, requester } = request;
  if (origin.kind === 'operation') return say`${actorName(requester)} asks`;
  return requester.gitlab ? broughtAbout(request) : say`Started in GitLab`;
}

function ships({ ships: shipped }: ApprovalRequest): Phrase {
  if (!shipped) return [];
  const count = shipped.total === 1 ? '1 commit' : `${shipped.total} commits`;
  return say` Ships ${bold(count)}. ${link('Compare', shipped.url)}`;
}

function checkLines(checks: Checks | undefined): readonly Line[] {
  if (!checks) return [];
  const { passed, failed, open } = checks;
  if (failed.length > 0) return [shaped(statuses.failed.shape, say`Checks failed: ${names(failed)}`)];
  if (open.length > 0) return [shaped(statuses.pending.shape, say`Checks not ended: ${names(open)}`)];
  return passed === 0 ? [] : [shaped(statuses.passed.shape, say`Checks: all ${passed} passed.`)];
}

function names(all: readonly string[]): Phrase {
  const told = join(
    all.slice(0, maxNames).map((name) => code(literal(name, 60))),
    ', ',
  );
  return all.length > maxNames ? say`${told} and ${all.length - maxNames} more` : told;
}

function buttons(request: ApprovalRequest, comment: string | undefined): readonly CardButton[] {
  const { id, release, environment, tier, project } = request;
  const { planId } = operationOf(request);
  const words = target(release.version, environment);
  return [
    {
      label: 'Approve',
      spoken: `Approve ${words}`,
      actionId: 'approval_approve',
      value: comment === undefined ? id : `${id} ${comment}`,
      style: 'primary',
      confirm:
        tier === 'production'
          ? {
              title: `Approve ${words}?`,
              text: `${wants(request)} ${literal(release.version, 60)} on ${literal(environment, 60)} of ${literal(project.path, 100)}. It is recorded under your name.`,
              yes: 'Approve',
            }
          : undefined,
    },
    { label: 'Reject', spoken: `Reject ${words}`, actionId: 'approval_reject', value: id, style: 'danger' },
    ...(planId === undefined
      ? []
      : [{ label: 'What ships', spoken: `What ships with ${words}`, actionId: 'what_ships', value: planId }]),
  ];
}

function wants({ origin, requester: { gitlab } }: ApprovalRequest): string {
  return origin.kind === 'operation' ? `${literal(gitlab?.name ?? 'Somebody', 60)} asks for` : 'GitLab waits to deploy';
}

function decided(request: ApprovalRequest, threadUrl: string | undefined): Card {
  const { shape, said } = outcome(request);
  const isToBeStarted = request.origin.kind === 'observed' && request.state === 'approved';
  return buildCard({
    spoken: said,
    lines: [
      shaped(shape, said),
      ...(isToBeStarted
        ? [say`GitLab does not start it by itself. Deploy shows what would ship before anything happens.`]
        : []),
      pages(request, threadUrl),
    ],
    buttons: isToBeStarted ? [startButton(request)] : [],
  });
}

/** The press is the same as typing the command: same plan, same gates, same confirmation. */
function startButton({ project, environment, release, job }: ApprovalRequest): CardButton {
  return deployButton({ project, environment, version: release.version, words: release.version, job });
}

function outcome(request: ApprovalRequest): { readonly shape: typeof statuses.passed.shape; readonly said: Phrase } {
  const name = approvalName(request);
  switch (request.state) {
    case 'open':
      return { shape: statuses.waiting.shape, said: say`${name} waits for approval.` };
    case 'approved':
    case 'used':
      return { shape: statuses.passed.shape, said: say`Approved by ${approvedBy(request)}: ${name}.` };
    case 'rejected': {
      const vote = request.votes.find(({ answer }) => answer === 'reject');
      const by = vote ? say` by ${actorName(vote.voter)}, ${time(vote.at)}` : [];
      const why = vote?.words === undefined ? '.' : `: ${literal(vote.words, 300).replace(/[.\s]+$/u, '')}.`;
      return { shape: statuses.failed.shape, said: say`Rejected${by}, ${name}${why}` };
    }
    case 'expired':
      return {
        shape: shapes.late,
        said: say`Nobody decided in time${until(request)}: ${name} was not deployed.`,
      };
    case 'closed':
      return { shape: statuses.canceled.shape, said: say`${closings[request.closed ?? 'unneeded']}: ${name}.` };
  }
}

/** Said before what was asked for. */
const closings: Record<CloseReason | 'unneeded', string> = {
  unneeded: 'No approval is needed any more',
  started: 'Started in GitLab, so no approval is needed any more',
  canceled: 'Its pipeline was canceled, so no approval is needed any more',
  gone: 'It waits in GitLab no more',
  overtaken: 'Another commit was deployed there since, so no approval is needed any more',
  asked_anew: 'A deploy from Slack asks for it now',
  not_configured: 'Not asked here any more, since the project is not configured',
};

function pages({ pipelineId, pipelineUrl }: ApprovalRequest, threadUrl: string | undefined): Phrase {
  const thread = threadUrl === undefined ? [] : [link('The deploy', threadUrl)];
  return join([link(`Pipeline #${pipelineId}`, pipelineUrl), ...thread], ' · ');
}
