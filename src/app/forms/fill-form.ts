import { renderFailure } from '../../cards/failure.ts';
import { renderHereMenu } from '../../cards/possible-here.ts';
import { renderRefusal } from '../../cards/refusal.ts';
import { renderNote } from '../../cards/view.ts';
import { asInstalled } from '../../domain/command-line.ts';
import { type AppError, GitLabError } from '../../domain/errors.ts';
import { say } from '../../domain/phrase.ts';
import type { Words } from '../arguments.ts';
import { decisionFacts } from '../audit/decision-facts.ts';
import type { CommandContext } from '../command.ts';
import { createContext } from '../input/command-context.ts';
import { identifyActor } from '../input/identify-actor.ts';
import { offerHere } from '../input/offer-here.ts';
import { refuseShared } from '../input/refuse-shared.ts';
import type { RunCommandDeps } from '../input/run-command.ts';
import type { FormPlace } from '../input/slack-input.ts';
import { isOfOthers } from '../of-others.ts';
import type { SlackGateway } from '../ports.ts';
import { type Filled, fillDeployForm } from './fill-deploy-form.ts';
import { fillRejectForm } from './fill-reject-form.ts';
import { showWhatShips } from './show-what-ships.ts';

export interface FillFormDeps extends RunCommandDeps {
  readonly slack: RunCommandDeps['slack'] & Pick<SlackGateway, 'updateView'>;
}

/** What the form is to show. */
export type Wanted =
  | { readonly kind: 'deploy'; readonly words: Words }
  | { readonly kind: 'what_ships'; readonly planId: string }
  | { readonly kind: 'approval.reject'; readonly requestId: string }
  | { readonly kind: 'here' };

/** A form that waits to be filled, and the inbox row that it came in. */
export interface WaitingForm {
  readonly wanted: Wanted;
  readonly which: Parameters<SlackGateway['updateView']>[0]['which'];
  readonly place: FormPlace;
  readonly slackUserId: string;
  readonly row: { readonly id: number; readonly key: string };
}

const titles = {
  deploy: 'Deploy',
  what_ships: 'What ships',
  'approval.reject': 'Reject',
  here: 'ChatOps here',
} as const;

/**
 * Puts the answers into a form that was opened empty. False: it is not there, so that the person has to be answered in
 * another way; the row is left alone then. What GitLab fails at is told in the form.
 * @throws SlackError when Slack does not take what is to be shown.
 */
export async function fillForm(form: WaitingForm, deps: FillFormDeps): Promise<boolean> {
  const { wanted, which, place, slackUserId, row } = form;
  const settings = deps.settings();
  const now = deps.clock.now();
  let filled: Filled;
  let context: CommandContext | undefined;
  try {
    const identified = await identifyActor(slackUserId, { ...deps, settings });
    context = await createContext({ ...identified, ...place, now }, deps);
    filled = await fill(wanted, place, { context, deps });
  } catch (error) {
    if (!isOfOthers(error)) throw error;
    deps.log.error({ delivery_id: row.key, err: error }, 'form not filled');
    filled = failed(error, form, settings.commandPrefix);
  }
  if (!(await deps.slack.updateView({ which, view: filled.view, place: filled.place }))) return false;
  await deps.store.transaction(async (tables) => {
    const project = filled.refused ? filled.refused.project : filled.place.project?.path;
    await tables.audit.append({
      at: now,
      actor: context?.actor ?? { slackUserId, gitlab: undefined },
      action: `${wanted.kind}.form`,
      outcome: !filled.refused ? 'allowed' : context ? 'refused' : 'failed',
      reason: filled.refused?.code,
      channel: place.channel,
      threadTs: place.threadTs,
      project,
      url: decisionFacts({ project }, settings).url,
    });
    await tables.inbox.done(row.id, filled.refused?.code ?? 'form_filled', deps.clock.now());
  });
  return true;
}

async function fill(
  wanted: Wanted,
  place: FormPlace,
  { context, deps }: { readonly context: CommandContext; readonly deps: FillFormDeps },
): Promise<Filled> {
  const { tables } = deps.store;
  // What the form leads to would be refused when it is sent: nobody fills it for nothing.
  const asked = { effect: wanted.kind === 'deploy' ? 'change' : 'look', notDone: say`Nothing was deployed.` } as const;
  const refusal = await refuseShared(asked, place.channel, deps);
  if (refusal) {
    const view = renderNote({ title: titles[wanted.kind], card: renderRefusal(refusal) });
    return { view, place, refused: { code: refusal.code } };
  }
  switch (wanted.kind) {
    case 'deploy':
      return fillDeployForm({ words: wanted.words, place }, context, tables);
    case 'what_ships':
      return showWhatShips({ plan: await tables.plans.find(wanted.planId), place }, context);
    case 'approval.reject':
      return fillRejectForm({ request: await tables.approvals.find(wanted.requestId), place }, context);
    case 'here':
      return { view: renderHereMenu(await offerHere({ commands: deps.commands }, context)), place };
  }
}

function failed(error: AppError, { wanted, place }: WaitingForm, commandPrefix: string): Filled {
  const card = renderFailure({
    code: error.code,
    notDone: 'The form could not be filled.',
    fact: error instanceof GitLabError && error.retryable ? 'GitLab does not answer.' : error.message,
    hint: asInstalled(error.hint, commandPrefix) || 'Close it and try again in a moment.',
    mayHaveStarted: false,
  });
  return { view: renderNote({ title: titles[wanted.kind], card }), place, refused: { code: error.code } };
}
