import { describe, expect, it } from 'vitest';
import { shownLength } from '../../src/cards/phrase-blocks.ts';
import { renderRoot } from '../../src/cards/root.ts';
import { stageRow, stageRowMax } from '../../src/cards/stage-row.ts';
import type { Job, JobStatus } from '../../src/domain/job.ts';
import type { Pipeline } from '../../src/domain/pipeline.ts';
import { lineCount } from './as-read.ts';
import { aJob, aPipeline } from './builders.ts';

describe('stageRow', () => {
  it('tells stages of one status together, in the order of the pipeline', () => {
    expect(row(staged(['success', 'success', 'running', 'created']))).toBe(
      '✓ stage-1, stage-2 passed · ▶ stage-3 running · ○ stage-4 to come',
    );
  });

  it('counts stages where their names would make it long', () => {
    expect(row(staged([...Array<JobStatus>(8).fill('success'), 'manual', 'created', 'created']))).toBe(
      '✓ 8 stages passed · ⏸ stage-9 waiting for a person · ○ stage-10, stage-11 to come',
    );
  });

  it('says how many jobs of a running stage are done', () => {
    const jobs = [job('test', 'success'), job('test', 'running'), job('test', 'created')];

    expect(row(aPipeline({ stages: ['test'], jobs }))).toBe('▶ test running (1 of 3 jobs done)');
  });

  it('never calls a stage failed for a job that may fail', () => {
    const allowed = { ...job('test', 'failed'), allowFailure: true };

    expect(row(aPipeline({ stages: ['test'], jobs: [allowed, job('test', 'success')] }))).toBe(
      '⚠ test passed with warnings',
    );
  });

  it('shows an optional manual job neither as waiting nor as passed', () => {
    const optional = { ...job('stop', 'manual'), allowFailure: true };

    expect(row(aPipeline({ stages: ['stop'], jobs: [optional] }))).toBe('➖ stop optional, not run');
  });

  it.each(['running', 'failed', 'manual', 'success', 'created'] as const)(
    'keeps the height of the root for 72 jobs in 12 stages, the last of them %s',
    (status) => {
      const small = staged([...Array<JobStatus>(3).fill('success'), status]);
      const large = staged([...Array<JobStatus>(11).fill('success'), status], { jobsPerStage: 6 });

      expect(large.jobs).toHaveLength(72);
      expect(lineCount(rootOf(large))).toBe(lineCount(rootOf(small)));
      expect(shownLength(stageRow(large))).toBeLessThanOrEqual(stageRowMax);
    },
  );

  it('stays short when every stage has a long name and a status of its own', () => {
    const states = ['success', 'failed', 'running', 'manual', 'created', 'pending', 'skipped', 'canceled'] as const;
    const jobs = states.map((status, index) => job(`${index}-${'long-'.repeat(50)}`, status));

    expect(shownLength(stageRow(aPipeline({ stages: [], jobs })))).toBeLessThanOrEqual(stageRowMax);
  });
});

const shapes: Readonly<Record<string, string>> = {
  white_check_mark: '✓',
  arrow_forward: '▶',
  white_circle: '○',
  double_vertical_bar: '⏸',
  warning: '⚠',
  heavy_minus_sign: '➖',
};

function row(pipeline: Pipeline): string {
  return stageRow(pipeline)
    .map((inline) => {
      if (typeof inline === 'string') return inline;
      return inline.kind === 'emoji' ? (shapes[inline.name] ?? inline.name) : `<${inline.kind}>`;
    })
    .join('');
}

function rootOf(pipeline: Pipeline): ReturnType<typeof renderRoot> {
  return renderRoot({ pipeline, operations: [] });
}

function job(stage: string, status: JobStatus): Job {
  return aJob({ name: `${stage}-${status}`, stage, status });
}

/** One stage for each status, with as many jobs of it. */
function staged(states: readonly JobStatus[], { jobsPerStage = 1 } = {}): Pipeline {
  const stages = states.map((_, index) => `stage-${index + 1}`);
  const jobs = states.flatMap((status, index) =>
    Array.from({ length: jobsPerStage }, (_, n) => ({
      ...job(stages[index] ?? '', status),
      name: `job-${index}-${n}`,
    })),
  );
  return aPipeline({ status: 'running', stages, jobs, deployments: [] });
}
