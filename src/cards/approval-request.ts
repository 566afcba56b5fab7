import { type ApprovalRequest, approvals, type Checks } from '../domain/approval.ts';
import { bold, code, join, link, type Phrase, say, time } from '../domain/phrase.ts';
import { approvalName, approvedBy, approverMentions, standingOf } from './approval-words.ts';
import { buildCard, type Card, type CardButton, target } from './card.ts';
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
  const { project, requester, fromVersion, expiresAt } = request;
  const from = fromVersion === undefined ? [] : say` It runs ${literal(fromVersion, 60)} now.`;
  const given = approvals(request).length;
  return buildCard({
    spoken: say`${[...approverMentions(request)]}${actorName(requester)} asks for approval: ${approvalName(request)} of ${project.path}. ${standingOf(request)}`,
    lines: [
      shaped(statuses.waiting.shape, say`${[...approverMentions(request)]}Approve ${approvalName(request)}?`),
      say`${actorName(requester)} asks, in ${link(project.path, project.url)}.${from}${ships(request)}`,
      ...checkLines(request.checks),
      standingOf(request),
      ...(given === 0 ? [] : [say`Approved by ${approvedBy(request)}.`]),
      ...(comment === undefined ? [] : [say`Your comment: ${literal(comment, 200)}`]),
      say`Until ${time(expiresAt)}, else the deploy ends.`,
    ],
    buttons: buttons(request, comment),
    more: [pages(request, threadUrl)],
  });
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
  const { id, release, environment, tier, planId, project } = request;
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
              text: `${literal(requester(request), 60)} asks for ${literal(release.version, 60)} on ${literal(environment, 60)} of ${literal(project.path, 100)}. It is recorded under your name.`,
              yes: 'Approve',
            }
          : undefined,
    },
    { label: 'Reject', spoken: `Reject ${words}`, actionId: 'approval_reject', value: id, style: 'danger' },
    { label: 'What ships', spoken: `What ships with ${words}`, actionId: 'what_ships', value: planId },
  ];
}

function requester({ requester: { gitlab } }: ApprovalRequest): string {
  return gitlab?.name ?? 'Somebody';
}

function decided(request: ApprovalRequest, threadUrl: string | undefined): Card {
  const { shape, said } = outcome(request);
  return buildCard({ spoken: said, lines: [shaped(shape, said), pages(request, threadUrl)] });
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
        said: say`Nobody decided in time, until ${time(request.expiresAt)}: ${name} was not deployed.`,
      };
    case 'closed':
      return { shape: statuses.canceled.shape, said: say`No approval is needed any more: ${name}.` };
  }
}

function pages({ pipelineId, pipelineUrl }: ApprovalRequest, threadUrl: string | undefined): Phrase {
  const thread = threadUrl === undefined ? [] : [link('The deploy', threadUrl)];
  return join([link(`Pipeline #${pipelineId}`, pipelineUrl), ...thread], ' · ');
}
