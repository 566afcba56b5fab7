import type { SlackForms } from '../app/forms/slack-forms.ts';
import type { Log, SlackGateway } from '../app/ports.ts';
import { SlackError } from '../domain/errors.ts';
import type { SlackIdentity } from './identity.ts';
import { inboxKey, type SlackBody } from './intake.ts';
import { decodeSlackInput } from './interactions.ts';

/** Of the three seconds of a trigger and of an acknowledgement; what is left is for storing and the way back. */
const OPEN_TIMEOUT_MS = 1_400;

/** Another delivery of the same request was quicker: the form is there. */
const openedAlready: ReadonlySet<string> = new Set(['exchanged_trigger_id', 'duplicate_external_id']);

export interface OpenFormDeps {
  readonly forms: SlackForms;
  readonly slack: Pick<SlackGateway, 'openView'>;
  readonly identity: Pick<SlackIdentity, 'teamId' | 'appId'>;
  readonly log: Log;
}

/**
 * Opens the form that the payload asks for, if it does, while its trigger is still good, and notes that in the payload
 * that is stored. Never throws: without a form the answer is given in words.
 */
export async function openForm(body: SlackBody, deps: OpenFormDeps): Promise<SlackBody> {
  const { trigger_id: triggerId } = body;
  const { teamId, appId } = deps.identity;
  if (typeof triggerId !== 'string' || triggerId === '' || teamId === undefined) return body;
  const input = decodeSlackInput(JSON.stringify(body), teamId, appId);
  if (input.kind === 'malformed' || input.kind === 'foreign') return body;
  const form = deps.forms.toOpen(input);
  if (!form) return body;
  const externalId = inboxKey(body);
  const opened = await inTime(open({ ...form, triggerId, externalId }, deps));
  return { ...body, chatops_view: { external_id: externalId, opened } };
}

async function open(
  form: Parameters<SlackGateway['openView']>[0],
  { slack, log }: Pick<OpenFormDeps, 'slack' | 'log'>,
): Promise<boolean> {
  try {
    await slack.openView(form);
    return true;
  } catch (error) {
    if (error instanceof SlackError && openedAlready.has(error.slackCode)) return true;
    log.warn({ err: error }, 'slack form not opened');
    return false;
  }
}

/** False when Slack takes too long: it may open all the same, and is then filled like any other. */
async function inTime(opening: Promise<boolean>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), OPEN_TIMEOUT_MS);
  try {
    return await Promise.race([opening, late]);
  } finally {
    clearTimeout(timer);
  }
}
