import { toWake } from '../../cards/approval-words.ts';
import { GitLabError } from '../../domain/errors.ts';
import { bold, join, type Phrase, say } from '../../domain/phrase.ts';
import { environmentRule } from '../../domain/project.ts';
import { whoMayApprove } from '../approvals/who-may-approve.ts';
import { whomToCall } from '../approvals/whom-to-call.ts';
import type { CommandContext, ProjectContext } from '../command.ts';
import { findSlackUser } from '../notices/whom-to-mention.ts';

/**
 * That GitLab will wait for approvals of its own before the old job runs again, which no right of ours passes: by whom,
 * and whom Slack could wake. It is not asked for yet, so nobody is called.
 */
export async function warnOfApprovals(
  { ref, rules: settings }: ProjectContext,
  environment: string,
  context: Pick<CommandContext, 'gitlab' | 'tables' | 'settings' | 'actor'>,
): Promise<readonly Phrase[]> {
  const protections = await context.gitlab.protections(ref, environment).catch((error: unknown) => {
    // The way back does not hang on it: GitLab tells when the job has come to its gate.
    if (error instanceof GitLabError) return [];
    throw error;
  });
  const rules = protections.flatMap(({ approvals }) => approvals);
  if (rules.length === 0) return [];
  const approvers = environmentRule(settings, environment)?.approvals?.approvers ?? [];
  const mention = await whomToCall({ approvers, rules }, context);
  const named = rules.map(({ name, required }) => say`${bold(name)} (${required})`);
  const members = await whoMayApprove(ref.id, protections, context);
  const known = await Promise.all(
    members.map(async (member) => ({
      member,
      slackUserId: await findSlackUser(context.tables, member, context.settings.identityUsers),
    })),
  );
  const inSlack = [...new Set([...mention, ...known.flatMap(({ slackUserId }) => slackUserId ?? [])])];
  const others = known.flatMap(({ member, slackUserId }) => (slackUserId === undefined ? [member.name] : []));
  const wake = inSlack.length + others.length === 0 ? say`Wake one of them.` : toWake(inSlack, others);
  return [say`GitLab waits for approvals of its own before the job runs: ${join(named, ', ')}. ${wake}`];
}
