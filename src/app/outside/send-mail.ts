import { renderMail } from '../../cards/mail.ts';
import { environmentRule } from '../../domain/project.ts';
import { maskContent } from '../messages/mask-content.ts';
import { readBlocks } from '../messages/read-blocks.ts';
import type { Clock, Lease, Log, Settings, SlackContent } from '../ports.ts';
import type { InboxRow, Store } from '../store-ports.ts';
import { MailWork } from './mail-row.ts';
import type { AlsoTell } from './outside-ports.ts';

export interface SendMailDeps {
  readonly also: Pick<AlsoTell, 'mail'>;
  readonly settings: () => Pick<Settings, 'rulesFor' | 'identityUsers'>;
  readonly store: Store;
  readonly lease: Lease;
  readonly clock: Clock;
  readonly maskSecrets: (text: string) => string;
  readonly log: Log;
}

/**
 * A server may take longer, and the lease is renewed meanwhile. Should it be lost in the middle, the new holder may
 * send the mail a second time, with the same Message-ID.
 */
const leaseMs = 8_000;

/** Mails what a row says to whom `notify_email` names now. @throws OutsideError to be tried again later, or never. */
export async function sendMail(row: InboxRow, deps: SendMailDeps): Promise<void> {
  const work = MailWork.parse(JSON.parse(row.body));
  const { project, environment } = work;
  const { inbox } = deps.store.tables;
  const { rulesFor, identityUsers } = deps.settings();
  const rules = rulesFor(project.path);
  const to = (rules && environmentRule(rules, environment)?.notifyEmail) ?? [];
  if (!deps.also.mail || to.length === 0) return inbox.done(row.id, 'no_recipient', deps.clock.now());
  const content = work.content ?? (await unshown(work.messageKeys ?? [], deps));
  if (!content) return inbox.done(row.id, 'slack_has_it', deps.clock.now());
  const { subject, text, html } = renderMail({
    project,
    environment,
    card: readBlocks(maskContent(content.blocks, deps.maskSecrets)),
    isUnshown: work.content === undefined,
    nameOf: (slackUserId) => identityUsers[slackUserId],
  });
  await deps.lease.ensure(leaseMs);
  await deps.also.mail({ key: row.key, to, subject, text, html, at: row.receivedAt });
  await inbox.done(row.id, 'sent', deps.clock.now());
  deps.log.info({ delivery_id: row.key, project: project.path, environment, recipients: to.length }, 'mail sent');
}

/** What Slack would show, if it does not; undefined: it does somewhere, or nothing is left to show. */
async function unshown(messageKeys: readonly string[], { store }: SendMailDeps): Promise<SlackContent | undefined> {
  let waiting: SlackContent | undefined;
  for (const key of messageKeys) {
    const message = await store.tables.outbox.find(key);
    if (message?.ts !== undefined) return undefined;
    waiting ??= message;
  }
  return waiting;
}
