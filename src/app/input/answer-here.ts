import { renderPossibleHere } from '../../cards/possible-here.ts';
import type { AnswerDraft } from '../store-ports.ts';
import { createContext } from './command-context.ts';
import { identifyActor } from './identify-actor.ts';
import { offerHere } from './offer-here.ts';
import type { RunCommandDeps } from './run-command.ts';

/** Somebody called the bot without saying what for, or in words that are no command. */
export interface Call {
  readonly slackUserId: string;
  readonly channel: string;
  readonly threadTs: string | undefined;
  readonly unknown: string | undefined;
  readonly to: AnswerDraft['to'];
  readonly row: { readonly id: number; readonly key: string };
}

/** Answers a call with what is possible where it was made, to the caller alone. @throws GitLabError, SlackError */
export async function answerHere(call: Call, deps: RunCommandDeps): Promise<void> {
  const now = deps.clock.now();
  const identified = await identifyActor(call.slackUserId, { ...deps, settings: deps.settings() });
  const context = await createContext({ ...identified, ...call, now }, deps);
  const card = renderPossibleHere(await offerHere({ unknown: call.unknown, commands: deps.commands }, context));
  const { channel, threadTs } = call;
  await deps.store.transaction(async (tables) => {
    await tables.audit.append({
      at: now,
      actor: identified.actor,
      action: 'here',
      outcome: 'allowed',
      channel,
      threadTs,
    });
    await tables.outbox.answer({ key: `answer/${call.row.key}`, to: call.to, ...card }, now);
    await tables.inbox.done(call.row.id, 'offered', now);
  });
  deps.wake('outbox');
}
