import { revokeExpired } from './links/revoke-tokens.ts';
import { remindReviews } from './overrides/remind-reviews.ts';
import type { Clock, Log, Settings, Wake } from './ports.ts';
import type { Store } from './store-ports.ts';

export interface SweepDeps {
  readonly settings: () => Settings;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly log: Log;
}

/** Ends plans whose time is over, and deletes what is older than `retention` says. The audit is never deleted. */
export async function sweep(deps: SweepDeps): Promise<void> {
  await remindReviews(deps);
  const now = deps.clock.now();
  const { retention } = deps.settings();
  const ago = (ms: number): Date => new Date(now.getTime() - ms);
  const { plans, inbox, outbox, pipelines, operations, environments, approvals, reviews } = deps.store.tables;
  const lapsed = await plans.lapse(now);
  const pruned =
    (await revokeExpired(deps.store, now)) +
    (await inbox.prune(ago(retention.eventsMs))) +
    (await outbox.prune(ago(retention.threadsMs))) +
    (await pipelines.prune(ago(retention.threadsMs))) +
    (await operations.prune(ago(retention.operationsMs))) +
    (await environments.prune(ago(retention.threadsMs))) +
    (await approvals.prune(ago(retention.operationsMs))) +
    (await reviews.prune(ago(retention.operationsMs))) +
    (await plans.prune(ago(retention.operationsMs)));
  if (lapsed + pruned > 0) deps.log.info({ lapsed, pruned }, 'swept');
}
