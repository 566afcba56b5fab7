import { describe, expect, it } from 'vitest';
import { renderGateReached } from '../../src/cards/gate-reached.ts';
import { buttonsOf } from './as-read.ts';
import { aJob, aPipeline, canaryGate } from './builders.ts';

describe('renderGateReached', () => {
  it('stands for the command that a person would type', () => {
    const [button] = buttonsOf(renderGateReached({ pipeline: aPipeline(), job: canaryGate }));

    expect(button?.action_id).toBe('run_command');
    expect(button?.value).toBe('/deploy acme/production-app:production-canary v1.4.0 --job deploy-canary');
  });

  it('hands over the commit of a branch, since the branch moves on', () => {
    const pipeline = aPipeline({ ref: 'main', tag: false });

    const [button] = buttonsOf(renderGateReached({ pipeline, job: canaryGate }));

    expect(button?.value).toContain(' 1a2b3c4d ');
  });

  it('has no button for a job that stops an environment', () => {
    const job = aJob({ name: 'stop-dev', status: 'manual', environment: { name: 'development', action: 'stop' } });

    expect(buttonsOf(renderGateReached({ pipeline: aPipeline(), job }))).toEqual([]);
  });
});
