import { describe } from 'vitest';
import { approvalsSuite } from './suite/approvals-suite.ts';
import { auditSuite } from './suite/audit-suite.ts';
import { environmentsSuite } from './suite/environments-suite.ts';
import { inboxSuite } from './suite/inbox-suite.ts';
import { leaseSuite } from './suite/lease-suite.ts';
import { linksSuite } from './suite/links-suite.ts';
import { locksSuite } from './suite/locks-suite.ts';
import type { OpenDatabase } from './suite/opened.ts';
import { operationsSuite } from './suite/operations-suite.ts';
import { outboxSuite } from './suite/outbox-suite.ts';
import { reviewsSuite } from './suite/reviews-suite.ts';
import { tablesSuite } from './suite/tables-suite.ts';
import { transactionSuite } from './suite/transaction-suite.ts';
import { watchesSuite } from './suite/watches-suite.ts';

const suites = {
  transactions: transactionSuite,
  inbox: inboxSuite,
  outbox: outboxSuite,
  tables: tablesSuite,
  operations: operationsSuite,
  watches: watchesSuite,
  environments: environmentsSuite,
  locks: locksSuite,
  links: linksSuite,
  approvals: approvalsSuite,
  reviews: reviewsSuite,
  audit: auditSuite,
  lease: leaseSuite,
};

/** What every store promises, whatever database is behind it. */
export function storeSuite(name: string, open: OpenDatabase): void {
  describe(`${name} as a store`, () => {
    // Each in a block of its own: every one of them opens a database before each of its tests.
    describe.each(Object.entries(suites))('%s', (_, suite) => {
      suite(open);
    });
  });
}
