import { describe, expect, it } from 'vitest';
import { whomToCall } from '../../../src/app/approvals/whom-to-call.ts';
import type { StoredLink } from '../../../src/app/links/link-ports.ts';

const link = (slackUserId: string, id: number, username: string): StoredLink => ({
  slackUserId,
  gitlab: { id, username, name: username },
  state: 'good',
  linkedAt: new Date(0),
  sealedTokens: '',
  expiresAt: new Date(0),
  version: 1,
});
const settings = { identityUsers: { U0RAJ: 'raj', U0OLU: 'olu' } };
const tables = { links: { all: async () => [link('U0MIA', 5, 'mia'), link('U0OLU', 9, 'somebody')] } };

describe('whomToCall', () => {
  const rules = [
    { name: 'Mia Novak', required: 1, given: 0, userId: 5 },
    { name: 'Maintainers', required: 1, given: 0, accessLevel: 40 },
    { name: 'security', required: 1, given: 0, groupId: 7 },
  ];
  it.each([
    ['Slack users and groups as they are written', { approvers: ['U0ANN', 'S0LEADS'] }, ['U0ANN', 'S0LEADS']],
    ['nobody for a role', { approvers: ['maintainer'] }, []],
    ['whom identity.users names', { approvers: ['@raj'] }, ['U0RAJ']],
    ['who linked the account', { approvers: ['@Mia'] }, ['U0MIA']],
    ['nobody who linked another account than the file says', { approvers: ['@olu'] }, []],
    ['each once', { approvers: ['U0MIA', '@mia'], rules }, ['U0MIA']],
    ['the single users of GitLab’s rules', { approvers: ['Mia Novak', 'Maintainers', 'security'], rules }, ['U0MIA']],
  ])('calls %s', async (_, whom, expected) => {
    expect(await whomToCall(whom, { tables, settings })).toEqual(expected);
  });
});
