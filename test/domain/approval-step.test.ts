import { describe, expect, it } from 'vitest';
import { type ApprovalRequest, withVote } from '../../src/domain/approval.ts';
import { decideApproval } from '../../src/domain/approval-step.ts';
import type { Job } from '../../src/domain/job.ts';
import type { Operation, Step } from '../../src/domain/operation.ts';
import { aJob, anApproval, anOperation, at, raj } from '../support/builders.ts';

const open = anApproval();
const approved = withVote(open, { voter: raj, answer: 'approve', at: at(60) });
const rejected = withVote(open, { voter: raj, answer: 'reject', words: 'looks bad', at: at(60) });
const job = aJob({ id: 106, name: 'deploy-prod', status: 'manual' });

/** A canary, the approval, the deploy job. */
function operation(
  approve: Partial<Step> = {},
  more: { readonly canary?: Step['state']; readonly play?: Partial<Step> } = {},
): Operation {
  return anOperation({
    steps: [
      { kind: 'play', job: 'deploy-canary', environment: 'production-canary', state: more.canary ?? 'succeeded' },
      {
        kind: 'approve',
        job: 'deploy-prod',
        environment: 'production',
        state: 'pending',
        requestId: open.id,
        ...approve,
      },
      { kind: 'play', job: 'deploy-prod', environment: 'production', state: 'pending', ...more.play },
    ],
  });
}

function decide(
  held: Operation,
  request: ApprovalRequest,
  about: { readonly job?: Job; readonly seconds?: number } = {},
) {
  const jobs = [aJob({ id: 105, name: 'deploy-canary' }), about.job ?? job];
  return decideApproval(held, [request], { jobs, now: at(about.seconds ?? 60) });
}

const failing = (reason: string) => ({ kind: 'update', index: 1, step: { state: 'failed', reason } });

describe('decideApproval', () => {
  it('waits for people where the step is reached, and lets what comes before it run', () => {
    expect(decide(operation(), open)).toMatchObject({ kind: 'update', index: 1, step: { state: 'awaiting_approval' } });
    expect(decide(operation({ state: 'awaiting_approval' }), open)).toMatchObject({ kind: 'look_later' });
    expect(decide(operation({}, { canary: 'running' }), open)).toBeUndefined();
    expect(decide(operation({}, { canary: 'running' }), approved)).toBeUndefined();
  });

  it('goes on once it is approved, and says by whom', () => {
    expect(decide(operation({ state: 'awaiting_approval' }), approved)).toMatchObject({
      step: { state: 'succeeded', decided: { by: ['Raj Patel'] } },
    });
    expect(decide(operation({ state: 'succeeded' }), approved)).toBeUndefined();
  });

  it.each([
    ['rejected', rejected, {}, 'approval_rejected'],
    ['expired', { ...open, state: 'expired' as const }, {}, 'approval_expired'],
    ['closed', { ...open, state: 'closed' as const }, {}, 'approval_void'],
    ['approved, and its time is over', approved, { seconds: 14_400 }, 'approval_expired'],
    ['approved, for another job', approved, { job: { ...job, id: 107 } }, 'approval_void'],
    ['open, for another job', open, { job: { ...job, id: 107 } }, 'approval_void'],
  ])('ends the deploy when the request is %s, however far it has come', (_, request, about, reason) => {
    expect(decide(operation({ state: 'awaiting_approval' }), request, about)).toMatchObject(failing(reason));
    expect(decide(operation({}, { canary: 'running' }), request, about)).toMatchObject(failing(reason));
    expect(decide(operation({ state: 'failed' }), request, about)).toEqual({ kind: 'finish', state: 'failed' });
  });

  it('waits again when an approval is taken back before the play, and not after it', () => {
    expect(decide(operation({ state: 'succeeded' }), open)).toMatchObject({ step: { state: 'awaiting_approval' } });
    expect(decide(operation({ state: 'succeeded' }, { play: { state: 'calling' } }), open)).toBeUndefined();
  });

  it('holds nothing that somebody has started in GitLab', () => {
    const pressed = { job: { ...job, status: 'running' as const } };

    expect(decide(operation({ state: 'awaiting_approval' }), open, pressed)).toMatchObject({
      step: { state: 'succeeded', reason: 'started_in_gitlab' },
    });
  });

  it('looks later where nobody was asked yet', () => {
    expect(decideApproval(operation(), [], { jobs: [job], now: at(60) })).toMatchObject({ kind: 'look_later' });
  });
});
