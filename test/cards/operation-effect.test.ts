import { describe, expect, it } from 'vitest';
import { operationEffect } from '../../src/cards/operation-effect.ts';
import type { Step, StepState } from '../../src/domain/operation.ts';
import { plainText } from '../../src/domain/phrase.ts';
import { anOperation, at } from './builders.ts';

const failed = (reason: Step['reason']): Partial<Step> => ({ state: 'failed', reason });
const canary = 'production-canary got v1.4.0 on the way.';
const cases: readonly (readonly [string, readonly (StepState | Partial<Step>)[], string])[] = [
  ['nothing was pressed', [], 'production was not touched and stays at v1.3.0.'],
  ['GitLab refused', [failed('refused_forbidden')], 'production was not touched and stays at v1.3.0.'],
  [
    'the canary passed',
    ['succeeded', failed('job_failed')],
    `production was not touched and stays at v1.3.0. ${canary}`,
  ],
  [
    'the deploy job failed',
    ['succeeded', 'succeeded', 'succeeded', failed('job_failed')],
    `production may have been changed in part. ${canary}`,
  ],
  [
    'the deploy job was running when it ended',
    ['succeeded', 'succeeded', 'succeeded', { state: 'canceled', startedAt: at('10:15') }],
    `production may have been changed in part. ${canary}`,
  ],
  [
    'only the verification failed',
    ['succeeded', 'succeeded', 'succeeded', 'succeeded', failed('job_failed')],
    `production runs v1.4.0 now. ${canary}`,
  ],
];

describe('operationEffect', () => {
  it.each(cases)('says what is where when %s', (_, states, expected) => {
    expect(plainText(operationEffect(anOperation(states)))).toBe(expected);
  });
});
