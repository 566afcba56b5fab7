import type { AuditHead } from '../domain/audit.ts';
import { auditGenesis, auditHash } from './tables/audit.ts';

/** An entry as it is stored. */
export interface StoredLink {
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
  readonly entry: string;
}

/**
 * What is wrong with the audit, and at which entry it begins to be. `rewritten`: every hash fits the one before, but the
 * entry is not the one that the head was taken of.
 */
export type AuditFault = 'changed' | 'missing' | 'not_following' | 'cut_off' | 'rewritten';

/** Whether the chain holds, and how long it is. */
export type AuditVerdict =
  | { readonly kind: 'whole'; readonly entries: number; readonly head: AuditHead | undefined }
  | { readonly kind: 'broken'; readonly seq: number; readonly fault: AuditFault };

/**
 * Walks the whole chain in the order of its numbers. Without a head from elsewhere nobody can tell whether entries were
 * cut off at the end, or the whole chain was written anew.
 */
export async function verifyAudit(
  links: AsyncIterable<StoredLink>,
  known: AuditHead | undefined,
): Promise<AuditVerdict> {
  let last: AuditHead | undefined;
  for await (const link of links) {
    const fault = findFault(link, last) ?? (isOther(link, known) ? 'rewritten' : undefined);
    if (fault !== undefined) return { kind: 'broken', seq: fault === 'missing' ? after(last) : link.seq, fault };
    last = { seq: link.seq, hash: link.hash };
  }
  if (known && known.seq >= after(last)) return { kind: 'broken', seq: after(last), fault: 'cut_off' };
  return { kind: 'whole', entries: last?.seq ?? 0, head: last };
}

function findFault(link: StoredLink, last: AuditHead | undefined): AuditFault | undefined {
  if (link.seq > after(last)) return 'missing';
  if (auditHash(link) !== link.hash) return 'changed';
  const follows = link.seq === after(last) && link.prevHash === (last?.hash ?? auditGenesis);
  return follows ? undefined : 'not_following';
}

function isOther(link: StoredLink, known: AuditHead | undefined): boolean {
  return known !== undefined && link.seq === known.seq && link.hash !== known.hash;
}

function after(last: AuditHead | undefined): number {
  return (last?.seq ?? 0) + 1;
}
