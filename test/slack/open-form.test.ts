import { describe, expect, it } from 'vitest';
import type { SlackForms } from '../../src/app/forms/slack-forms.ts';
import { SlackError } from '../../src/domain/errors.ts';
import { openForm } from '../../src/slack/open-form.ts';
import { aCommand, aLog, noForms } from './bot.ts';

const body = Object.fromEntries(new URLSearchParams(aCommand()));
const forms: SlackForms = {
  ...noForms,
  toOpen: () => ({
    view: { title: 'Deploy', callbackId: 'note', blocks: [] },
    place: { channel: 'C0DEPLOYS', openedAt: new Date(0) },
  }),
};
const refusal = (slackCode: string) =>
  new SlackError(`refused: ${slackCode}`, { slackCode, outcome: 'none', retryable: false });

function open(
  openView: () => Promise<void>,
  change: { readonly teamId?: undefined; readonly forms?: SlackForms } = {},
) {
  const { log } = aLog();
  return openForm(body, {
    forms,
    slack: { openView },
    identity: { teamId: 'T0ACME', appId: undefined },
    log,
    ...asIdentity(change),
  });
}

function asIdentity(change: { readonly teamId?: undefined; readonly forms?: SlackForms }) {
  const { forms: others } = change;
  return {
    ...(others === undefined ? {} : { forms: others }),
    ...('teamId' in change ? { identity: { teamId: undefined, appId: undefined } } : {}),
  };
}

describe('openForm', () => {
  const note = { external_id: 'slack:trigger:1.2.abc' };

  it('notes the form that it has opened, by a name that the trigger alone makes', async () => {
    expect(await open(async () => undefined)).toEqual({ ...body, chatops_view: { ...note, opened: true } });
  });

  it.each(['exchanged_trigger_id', 'duplicate_external_id'])(
    'takes %s for opened: the same request came twice',
    async (code) => {
      const stored = await open(async () => Promise.reject(refusal(code)));

      expect(stored).toMatchObject({ chatops_view: { opened: true } });
    },
  );

  it('notes that none is open when Slack opens none', async () => {
    const stored = await open(async () => Promise.reject(refusal('expired_trigger_id')));

    expect(stored).toMatchObject({ chatops_view: { opened: false } });
  });

  it('leaves the payload as it is without a form, and before the workspace is known', async () => {
    expect(await open(async () => undefined, { forms: noForms })).toEqual(body);
    expect(await open(async () => undefined, { teamId: undefined })).toEqual(body);
  });
});
