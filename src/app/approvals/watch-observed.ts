import type { ApprovalRequest } from '../../domain/approval.ts';
import { GitLabError, PayloadError } from '../../domain/errors.ts';
import { closeRequest, lookAgainMs } from '../../domain/observed-approval.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import type { Clock, Log, Settings, Wake } from '../ports.ts';
import type { Store } from '../store-ports.ts';
import { lookAtGitLab } from './follow-gitlab-approvals.ts';
import { changeApproval } from './show-approval.ts';

export interface WatchObservedDeps {
  readonly settings: () => Settings;
  readonly gitlab: Pick<GitLabReads, 'approvalOf'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly log: Log;
}

/**
 * Makes the round that asks GitLab how observed requests stand: no operation does it for them, and an older GitLab tells
 * nobody what is decided on its page. When each was asked for is kept in memory: after a restart all are asked for.
 */
export function createObservedWatch(deps: WatchObservedDeps): () => Promise<void> {
  const lookedAt = new Map<string, Date>();
  return async () => {
    const undecided = await deps.store.tables.approvals.undecided();
    const observed = undecided.filter(({ origin }) => origin.kind === 'observed');
    for (const id of lookedAt.keys()) if (!observed.some((request) => request.id === id)) lookedAt.delete(id);
    for (const request of observed) {
      const now = deps.clock.now();
      const last = lookedAt.get(request.id) ?? request.createdAt;
      if (now.getTime() - last.getTime() < lookAgainMs(request, now)) continue;
      lookedAt.set(request.id, now);
      await look(request, deps);
    }
  };
}

async function look(request: ApprovalRequest, deps: WatchObservedDeps): Promise<void> {
  if (!deps.settings().rulesFor(request.project.path)) return leave(request, deps);
  try {
    await lookAtGitLab(request, deps);
  } catch (error) {
    if (!(error instanceof GitLabError || error instanceof PayloadError)) throw error;
    const { environment, project } = request;
    deps.log.warn({ project: project.path, environment, err: error }, 'approvals not read, will look again');
  }
}

async function leave({ id }: ApprovalRequest, { store, clock, wake }: WatchObservedDeps): Promise<void> {
  await store.transaction(async (tables) => {
    const held = await tables.approvals.find(id);
    if (held?.state !== 'open' && held?.state !== 'approved') return;
    await changeApproval(tables, { held, next: closeRequest(held, 'not_configured'), now: clock.now() });
  });
  wake('outbox');
}
