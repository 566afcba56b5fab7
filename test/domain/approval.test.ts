import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/domain/actor.ts';
import {
  type ApprovalRequest,
  decideVote,
  decideWithdrawal,
  isBoundTo,
  nudgeAgainAt,
  reminderAt,
  type Vote,
  withoutVote,
  withVote,
} from '../../src/domain/approval.ts';
import { approvalTerms, withApprovals } from '../../src/domain/approval-terms.ts';
import { anApproval, ann, at, raj, someRules } from '../support/builders.ts';

const mia: Actor = { slackUserId: 'U0MIA', gitlab: { id: 5, username: 'mia', name: 'Mia Chen' } };
const annAgain: Actor = { slackUserId: 'U0OTHER', gitlab: ann.gitlab };
const stranger: Actor = { slackUserId: 'U0NEW', gitlab: undefined };
const approve = (voter: Actor): Vote => ({ voter, answer: 'approve', at: at(60) });
const reject = (voter: Actor): Vote => ({ voter, answer: 'reject', words: 'no', at: at(60) });

const decide = (
  request: ApprovalRequest,
  voter: Actor,
  about: { readonly answer?: Vote['answer']; readonly authors?: readonly string[]; readonly seconds?: number } = {},
): string => {
  const { answer = 'approve', authors = [], seconds = 60 } = about;
  const names = authors.map((name) => ({ name }));
  const decision = decideVote(request, { voter, answer, authors: names }, at(seconds));
  return decision.kind === 'allow' ? 'allow' : decision.reason;
};

const underGitLab = anApproval({}, { gitlab: { deploymentId: 1, rules: [] } });

describe('decideVote', () => {
  const once = withVote(anApproval({ required: 2 }), approve(raj));
  it.each<[string, string, Parameters<typeof decide>]>([
    ['an approver', 'allow', [anApproval(), raj, {}]],
    ['who asked', 'approval_own_deploy', [anApproval(), ann, {}]],
    ['who asked, with another Slack account', 'approval_own_deploy', [anApproval(), annAgain, {}]],
    ['who asked, where self is on', 'allow', [anApproval({ self: true }), ann, {}]],
    ['who asked, to reject', 'allow', [anApproval(), ann, { answer: 'reject' }]],
    ['somebody whom GitLab does not know', 'allow', [anApproval(), stranger, {}]],
    ['who approved before', 'approval_given', [once, raj, {}]],
    ['who approved before, to reject', 'allow', [once, raj, { answer: 'reject' }]],
    ['a second approver', 'allow', [once, mia, {}]],
    ['an author, where they may', 'allow', [anApproval(), raj, { authors: ['Raj Patel'] }]],
    ['an author', 'approval_own_commits', [anApproval({ authors: false }), raj, { authors: [' raj patel'] }]],
    ['an author by user name', 'approval_own_commits', [anApproval({ authors: false }), raj, { authors: ['raj'] }]],
    ['nobody of the authors', 'allow', [anApproval({ authors: false }), raj, { authors: ['Mia Chen'] }]],
    ['an approver at the end of the time', 'approval_expired', [anApproval(), raj, { seconds: 14_400 }]],
    ['an approver after a rejection', 'approval_decided', [withVote(anApproval(), reject(mia)), raj, {}]],
    ['an approver after all approved', 'approval_decided', [withVote(anApproval(), approve(mia)), raj, {}]],
    [
      'who changes to a rejection before the play',
      'allow',
      [withVote(anApproval(), approve(mia)), mia, { answer: 'reject' }],
    ],
    ['a rejection after the play', 'approval_decided', [{ ...anApproval(), state: 'used' }, raj, { answer: 'reject' }]],
    ['an approver of what is over', 'approval_decided', [{ ...anApproval(), state: 'closed' }, raj, {}]],
  ])('answers %s: %s', (_, expected, vote) => {
    expect(decide(...vote)).toBe(expected);
  });
});

