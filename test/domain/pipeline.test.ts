import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../src/domain/event.ts';
import { type Job, type JobStatus, progress } from '../../src/domain/job.ts';
import {
  decodePipelineStatus,
  evolvePipeline,
  failedJobs,
  isPipelineFinished,
  openGates,
  type Pipeline,
  type PipelineStatus,
} from '../../src/domain/pipeline.ts';
import {
  aDeployment,
  aJob,
  aPipeline,
  at,
  deploymentChanged,
  jobChanged,
  observed,
  project,
} from '../support/builders.ts';

function fold(held: Pipeline | undefined, ...events: readonly DomainEvent[]): Pipeline | undefined {
  return events.reduce<Pipeline | undefined>((state, event) => evolvePipeline(state, event, at(100)), held);
}

const passed = aJob({ status: 'success', finishedAt: at(30) });

describe('decodePipelineStatus', () => {
  it('keeps what GitLab says and shows a new word as unknown', () => {
    expect(decodePipelineStatus('waiting_for_callback')).toBe('waiting_for_callback');
    expect(decodePipelineStatus('paused')).toBe('unknown');
  });
});

describe('isPipelineFinished', () => {
  it.each([
    ['success', true],
    ['failed', true],
    ['canceled', true],
    ['skipped', true],
    ['manual', false],
    ['running', false],
    ['unknown', false],
  ] as const)('%s: %s', (status, finished) => {
    expect(isPipelineFinished(status)).toBe(finished);
  });
});

describe('failedJobs', () => {
  it('lists what made the pipeline fail in the order it ended, without jobs that may fail', () => {
    const jobs = [
      aJob({ id: 3, name: 'late', status: 'failed', finishedAt: at(9) }),
      aJob({ id: 4, name: 'allowed', status: 'failed', allowFailure: true }),
      aJob({ id: 5, name: 'early', status: 'failed', finishedAt: at(2) }),
      aJob({ id: 6, name: 'fine', status: 'success' }),
    ];

    expect(failedJobs({ jobs }).map((job) => job.name)).toEqual(['early', 'late']);
  });
});

describe('openGates', () => {
  it('lists manual jobs that block, not optional ones', () => {
    const jobs = [
      aJob({ id: 1, name: 'deploy-prod', status: 'manual' }),
      aJob({ id: 2, name: 'stop-dev', status: 'manual', allowFailure: true }),
      aJob({ id: 3, name: 'verify', status: 'created' }),
    ];

    expect(openGates({ jobs }).map((job) => job.name)).toEqual(['deploy-prod']);
  });
});

