import type { SlackView } from '../app/forms/slack-forms.ts';
import type { FormPlace } from '../app/input/slack-input.ts';
import type { SlackGateway } from '../app/ports.ts';
import { SlackError } from '../domain/errors.ts';
import type { CallSlack } from './client.ts';
import { encodePlace } from './view-place.ts';

/** The form is gone: closed by its reader, or never opened. `hash_conflict`: it shows something newer. */
const gone: ReadonlySet<string> = new Set(['not_found', 'view_not_found', 'hash_conflict']);

/** Opening and changing forms, each shown as `masked` leaves it. @see https://docs.slack.dev/surfaces/modals */
export function createViewCalls(
  call: CallSlack,
  masked: (view: SlackView) => SlackView,
): Pick<SlackGateway, 'openView' | 'updateView'> {
  return {
    async openView({ triggerId, externalId, view, place }) {
      await call('views.open', { trigger_id: triggerId, view: wireView(masked(view), place, externalId) });
    },
    async updateView({ which, view, place }) {
      const isByTrigger = 'externalId' in which;
      // Left out, the external id would be taken from the view, and the next change would not find it.
      const shown = wireView(masked(view), place, isByTrigger ? which.externalId : undefined);
      const named = isByTrigger ? { external_id: which.externalId } : { view_id: which.viewId, hash: which.hash };
      try {
        await call('views.update', { ...named, view: shown });
        return true;
      } catch (error) {
        if (error instanceof SlackError && gone.has(error.slackCode)) return false;
        throw error;
      }
    },
  };
}

function wireView(view: SlackView, place: FormPlace, externalId: string | undefined): Record<string, unknown> {
  const { title, submit, callbackId, blocks } = view;
  return {
    type: 'modal',
    callback_id: callbackId,
    title: plain(title),
    ...(submit === undefined ? {} : { submit: plain(submit) }),
    close: plain('Close'),
    private_metadata: encodePlace(place),
    ...(externalId === undefined ? {} : { external_id: externalId }),
    blocks,
  };
}

function plain(text: string): Record<string, unknown> {
  return { type: 'plain_text', text, emoji: false };
}
