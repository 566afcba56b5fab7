import type { CardButton } from '../../cards/card.ts';
import { renderGitLabWaitNoted } from '../../cards/gitlab-back.ts';
import { GitLabError } from '../../domain/errors.ts';
import type { GitLabWait } from '../../domain/wait.ts';
import { normaliseText } from '../arguments.ts';
import type { Command } from '../command.ts';
import { type IdentifyDeps, identifyForRecord } from '../input/identify-actor.ts';
import { readCommand } from '../input/read-command.ts';
import type { Clock, Log, Settings, Wake } from '../ports.ts';
import type { AnswerDraft, Store } from '../store-ports.ts';

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
 * otherwise below its channel than in its thread, or that has variables: their values would stand in the channel.
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
  if (!(error instanceof GitLabError && error.retryable)) return [];
  const { commandPrefix: prefix, projects } = deps.settings();
  const { command, words } = readCommand(asked, { commands: deps.commands, prefix });
  const isOurs = projects.some(({ channels }) => channels.some(({ id }) => id === asked.channel));
  const hasVariables = Object.keys(words.variables ?? {}).length > 0;
  const action = command.action?.(words) ?? command.name.slice(1);
  if (!writes.has(action) || !isOurs || asked.threadTs !== undefined || hasVariables) return [];
  const value = `${command.name} ${normaliseText(asked.text)}`.trim();
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
