import { renderNudged } from '../../cards/approval-answered.ts';
import { nudgeAgainAt } from '../../domain/approval.ts';
import { say, time } from '../../domain/phrase.ts';
import { decidePolicy } from '../../domain/policy.ts';
import type { Acted, CommandContext, CommandResult } from '../command.ts';
import { refusePolicy } from '../input/refuse-policy.ts';
import type { Tables } from '../store-ports.ts';
import { readApprovalPlace } from './approval-place.ts';
import { findApproval } from './find-approvals.ts';
import { remindApprovers } from './remind-approvers.ts';

const notDone = say`Nobody was pinged.`;

/** `/chatops nudge <environment>`: calls the approvers once more, at most once in a quarter of an hour. */
export async function nudgeApprovers(words: readonly string[], context: CommandContext): Promise<CommandResult> {
  const command = '/chatops nudge';
  const place = await readApprovalPlace({ command, words, flags: {}, notDone }, context);
  if (place.kind === 'result') return place.result;
  const found = await findApproval({ command, place, notDone }, context);
  if (found.kind === 'result') return found.result;
  const { id, project, environment, release, requester } = found.request;
  const about = { project: project.path, environment, version: release.version, sha: release.sha };
  const { actor, restricted, gitlab } = context;
  const accessLevel = actor.gitlab?.id === undefined ? 0 : await gitlab.accessLevel(project.id, actor.gitlab.id);
  const decision = decidePolicy({ action: 'nudge', actor, accessLevel, restricted });
  if (decision.kind === 'refuse' && requester.slackUserId !== actor.slackUserId)
    return {
      kind: 'refused',
      refusal: refusePolicy(decision, { notDone, actor, project: place.project, settings: context.settings }),
      about,
    };
  return { kind: 'act', about, apply: (tables, now) => nudge(tables, { id, by: actor.slackUserId, now }) };
}

const seeThread = { kind: 'say', phrase: say`Its thread says what was decided.` } as const;
const askThem = { kind: 'say', phrase: say`Until then, write to them yourself.` } as const;

async function nudge(
  tables: Tables,
  { id, by, now }: { readonly id: string; readonly by: string; readonly now: Date },
): Promise<Acted> {
  const request = await tables.approvals.find(id);
  if (request?.state !== 'open') {
    const fact = say`It was decided this very moment.`;
    return { kind: 'refused', refusal: { code: 'approval_decided', notDone, fact, todo: [seeThread] } };
  }
  const again = nudgeAgainAt(request);
  if (now < again) {
    const fact = say`The approvers were pinged not long ago. They can be again from ${time(again)} on.`;
    return { kind: 'refused', refusal: { code: 'nudged_before', notDone, fact, todo: [askThem] } };
  }
  await tables.approvals.save({ ...request, nudgedAt: now }, 'open');
  await remindApprovers(tables, request, { moment: `nudge:${now.getTime()}`, by, now });
  return { kind: 'done', card: renderNudged({ request }), reason: 'nudged' };
}
