import { deployInputs } from '../../cards/deploy-form.ts';
import { rejectInput } from '../../cards/reject-form.ts';
import { renderLoading } from '../../cards/view.ts';
import { UsageError } from '../../domain/errors.ts';
import { code, say } from '../../domain/phrase.ts';
import type { Words } from '../arguments.ts';
import type { Command } from '../command.ts';
import { readCommand } from '../input/read-command.ts';
import type { FormPlace, SlackInput } from '../input/slack-input.ts';
import type { Clock, Settings } from '../ports.ts';
import type { Store } from '../store-ports.ts';
import type { SlackForms, SlackView } from './slack-forms.ts';
import { suggestVersions } from './version-names.ts';

export interface FormsDeps {
  readonly commands: readonly Command[];
  readonly settings: () => Settings;
  readonly store: Pick<Store, 'tables'>;
  readonly clock: Clock;
}

/** What is decided about forms while Slack waits for its acknowledgement. */
export function createForms(deps: FormsDeps): SlackForms {
  return {
    toOpen(input) {
      const view = loadingFor(input, deps);
      const place = view && placeOf(input, deps.clock.now());
      return view && place ? { view, place } : undefined;
    },
    errorsIn,
    options: async ({ actionId, typed, place }) =>
      actionId === deployInputs.version
        ? suggestVersions({ projectId: place.project?.id, typed }, deps.store.tables)
        : [],
  };
}

/** Where an input was given, for the form that it opens; undefined inside of a form. */
export function placeOf(input: SlackInput, openedAt: Date): FormPlace | undefined {
  switch (input.kind) {
    case 'command':
      return { channel: input.channelId, responseUrl: input.responseUrl, openedAt };
    case 'action':
      return { channel: input.channelId, threadTs: input.threadTs, responseUrl: input.responseUrl, openedAt };
    case 'shortcut': {
      // Of a message that has no replies yet, a thread would begin at itself.
      const threadTs = input.threadTs ?? input.messageTs;
      return { channel: input.channelId, threadTs, responseUrl: input.responseUrl, openedAt };
    }
    case 'mention':
    case 'form_action':
    case 'submission':
      return undefined;
  }
}

/** A command line, as typed or as a button stands for it; undefined for every other input. */
export function lineOf(input: SlackInput): { readonly name: string; readonly text: string } | undefined {
  if (input.kind === 'command') return { name: input.command, text: input.text };
  if (input.kind !== 'action' && input.kind !== 'form_action') return undefined;
  if (input.actionId.split(':')[0] !== 'run_command') return undefined;
  const [name = '', ...rest] = input.value.split(' ');
  return { name, text: rest.join(' ') };
}

/** The words of a line that needs a form, if it does: only `/deploy` has one. */
export function wordsForForm(
  line: { readonly name: string; readonly text: string },
  channel: string,
  deps: Pick<FormsDeps, 'commands' | 'settings'>,
): Words | undefined {
  const settings = deps.settings();
  try {
    const { command, words } = readCommand(line, { ...deps, prefix: settings.commandPrefix });
    if (!command.needsForm?.(words, { channel, settings })) return undefined;
    // `/chatops deploy` is `/deploy`.
    return command.name === '/chatops' ? { ...words, words: words.words.slice(1) } : words;
  } catch (error) {
    // It is read again by the worker, which tells the person.
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

function loadingFor(input: SlackInput, deps: FormsDeps): SlackView | undefined {
  if (input.kind === 'shortcut') {
    return renderLoading({ title: 'ChatOps here', instead: say`If this stays, close it and try again.` });
  }
  if (input.kind === 'action' && input.actionId.split(':')[0] === 'what_ships') {
    return renderLoading({ title: 'What ships', instead: say`If this stays, close it and press again.` });
  }
  if (input.kind === 'action' && input.actionId.split(':')[0] === 'approval_reject') {
    return renderLoading({ title: 'Reject', instead: say`If this stays, close it and press again.` });
  }
  const line = input.kind === 'form_action' ? undefined : lineOf(input);
  if (!line || !('channelId' in input)) return undefined;
  if (!wordsForForm(line, input.channelId, deps)) return undefined;
  const typed = code(`/${deps.settings().commandPrefix}deploy prod v1.4.0`);
  return renderLoading({ title: 'Deploy', instead: say`If this stays, close it and type the whole line: ${typed}` });
}

/** What the person can mend in the form; everything else is told with the answer. */
function errorsIn(input: SlackInput): Readonly<Record<string, string>> | undefined {
  if (input.kind === 'submission' && input.form.callbackId === 'reject_form') {
    const reason = input.form.values[rejectInput];
    return reason && reason.value.trim() === '' ? { [reason.blockId]: 'Say in a few words why.' } : undefined;
  }
  if (input.kind !== 'submission' || input.form.callbackId !== 'deploy_form') return undefined;
  const { environment, version } = deployInputs;
  const problems = [environment, version].flatMap((actionId): readonly (readonly [string, string])[] => {
    const field = input.form.values[actionId];
    if (!field) return [];
    const text = field.value.trim();
    if (text === '') return [[field.blockId, 'Choose or type one.']];
    const isOneWord = actionId !== version || !/\s/.test(text);
    return isOneWord ? [] : [[field.blockId, 'A version is one word, without spaces.']];
  });
  return problems.length === 0 ? undefined : Object.fromEntries(problems);
}
