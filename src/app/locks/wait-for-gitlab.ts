import type { CardButton } from '../../cards/card.ts';
import { renderGitLabWaitNoted } from '../../cards/gitlab-back.ts';
import { commandLine } from '../../domain/command-line.ts';
import { GitLabError } from '../../domain/errors.ts';
import { findProject } from '../../domain/reading.ts';
import { type GitLabWait, operationWait } from '../../domain/wait.ts';
import { readApprove } from '../approvals/approve-press.ts';
import { normaliseText } from '../arguments.ts';
import type { Command } from '../command.ts';
import { type IdentifyDeps, identifyForRecord } from '../input/identify-actor.ts';
import { type PressName, pressName } from '../input/presses.ts';
import { readCommand } from '../input/read-command.ts';
import type { SlackInput } from '../input/slack-input.ts';
import type { Clock, Log, Settings, Wake } from '../ports.ts';
import type { AnswerDraft, Store, Tables } from '../store-ports.ts';

/** What would have changed something, as the audit calls it. */
const writes: ReadonlySet<string> = new Set([
  'deploy',
  'rollback',
  'play',
  'pipeline.run',
  'pipeline.retry',
  'pipeline.cancel',
  'approve',
  'reject',
]);

/**
 * The button that asks to be told when GitLab is back, below what was not carried out because it did not answer. None
 * for what only looks, nor where the bot has no channel to tell it in. None either for a line that would be read
 * otherwise below its channel than in its thread, since it does not name its project, or that has variables: their
 * values would stand in the channel.
 */
export function tellBackButtons(
  error: unknown,
  asked: {
    readonly name: string;
    readonly text: string;
    readonly channel: string;
    readonly threadTs?: string | undefined;
  },
  deps: { readonly commands: readonly Command[]; readonly settings: () => Settings },
): readonly CardButton[] {
  const { commandPrefix: prefix, projects } = deps.settings();
  const { command, words } = readCommand(asked, { commands: deps.commands, prefix });
  const [place = ''] = words.words;
  const isClear = asked.threadTs === undefined || findProject(projects, place.split(':')[0] ?? '') !== undefined;
  const hasVariables = Object.keys(words.variables ?? {}).length > 0;
  const action = command.action?.(words) ?? command.name.slice(1);
  if (!writes.has(action) || !isClear || hasVariables) return [];
  return buttonFor(
    error,
    { channel: asked.channel, value: `${command.name} ${normaliseText(asked.text)}`.trim() },
    deps,
  );
}

/** The same below a press that was not carried out. */
export async function tellBackOfPress(
  error: unknown,
  input: Extract<SlackInput, { kind: 'action' }>,
  deps: Parameters<typeof tellBackButtons>[2] & { readonly store: Store },
): Promise<readonly CardButton[]> {
  const { value, channelId: channel, threadTs } = input;
  const press = pressName(input.actionId);
  if (press === 'operation_promote' || press === 'operation_stop' || press === 'operation_cancel')
    return buttonFor(error, { channel, value: operationWait(value) }, deps);
  const line = await lineOf(press, value, deps.store.tables);
  if (line === undefined) return [];
  const [name = '', ...rest] = line.split(' ');
  return tellBackButtons(error, { name, text: rest.join(' '), channel, threadTs }, deps);
}

/** The command that stands for a press, every name in it resolved. */
async function lineOf(
  press: PressName | undefined,
  value: string,
  tables: Pick<Tables, 'plans' | 'approvals'>,
): Promise<string | undefined> {
  if (press === 'plan_confirm') return (await tables.plans.find(value))?.deed.line;
  if (press !== 'approval_approve') return undefined;
  const request = await tables.approvals.find(readApprove(value).requestId);
  return (
    request && commandLine('', '/approve', [`${request.project.path}:${request.environment}`, request.release.version])
  );
}

function buttonFor(
  error: unknown,
  { channel, value }: { readonly channel: string; readonly value: string },
  { settings }: { readonly settings: () => Settings },
): readonly CardButton[] {
  const isOurs = settings().projects.some(({ channels }) => channels.some(({ id }) => id === channel));
  if (!(error instanceof GitLabError && error.retryable) || !isOurs) return [];
  const label = 'Tell me when it is back';
  return [{ label, spoken: `${label}: GitLab`, actionId: 'wait_gitlab', value }];
}

/** Remembers who pressed that button, without asking GitLab anything that has to be answered. */
export async function waitForGitLab(
  press: Omit<GitLabWait, 'since'> & {
    readonly threadTs: string | undefined;
    readonly to: AnswerDraft['to'];
    readonly row: { readonly id: number; readonly key: string };
  },
  deps: IdentifyDeps & {
    readonly settings: () => Settings;
    readonly store: Store;
    readonly clock: Clock;
    readonly wake: Wake;
    readonly log: Log;
  },
): Promise<void> {
  const { slackUserId, channel, threadTs, line, to, row } = press;
  const actor = await identifyForRecord(slackUserId, deps);
  const now = deps.clock.now();
  await deps.store.transaction(async (tables) => {
    await tables.gitlabWaits.put({ slackUserId, channel, line, since: now });
    await tables.audit.append({ at: now, actor, action: 'wait.gitlab', outcome: 'succeeded', channel, threadTs });
    await tables.outbox.answer({ key: `answer/${row.key}`, to, ...renderGitLabWaitNoted() }, now);
    await tables.inbox.done(row.id, 'succeeded', now);
  });
  deps.wake('outbox');
}
