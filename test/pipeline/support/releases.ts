/** What a deployed revision runs. */
export interface Workload {
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
}

/** One revision as Helm remembers it. */
export interface Revision {
  readonly revision: number;
  status: 'deployed' | 'superseded' | 'failed' | 'pending-install' | 'pending-upgrade' | 'pending-rollback';
  readonly description: string;
  readonly workload: Workload;
}

/** Helm says no; the message is what it prints. */
export class HelmError extends Error {
  override readonly name = 'HelmError';
}

/** Helm's memory of one release, with its rules for what may follow what. */
export function createHistory() {
  const revisions: Revision[] = [];
  const add = (status: Revision['status'], workload: Workload, description: string): Revision => {
    const next = { revision: (revisions.at(-1)?.revision ?? 0) + 1, status, description, workload };
    revisions.push(next);
    return next;
  };
  return {
    revisions,
    /** Opens a revision; refuses while another is pending, as Helm does for ever after a crash. */
    beginUpgrade(workload: Workload, description: string): Revision {
      if (revisions.at(-1)?.status.startsWith('pending-') === true) {
        throw new HelmError('UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress');
      }
      return add(revisions.length === 0 ? 'pending-install' : 'pending-upgrade', workload, description);
    },
    /** Opens a revision with the content of an earlier one; a pending one is no obstacle here. */
    beginRollback(to: number): Revision {
      const target = revisions.find((each) => each.revision === to);
      if (target === undefined) throw new HelmError(`release has no ${to} version`);
      const last = revisions.at(-1);
      if (last?.status.startsWith('pending-') === true) last.status = 'superseded';
      return add('pending-rollback', target.workload, `Rollback to ${to}`);
    },
    /** Marks a revision as the one that serves. */
    complete(done: Revision): void {
      for (const each of revisions) if (each.status === 'deployed') each.status = 'superseded';
      done.status = 'deployed';
    },
  };
}