describe('evolvePipeline', () => {
  it('begins with a pipeline event, holding the newest instance of each job', () => {
    const jobs = [aJob({ id: 5, status: 'success' }), aJob({ id: 2, status: 'failed' }), aJob({ id: 3, name: 'lint' })];

    const state = fold(undefined, observed({}, jobs));

    expect(state?.jobs.map((job) => job.id)).toEqual([3, 5]);
    expect(state?.deployments).toEqual([]);
  });

  it('begins with a job whose pipeline was never told, and takes the facts when they come', () => {
    const first = fold(undefined, jobChanged({ status: 'running' }));
    const then = fold(first, observed({ status: 'pending', source: 'push' }, [aJob({ status: 'pending' })]));

    expect(first).toMatchObject({ id: 812, status: 'running', stages: ['test'] });
    expect(first?.url).toBe(`${project.url}/-/pipelines/812`);
    expect(then).toMatchObject({ source: 'push', stages: ['test', 'deploy'], jobs: [{ status: 'running' }] });
  });

  it('knows nothing of a deployment whose pipeline it does not hold', () => {
    expect(fold(undefined, deploymentChanged({}))).toBeUndefined();
  });

  it.each<[string, DomainEvent]>([
    ['pipeline', observed({ status: 'running' }, [aJob(), aJob({ id: 7, name: 'lint', status: 'success' })])],
    ['job', jobChanged({ status: 'running', startedAt: at(1) })],
    ['deployment', deploymentChanged({ status: 'running' })],
  ])('gives the same object for a repeated %s event', (_kind, event) => {
    const once = fold(aPipeline(), event);

    expect(evolvePipeline(once, event, at(500))).toBe(once);
  });

  it.each<[string, DomainEvent]>([
    ['running', observed({ status: 'running' }, [aJob({ status: 'running' })])],
    ['pending', observed({ status: 'pending' }, [aJob({ status: 'pending' })])],
    ['created', observed({ status: 'created' }, [aJob({ status: 'created' })])],
    ['running with every job ended', observed({ status: 'running' }, [passed])],
    ['job', jobChanged({ status: 'running' })],
  ])('changes nothing for a stale %s after success', (_name, event) => {
    const done = aPipeline({ status: 'success', finishedAt: at(40), jobs: [passed] });

    expect(fold(done, event)).toBe(done);
  });

  it('changes nothing for a stale failure after a retry that passed', () => {
    const failed = aJob({ id: 101, status: 'failed', finishedAt: at(10) });
    const done = aPipeline({ status: 'success', finishedAt: at(40), jobs: [{ ...passed, id: 102 }] });

    expect(fold(done, observed({ status: 'failed', finishedAt: at(11) }, [failed]))).toBe(done);
  });

  it('changes nothing for a stale gate after the pressed job passed, though an optional manual job stands', () => {
    const optional = aJob({ id: 8, name: 'stop-dev', status: 'manual', allowFailure: true });
    const done = aPipeline({ status: 'success', finishedAt: at(40), jobs: [passed, optional] });
    const stale = observed({ status: 'manual' }, [aJob({ status: 'manual' }), optional]);

    expect(fold(done, stale)).toBe(done);
  });

  it('ends when the pipeline event comes after the last job event', () => {
    const state = fold(aPipeline({ jobs: [passed] }), observed({ status: 'success', finishedAt: at(40) }, [passed]));

    expect(state).toMatchObject({ status: 'success', finishedAt: at(40) });
  });

  it('does not end while a job that was retried since is on its way', () => {
    const retried = aPipeline({ jobs: [aJob({ id: 102, status: 'pending' })] });

    const state = fold(retried, observed({ status: 'failed' }, [aJob({ id: 101, status: 'failed' })]));

    expect(state).toBe(retried);
  });

  it('is canceled although a job is still being stopped', () => {
    const state = fold(aPipeline(), observed({ status: 'canceled' }, [aJob({ status: 'canceling' })]));

    expect(state).toMatchObject({ status: 'canceled', jobs: [{ status: 'canceling' }] });
  });

  it('is reopened by the job of a retry, and ends again', () => {
    const done = aPipeline({ status: 'success', finishedAt: at(40), jobs: [passed] });
    const again = { ...passed, id: 150, finishedAt: at(90) };

    const reopened = fold(done, jobChanged({ id: 150, status: 'pending' }));
    const ended = fold(reopened, jobChanged(again), observed({ status: 'success', finishedAt: at(91) }, [again]));

    expect(reopened).toMatchObject({ status: 'running', jobs: [{ id: 150 }] });
    expect(reopened?.finishedAt).toBeUndefined();
    expect(ended).toMatchObject({ status: 'success', finishedAt: at(91) });
  });

  it('is reopened by the pipeline event of a retry', () => {
    const done = aPipeline({ status: 'failed', jobs: [aJob({ status: 'failed' })] });

    expect(fold(done, observed({ status: 'running' }, [aJob({ id: 150, status: 'created' })]))?.status).toBe('running');
  });

  it('stands at a gate, and goes on when it is pressed', () => {
    const gate = aJob({ id: 106, name: 'deploy-prod', status: 'manual' });
    const waiting = fold(aPipeline({ jobs: [passed] }), observed({ status: 'manual' }, [passed, gate]));

    expect(waiting?.status).toBe('manual');
    expect(fold(waiting, jobChanged({ ...gate, status: 'pending' }))?.status).toBe('running');
  });

  it('does not stand at a gate while a job is on its way', () => {
    const gate = aJob({ id: 106, name: 'deploy-prod', status: 'manual' });
    const running = aPipeline({ jobs: [aJob({ status: 'running' }), gate] });

    expect(fold(running, observed({ status: 'manual' }, [aJob({ status: 'running' }), gate]))?.status).toBe('running');
  });

  it('revives a skipped job when the manual job it needs was pressed', () => {
    const held = aPipeline({
      jobs: [aJob({ status: 'pending' }), aJob({ id: 107, name: 'verify', status: 'skipped' })],
    });

    const revived = fold(held, jobChanged({ id: 107, name: 'verify', status: 'created' }));

    expect(revived?.jobs[1]?.status).toBe('created');
    expect(fold(revived, jobChanged({ id: 107, name: 'verify', status: 'running' }))?.jobs[1]?.status).toBe('running');
  });

  it('takes no old news for a revival while nothing is on its way', () => {
    const held = aPipeline({ status: 'failed', jobs: [aJob({ id: 107, name: 'verify', status: 'skipped' })] });

    expect(fold(held, jobChanged({ id: 107, name: 'verify', status: 'created' }))).toBe(held);
  });

  it('never lets a job instance fall back, and never follows an older instance', () => {
    const held = aPipeline({ jobs: [aJob({ id: 110, status: 'running' })] });

    expect(fold(held, jobChanged({ id: 110, status: 'pending' }))).toBe(held);
    expect(fold(held, jobChanged({ id: 109, status: 'failed' }))).toBe(held);
  });

  it('keeps what only hooks say when REST tells of the same job', () => {
    const known = aJob({
      manual: true,
      failureReason: 'script_failure',
      status: 'failed',
      environment: { name: 'production', action: 'start' },
    });
    const held = aPipeline({ jobs: [known], mergeRequest: { iid: 4, title: 'A', url: 'u' }, commitTitle: 'Add it' });

    const state = fold(held, observed({ stages: [] }, [aJob({ status: 'failed' })], { observedAt: at(60) }));

    expect(state?.jobs[0]).toEqual(known);
    expect(state).toMatchObject({ mergeRequest: { iid: 4 }, commitTitle: 'Add it', stages: ['test', 'deploy'] });
  });

  it('learns from a hook what REST left out of a job that has not moved since', () => {
    const held = aPipeline({ jobs: [aJob({ id: 110, status: 'created' })] });

    const state = fold(held, jobChanged({ id: 110, status: 'created', manual: true }));

    expect(state?.jobs[0]).toMatchObject({ id: 110, status: 'created', manual: true });
    expect(fold(state, jobChanged({ id: 110, status: 'created', manual: true }))).toBe(state);
  });

  it('keeps the environment of a job that was retried, but not why it failed', () => {
    const known = aJob({ failureReason: 'script_failure', environment: { name: 'production', action: 'start' } });
    const polled = observed({}, [aJob({ id: 150 })], { observedAt: at(60) });

    const state = fold(aPipeline({ jobs: [known] }), polled);

    expect(state?.jobs[0]).toMatchObject({ id: 150, environment: { name: 'production' } });
    expect(state?.jobs[0]?.failureReason).toBeUndefined();
  });

  it('adds the stage of a job it had not heard of', () => {
    const state = fold(aPipeline(), jobChanged({ id: 120, name: 'verify', stage: 'verify' }));

    expect(state?.stages).toEqual(['test', 'deploy', 'verify']);
  });

  describe('for a poll', () => {
    const held = aPipeline({ status: 'success', jobs: [passed], foldedAt: at(50) });
    const truth = [aJob({ id: 101, status: 'running' })];

    it('takes it whole when it began after the last event was folded in', () => {
      const state = fold(held, observed({ status: 'running' }, truth, { observedAt: at(51) }));

      expect(state).toMatchObject({ status: 'running', jobs: [{ status: 'running' }], foldedAt: at(100) });
    });

    it('drops jobs that GitLab no longer has', () => {
      const two = aPipeline({ jobs: [passed, aJob({ id: 102, name: 'gone' })], foldedAt: at(50) });

      expect(fold(two, observed({}, [passed], { observedAt: at(51) }))?.jobs).toHaveLength(1);
    });

    it.each([49, 50])('treats it as stale news when it began %i s in, not after the last event at 50', (seconds) => {
      expect(fold(held, observed({ status: 'running' }, truth, { observedAt: at(seconds) }))).toBe(held);
    });

    it('gives the same object when it finds nothing new', () => {
      expect(fold(held, observed({ status: 'success' }, [passed], { observedAt: at(51) }))).toBe(held);
    });

    it('keeps the deployments', () => {
      const deployed = { ...held, deployments: [aDeployment()] };

      expect(fold(deployed, observed({ status: 'running' }, truth, { observedAt: at(51) }))?.deployments).toHaveLength(
        1,
      );
    });
  });

  describe('for deployments', () => {
    it('holds each by its id, in the order they came', () => {
      const state = fold(aPipeline(), deploymentChanged({ id: 1 }), deploymentChanged({ id: 2 }));

      expect(state?.deployments.map(({ id }) => id)).toEqual([1, 2]);
    });

    it('moves forward only, and keeps what a poorer source leaves out', () => {
      const held = aPipeline({ deployments: [aDeployment({ status: 'running', tier: 'production' })] });
      const poorer = deploymentChanged({ status: 'success', sha: undefined, pipelineId: undefined, tier: undefined });

      const done = fold(held, poorer);

      expect(done?.deployments).toMatchObject([
        { status: 'success', sha: 'a'.repeat(40), pipelineId: 812, tier: 'production' },
      ]);
      expect(fold(done, deploymentChanged({ status: 'running' }))).toBe(done);
    });
  });
});

