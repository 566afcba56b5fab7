import { renderOverrideAnnounced } from '../../cards/override-announced.ts';
import type { AuditEntry } from '../../domain/audit.ts';
import type { Operation } from '../../domain/operation.ts';
import { matchesGlob } from '../../domain/project.ts';
import { type Review, reviewWithinMs } from '../../domain/review.ts';
import type { CommandResult } from '../command.ts';
import { messageUrl } from '../notices/open-thread.ts';
import { mailUnlessShownRow } from '../outside/mail-row.ts';
import type { Settings } from '../ports.ts';
import type { Tables } from '../store-ports.ts';

/**
 * Tells an override at top level wherever deployments of that environment are told, and remembers that it is to be
 * reviewed. To be called in the transaction that begins the deploy.
 */
export async function announceOverride(
  tables: Tables,
  operation: Operation,
  about: { readonly settings: Settings; readonly now: Date },
): Promise<void> {
  const { id, project, environment, release, requester, override, channel, rootKey } = operation;
  const { settings, now } = about;
  if (!override) return;
  const following = (settings.rulesFor(project.path)?.channels ?? []).filter(
    ({ environments }) => environments === undefined || environments.some((glob) => matchesGlob(glob, environment)),
  );
  const review: Review = {
    id,
    project,
    environment,
    version: release.version,
    override,
    by: requester,
    at: now,
    dueAt: new Date(now.getTime() + reviewWithinMs),
    channels: [...new Set([channel, ...following.map((rule) => rule.id)])],
    rootKey,
  };
  await tables.reviews.add(review);
  await showOverride(tables, review, now);
  const messageKeys = review.channels.map((each) => overrideKey(each, review));
  await tables.inbox.add(mailUnlessShownRow({ project, environment, key: `override:${id}`, messageKeys }, now));
}

/** Shows an override as it stands in every channel that was told of it. */
export async function showOverride(tables: Pick<Tables, 'outbox'>, review: Review, now: Date): Promise<void> {
  const card = renderOverrideAnnounced({ review, threadUrl: messageUrl(review.rootKey) });
  for (const channel of review.channels) {
    const key = overrideKey(channel, review);
    await tables.outbox.put({ key, channel, rootKey: undefined, lane: 'failure', ...card }, now);
  }
}

/** The key of the message that announces an override in a channel. */
export function overrideKey(channel: string, { id }: Pick<Review, 'id'>): string {
  return `${channel}/override:${id}`;
}

/** What the entry of a confirmation says of gates that would have been closed. */
export function overridden({
  deed,
  exempt,
}: Extract<CommandResult, { kind: 'planned' }>): Pick<AuditEntry, 'reason' | 'override'> {
  const override = deed.kind === 'deploy' ? deed.override : undefined;
  return override ? { reason: 'override', override: override.reason } : { reason: exempt };
}
