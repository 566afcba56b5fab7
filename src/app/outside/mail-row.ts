import { z } from 'zod';
import type { SlackContent } from '../ports.ts';
import type { NewInboxRow } from '../store-ports.ts';

/** What is to be mailed: the card of an environment's news, or what a message shows that Slack has not taken. */
export const MailWork = z.object({
  kind: z.literal('mail'),
  project: z.object({ path: z.string(), url: z.string() }),
  environment: z.string(),
  content: z.object({ text: z.string(), blocks: z.array(z.unknown()) }).optional(),
  /** Outbox keys of messages that say the same: mailed only if Slack shows none of them by then. */
  messageKeys: z.array(z.string()).optional(),
});
export type MailWork = z.output<typeof MailWork>;

/** For so long Slack may keep a critical message waiting. */
const patienceMs = 5 * 60_000;

type About = Pick<MailWork, 'project' | 'environment'>;

/**
 * The inbox row that mails a card to the `notify_email` of an environment. `key`: its meaning within the environment,
 * so that what several parts of the bot notice is mailed once.
 */
export function mailRow(
  about: About & { readonly key: string; readonly content: SlackContent },
  now: Date,
): NewInboxRow {
  const { project, environment, content } = about;
  const { text, blocks } = content;
  return toRow({ project, environment, content: { text, blocks: [...blocks] } }, { key: about.key, at: now });
}

/** The inbox row that mails what a critical message shows, should Slack not have taken it within five minutes. */
export function mailUnlessShownRow(
  about: About & { readonly key: string; readonly messageKeys: readonly string[] },
  now: Date,
): NewInboxRow {
  const { project, environment, messageKeys } = about;
  const at = new Date(now.getTime() + patienceMs);
  return toRow({ project, environment, messageKeys: [...messageKeys] }, { key: about.key, at });
}

function toRow(work: Omit<MailWork, 'kind'>, { key, at }: { readonly key: string; readonly at: Date }): NewInboxRow {
  const { path, url } = work.project;
  const body = JSON.stringify({ ...work, kind: 'mail', project: { path, url } });
  return { key: `mail/${path}/${work.environment}/${key}`, source: 'outside', body, receivedAt: at };
}