describe('withVote', () => {
  it('is approved with the last approval that is missing, each person counted once', () => {
    const one = withVote(anApproval({ required: 2 }), approve(raj));
    const again = withVote(one, approve({ ...raj, slackUserId: 'U0RAJ2' }));

    expect([one.state, again.state, again.votes.length]).toEqual(['open', 'open', 1]);
    expect(withVote(again, approve(mia)).state).toBe('approved');
  });

  it('ends with one rejection, whoever approved', () => {
    expect(withVote(withVote(anApproval({ required: 2 }), approve(raj)), reject(mia)).state).toBe('rejected');
  });

  it('is open again when an approval is taken back', () => {
    const approved = withVote(anApproval(), approve(raj));

    expect(decideWithdrawal(approved, raj)).toEqual({ kind: 'allow' });
    expect(withoutVote(approved, raj)).toMatchObject({ state: 'open', votes: [] });
  });

  it.each([
    ['somebody else', withVote(anApproval(), approve(raj)), 'approval_not_given'],
    ['anybody once the job was started', { ...anApproval(), state: 'used' as const }, 'approval_decided'],
    ['anybody where GitLab keeps it', underGitLab, 'approval_kept_by_gitlab'],
  ])('takes back nothing for %s', (_, request, reason) => {
    expect(decideWithdrawal(request, mia)).toEqual({ kind: 'refuse', reason });
  });
});

describe('a request', () => {
  const bound = { pipelineId: 812, sha: 'a'.repeat(40), jobId: 106 };
  it.each([
    ['its job', bound, true],
    ['another job', { ...bound, jobId: 107 }, false],
    ['no job', { ...bound, jobId: undefined }, false],
    ['another commit', { ...bound, sha: 'b'.repeat(40) }, false],
    ['another pipeline', { ...bound, pipelineId: 813 }, false],
  ])('is for %s: %j', (_, deed, expected) => {
    expect(isBoundTo(anApproval(), deed)).toBe(expected);
  });

  it('is reminded of once, at half time, while it is open', () => {
    expect(reminderAt(anApproval())).toEqual(at(7_200));
    expect(reminderAt({ ...anApproval(), remindedAt: at(7_200) })).toBeUndefined();
    expect(reminderAt(withVote(anApproval(), approve(raj)))).toBeUndefined();
  });

  it('is nudged at once and then every quarter of an hour', () => {
    expect(nudgeAgainAt(anApproval())).toEqual(at(0));
    expect(nudgeAgainAt({ ...anApproval(), nudgedAt: at(60) })).toEqual(at(960));
  });
});

describe('approvalTerms', () => {
  const rules = someRules({
    environments: [
      { name: 'production', aliases: [], jobs: [], approvals: { required: 1 }, rollback: { approvals: 2 } },
      { name: 'staging', aliases: [], jobs: [], approvals: { required: 0 } },
    ],
  });

  it('fills in what is left out', () => {
    expect(approvalTerms(rules, 'production', 'deploy')).toEqual({
      required: 1,
      approvers: ['maintainer'],
      ask: [],
      self: false,
      authors: true,
      expiresMs: 14_400_000,
    });
    expect(approvalTerms(rules, 'production', 'rollback')?.required).toBe(2);
    expect(approvalTerms(rules, 'staging', 'deploy')).toBeUndefined();
    expect(approvalTerms(rules, 'development', 'deploy')).toBeUndefined();
  });

  it('come right before the step that writes there, under the real name of the environment', () => {
    const steps = [
      { kind: 'play', job: 'deploy-canary', environment: 'staging' },
      { kind: 'ask', job: 'deploy-prod', environment: '$NAME' },
      { kind: 'play', job: 'deploy-prod', environment: '$NAME' },
      { kind: 'verify', job: 'verify', environment: undefined },
    ] as const;

    const placed = withApprovals(steps, {
      rules,
      kind: 'deploy',
      target: { job: 'deploy-prod', environment: 'production' },
    });

    expect(placed.map(({ kind, environment }) => [kind, environment])).toEqual([
      ['play', 'staging'],
      ['ask', '$NAME'],
      ['approve', 'production'],
      ['play', '$NAME'],
      ['verify', undefined],
    ]);
  });
});
