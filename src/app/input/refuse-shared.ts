import { notDone } from '../../cards/deed-words.ts';
import { type Phrase, say } from '../../domain/phrase.ts';
import type { Deed } from '../../domain/plan.ts';
import { decidePlace, type Effect } from '../../domain/policy.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { CommandResult } from '../command.ts';
import type { Settings, SlackGateway } from '../ports.ts';
import { subjectOf } from './deed-subject.ts';

interface SharedDeps {
  readonly slack: Pick<SlackGateway, 'isShared'>;
  readonly settings: () => Pick<Settings, 'commandPrefix'>;
}

/** What is refused, and the line that asks for it elsewhere, where there is one. */
interface Wish {
  readonly effect: Effect;
  readonly notDone: Phrase;
  readonly line?: string | undefined;
}

/** Why this cannot be done from this channel; undefined: it can. Slack is asked only about changes. @throws SlackError */
export async function refuseShared(
  wish: Wish,
  channel: string,
  { slack }: Pick<SharedDeps, 'slack'>,
): Promise<Refusal | undefined> {
  const { effect, line } = wish;
  const shared = effect === 'change' && (await slack.isShared(channel));
  const decision = decidePlace({ effect, shared });
  if (decision.kind === 'allow') return undefined;
  const elsewhere = say`in a direct message to this app, or in a channel of your own workspace`;
  return {
    code: decision.reason,
    notDone: wish.notDone,
    fact: say`This channel is shared with another company or workspace, so nothing is changed from here.`,
    todo:
      line === undefined
        ? [{ kind: 'say', phrase: say`Type the command for it ${elsewhere}.` }]
        : [
            { kind: 'say', phrase: say`Type it ${elsewhere}:` },
            { kind: 'type', line },
          ],
  };
}

/** What a command came to, or why it comes to nothing in this channel. @throws SlackError */
export async function keepFromShared(result: CommandResult, channel: string, deps: SharedDeps): Promise<CommandResult> {
  if (result.kind === 'answer' || result.kind === 'refused') return result;
  if (result.kind === 'act' && result.alsoShared) return result;
  const deed = result.kind === 'planned' ? result.deed : undefined;
  const about = result.kind === 'planned' ? subjectOf(result.deed) : result.about;
  const refusal = await refuseShared({ effect: 'change', ...wordsFor(deed, deps) }, channel, deps);
  return refusal ? { kind: 'refused', refusal, about } : result;
}

function wordsFor(deed: Deed | undefined, { settings }: SharedDeps): Omit<Wish, 'effect'> {
  if (!deed) return { notDone: say`Nothing was changed.` };
  const line = `/${settings().commandPrefix}${deed.line.slice(1)}`;
  return { notDone: notDone(deed), line };
}