/** One job's life: the instances it had, each with the statuses it went through. */
interface Life {
  readonly name: string;
  readonly instances: readonly (readonly JobStatus[])[];
}

const automatic: readonly JobStatus[] = ['created', 'pending', 'running'];
const pressed: readonly JobStatus[] = ['created', 'manual', 'pending', 'running'];
const end = fc.constantFrom<JobStatus>('success', 'failed', 'canceled');

const lives: fc.Arbitrary<readonly Life[]> = fc
  .array(
    fc.record({
      path: fc.constantFrom(automatic, pressed),
      retries: fc.array(end, { maxLength: 2 }),
      end,
      stopsAt: fc.option(fc.constantFrom<JobStatus>('manual', 'running', 'created'), { freq: 3, nil: undefined }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((all) =>
    all.map(({ path, retries, end, stopsAt }, index) => {
      const last =
        stopsAt === undefined ? [...path, end] : path.filter((status) => progress(status) <= progress(stopsAt));
      const earlier = retries.map((ended, nth) => [...(nth === 0 ? path : automatic), ended]);
      return { name: `job-${index}`, instances: [...earlier, last] };
    }),
  );

/** The true history: all jobs are created together, then move one at a time, each move told by a job hook and by a hook of the whole pipeline. */
function historyOf(all: readonly Life[], picks: readonly number[]): { events: DomainEvent[]; jobs: readonly Job[] } {
  const moves = all.map(({ name, instances }, index) =>
    instances.flatMap((statuses, nth) =>
      statuses.map((status) => aJob({ id: 100 + index + nth * 10, name, status, finishedAt: ended(status) })),
    ),
  );
  const now = new Map(moves.flatMap((left) => left.splice(0, 1)).map((job) => [job.name, job]));
  const events: DomainEvent[] = [observed({ status: 'created' }, [...now.values()])];
  for (let turn = 0; moves.some((left) => left.length > 0); turn += 1) {
    const open = moves.filter((left) => left.length > 0);
    const job = open[(picks[turn % picks.length] ?? 0) % open.length]?.shift();
    if (!job) continue;
    now.set(job.name, job);
    events.push(jobChanged(job), observed({ status: statusOf([...now.values()]) }, [...now.values()]));
  }
  return { events, jobs: [...now.values()] };
}

function ended(status: JobStatus): Date | undefined {
  return progress(status) === progress('success') ? at(10) : undefined;
}

function statusOf(jobs: readonly Job[]): PipelineStatus {
  const has = (...statuses: readonly JobStatus[]): boolean => jobs.some((job) => statuses.includes(job.status));
  if (has('pending', 'running')) return 'running';
  if (has('created')) return jobs.every(({ status }) => status === 'created') ? 'created' : 'running';
  if (has('failed')) return 'failed';
  if (has('canceled')) return 'canceled';
  return has('manual') ? 'manual' : 'success';
}

const byName = (jobs: readonly Job[]): readonly unknown[] =>
  jobs.map(({ id, name, status }) => ({ id, name, status })).toSorted((a, b) => a.name.localeCompare(b.name));

describe('a pipeline told in any order, with repetitions', () => {
  it('ends with each job in its final state', () => {
    fc.assert(
      fc.property(
        lives,
        fc.array(fc.nat(9), { minLength: 1, maxLength: 9 }),
        fc.infiniteStream(fc.nat()),
        (all, picks, order) => {
          const { events, jobs } = historyOf(all, picks);
          const told = shuffled([...events, ...events.slice(0, 5)], order);

          const state = fold(undefined, ...told);

          expect(byName(state?.jobs ?? [])).toEqual(byName(jobs));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('ends with the final state of a finished pipeline', () => {
    const finished = lives.filter((all) => all.every(({ instances }) => ended(instances.at(-1)?.at(-1) ?? 'created')));
    fc.assert(
      fc.property(
        finished,
        fc.array(fc.nat(9), { minLength: 1, maxLength: 9 }),
        fc.infiniteStream(fc.nat()),
        (all, picks, order) => {
          const { events, jobs } = historyOf(all, picks);

          const state = fold(undefined, ...shuffled(events, order));

          expect(state?.status).toBe(statusOf(jobs));
        },
      ),
      { numRuns: 300 },
    );
  });
});

function shuffled<T>(items: readonly T[], order: fc.Stream<number>): readonly T[] {
  const keys = [...order.take(items.length)];
  return items
    .map((item, index) => ({ item, key: keys[index] ?? 0 }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
