import { describe, expect, it } from 'vitest';
import { whoMayApprove } from '../../../src/app/approvals/who-may-approve.ts';
import type { GitLabReads, Member, Protection } from '../../../src/app/gitlab-ports.ts';
import { NotFoundError } from '../../../src/domain/errors.ts';

const ann = member(21, 'ann', 40);
const raj = member(22, 'raj', 40);
const mia = member(23, 'mia', 30);
const bot = member(9, 'chatops', 50);

function member(id: number, username: string, accessLevel: number): Member {
  return { id, username, name: username, accessLevel };
}

type Reads = Pick<GitLabReads, 'ownUser' | 'projectMembers' | 'groupMembers'>;

async function names(protection: Partial<Protection>, reads: Partial<Reads>): Promise<readonly string[]> {
  const gitlab = {
    ownUser: async () => ({ id: 9, username: 'chatops', name: 'ChatOps' }),
    projectMembers: () => Promise.reject(new Error('the project was not to be asked')),
    groupMembers: () => Promise.reject(new Error('no group was to be asked')),
    ...reads,
  } as unknown as Parameters<typeof whoMayApprove>[2]['gitlab'];
  const actor = { slackUserId: 'U0ANN', gitlab: { id: 21, username: 'ann', name: 'Ann' } };
  const context = { gitlab, actor } as unknown as Parameters<typeof whoMayApprove>[2];
  const found = await whoMayApprove(42, [{ group: undefined, access: [], approvals: [], ...protection }], context);
  return found.map(({ username }) => username);
}

const rule = { name: 'Maintainers', required: 1, given: 0 };

describe('whoMayApprove', () => {
  it('finds who has the role in the project, neither who asks nor the bot', async () => {
    const approvals = [{ ...rule, accessLevel: 40 }];

    expect(await names({ approvals }, { projectMembers: async () => [ann, raj, mia, bot] })).toEqual(['raj']);
  });

  it('counts the role in the group whose rule it is', async () => {
    const reads = { groupMembers: async (group: number | string) => (group === 'acme' ? [raj, mia] : []) };

    expect(await names({ group: 'acme', approvals: [{ ...rule, accessLevel: 40 }] }, reads)).toEqual(['raj']);
  });

  it('finds everybody of a group that a rule names, each once', async () => {
    const reads = { groupMembers: async (group: number | string) => (group === 7 ? [raj, mia] : []) };
    const approvals = [
      { ...rule, groupId: 7 },
      { ...rule, groupId: 7 },
    ];

    expect(await names({ approvals }, reads)).toEqual(['raj', 'mia']);
  });

  it('asks for nobody where the rules name single users', async () => {
    expect(await names({ approvals: [{ ...rule, userId: 22 }] }, {})).toEqual([]);
  });

  it('finds nobody where GitLab does not show them', async () => {
    const reads = { projectMembers: () => Promise.reject(new NotFoundError('GitLab shows no members')) };

    expect(await names({ approvals: [{ ...rule, accessLevel: 40 }] }, reads)).toEqual([]);
  });
});
