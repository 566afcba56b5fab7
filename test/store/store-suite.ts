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

/** What every store promises, whatever database is behind it. */
export function storeSuite(name: string, open: OpenDatabase): void {
  describe(`${name} as a store`, () => {
    transactionSuite(open);
    inboxSuite(open);
    outboxSuite(open);
    tablesSuite(open);
    operationsSuite(open);
    watchesSuite(open);
    environmentsSuite(open);
    locksSuite(open);
    linksSuite(open);
    approvalsSuite(open);
    reviewsSuite(open);
    auditSuite(open);
    leaseSuite(open);
  });
}
