import { renderJobLog } from '../../cards/job-log.ts';
import { renderRefusal } from '../../cards/refusal.ts';
import { GitLabError, NotFoundError } from '../../domain/errors.ts';
import { tailLog } from '../../domain/log-excerpt.ts';
import { say } from '../../domain/phrase.ts';
import { decisionFacts } from '../audit/decision-facts.ts';
import type { CommandContext, CommandResult, ProjectContext } from '../command.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import { identifyActor } from '../input/identify-actor.ts';
import { refuseReader } from '../input/refuse-policy.ts';
import type { Linking } from '../links/linking.ts';
import type { Clock, Log, Settings, SlackGateway, Wake } from '../ports.ts';
import type { AnswerDraft, Store } from '../store-ports.ts';

export interface ShowLogDeps {
  readonly findLink: Linking['findLink'];
  readonly settings: () => Settings;
  readonly gitlab: Pick<GitLabReads, 'project' | 'job' | 'jobLog' | 'userByName' | 'userByEmail' | 'accessLevel'>;
  readonly slack: Pick<SlackGateway, 'user'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly log: Log;
  readonly maskSecrets: (text: string) => string;
}

/** A press on *Show log*. */
export interface LogPress {
  /** `<project id>/<job id>`. */
  readonly value: string;
  readonly slackUserId: string;
  readonly channel: string;
  readonly threadTs?: string | undefined;
  readonly to: AnswerDraft['to'];
  readonly row: { readonly id: number; readonly key: string };
}

/** Answers a press on *Show log*: to the presser alone, and recorded as a command is. */
export async function showLog(press: LogPress, deps: ShowLogDeps): Promise<void> {
  const [projectId = Number.NaN, jobId = Number.NaN] = press.value.split('/').map(Number);
  const { actor, restricted } = await identifyActor(press.slackUserId, { ...deps, settings: deps.settings() });
  const ref = await deps.gitlab.project(projectId);
  const rules = deps.settings().rulesFor(ref.path) ?? { path: ref.path, aliases: [], channels: [], environments: [] };
  const result = await readLog(
    { project: { ref, rules }, jobId },
    { ...deps, settings: deps.settings(), actor, restricted },
  );

  const now = deps.clock.now();
  const isRefused = result.kind === 'refused';
  const reason = isRefused ? result.refusal.code : undefined;
  await deps.store.transaction(async (tables) => {
    await tables.audit.append({
      at: now,
      actor,
      action: 'job.log',
      outcome: isRefused ? 'refused' : 'allowed',
      reason,
      channel: press.channel,
      threadTs: press.threadTs,
      ...result.about,
      ...decisionFacts(result.about, deps.settings()),
    });
    const card = isRefused ? renderRefusal(result.refusal) : result.card;
    await tables.outbox.answer({ key: `answer/${press.row.key}`, to: press.to, ...card }, now);
    await tables.inbox.done(press.row.id, reason ?? 'shown', now);
  });
  deps.wake('outbox');
  deps.log.info({ job_id: jobId, project: ref.path, actor: press.slackUserId, reason }, 'log asked for');
}

/** The end of a job's log, if this person may read the project: secrets masked, with the way to all of it. */
export async function readLog(
  about: { readonly project: ProjectContext; readonly jobId: number },
  context: Pick<CommandContext, 'actor' | 'restricted' | 'settings'> & {
    readonly gitlab: Pick<GitLabReads, 'job' | 'jobLog' | 'accessLevel'>;
    readonly maskSecrets: (text: string) => string;
  },
): Promise<Extract<CommandResult, { kind: 'answer' | 'refused' }>> {
  const { project, jobId } = about;
  const subject = { project: project.ref.path, jobId };
  const refusal = await refuseReader(project, say`The log was not shown.`, context);
  if (refusal) return { kind: 'refused', refusal, about: subject };
  const [job, log] = await Promise.all([
    context.gitlab.job(project.ref.id, jobId),
    context.gitlab.jobLog(project.ref.id, jobId).catch(noLog),
  ]);
  const lines = tailLog(log, context.maskSecrets);
  return { kind: 'answer', card: renderJobLog({ project: project.ref, job, lines }), about: subject };
}

/** An erased log, or one that our token may not see, is as none. */
function noLog(error: unknown): string {
  if (error instanceof NotFoundError || (error instanceof GitLabError && error.status === 403)) return '';
  throw error;
}
