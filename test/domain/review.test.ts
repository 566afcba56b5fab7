import { describe, expect, it } from 'vitest';
import { decideReview, type Review } from '../../src/domain/review.ts';
import { ann, at, project } from '../support/builders.ts';

const raj = { slackUserId: 'U0RAJ', gitlab: { id: 4, username: 'raj', name: 'Raj Patel' } } as const;
const review: Review = {
  id: 'operation-1',
  project,
  environment: 'production',
  version: 'v1.4.0',
  override: { reason: 'checkout is down', passes: ['freeze'] },
  by: ann,
  at: at(0),
  dueAt: at(86_400),
  channels: ['C0DEPLOYS'],
  rootKey: 'C0DEPLOYS/pipeline:812',
};

describe('decideReview', () => {
  it.each([
    ['somebody else', review, raj, 'allow'],
    ['whoever overrode', review, ann, 'review_own'],
    ['whoever overrode, by another Slack account', review, { ...ann, slackUserId: 'U0ANN2' }, 'review_own'],
    ['a second one', { ...review, reviewed: { by: raj, at: at(1) } }, raj, 'review_done'],
  ] as const)('%s', (_who, held, actor, expected) => {
    const decision = decideReview(held, actor);

    expect(decision.kind === 'allow' ? 'allow' : decision.reason).toBe(expected);
  });
});
