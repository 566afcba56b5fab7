import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tables } from '../../../src/app/store-ports.ts';
import { encodeDocument } from '../../../src/store/json.ts';
import { anApproval, raj } from '../../support/builders.ts';
import { at } from './builders.ts';
import type { OpenDatabase, Opened } from './opened.ts';

const request = anApproval({}, { createdAt: at(0), expiresAt: at(4) });
const vote = { voter: raj, answer: 'approve', words: 'fine', at: at(1) } as const;

/** Requests for approval, and people's words on them. */
export function approvalsSuite(open: OpenDatabase): void {
  describe('approvals', () => {
    let opened: Opened;
    let tables: Tables;

    beforeEach(async () => {
      opened = await open();
      tables = opened.store.tables;
      await tables.approvals.add(request);
    });
    afterEach(() => opened.dispose());

    it('come back as they were, with their votes', async () => {
      await tables.approvals.vote(request.id, vote);

      expect(await tables.approvals.find(request.id)).toEqual({ ...request, votes: [vote] });
      expect(await tables.approvals.ofOperation('operation-1')).toHaveLength(1);
      expect(await tables.approvals.find('another')).toBeUndefined();
    });

    it('of a deployment that was only observed come back too, and are no operation’s', async () => {
      const observed = {
        ...request,
        id: 'observed-1-106',
        origin: { kind: 'observed' as const },
        expiresAt: undefined,
      };
      await tables.approvals.add(observed);

      expect(await tables.approvals.find(observed.id)).toEqual(observed);
      expect(await tables.approvals.ofOperation('operation-1')).toEqual([request]);
    });

    it('that an earlier version stored come back as requests of their operation', async () => {
      const { origin, ...rest } = request;
      const { kind: _, ...old } = origin as Extract<typeof origin, { kind: 'operation' }>;
      opened.run(`update approvals set document = '${encodeDocument({ ...rest, ...old })}'`);

      expect(await tables.approvals.find(request.id)).toEqual(request);
    });

    it('hold one word of each GitLab user, whatever account it came from', async () => {
      await tables.approvals.vote(request.id, vote);
      await tables.approvals.vote(request.id, { ...vote, voter: { ...raj, slackUserId: 'U0RAJ2' }, answer: 'reject' });

      expect((await tables.approvals.find(request.id))?.votes.map(({ answer }) => answer)).toEqual(['reject']);
      expect(await tables.approvals.withdraw(request.id, raj)).toBe(true);
      expect(await tables.approvals.withdraw(request.id, raj)).toBe(false);
    });

    it('are changed by exactly one of two who saw the same state', async () => {
      const approved = { ...request, state: 'approved' } as const;

      expect(await tables.approvals.save(approved, 'open')).toBe(true);
      expect(await tables.approvals.save({ ...request, state: 'rejected' }, 'open')).toBe(false);
      expect(await tables.approvals.undecided()).toMatchObject([{ state: 'approved' }]);
    });

    it('are kept while they are undecided, and deleted with their votes afterwards', async () => {
      await tables.approvals.vote(request.id, vote);

      expect(await tables.approvals.prune(at(9))).toBe(0);
      await tables.approvals.save({ ...request, state: 'used' }, 'open');
      expect(await tables.approvals.undecided()).toEqual([]);
      expect(await tables.approvals.prune(at(9))).toBe(1);
      expect(await tables.approvals.withdraw(request.id, raj)).toBe(false);
    });
  });
}
