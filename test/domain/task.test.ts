import { describe, expect, it } from 'vitest';
import { isTaskDone, type Task, type TaskSeen } from '../../src/domain/task.ts';
import { aJob } from '../support/builders.ts';

const pipeline = { id: 905, url: 'https://gitlab.example.com/p/905', version: 'main', sha: 'a'.repeat(40) };
const job = { id: 7, name: 'seed-db' };
const release = { version: 'main', ref: 'main', tag: false, sha: 'a'.repeat(40) };

const play: Task = { kind: 'play', pipeline, job };
const retry: Task = { kind: 'retry', pipeline, jobs: [job, { id: 8, name: 'unit-tests' }], all: true };
const stop: Task = { kind: 'stop', pipeline, job, environment: { id: 3, name: 'development' } };
const cancel: Task = { kind: 'cancel', pipeline };
const run: Task = { kind: 'run', release };

const seed = (change: Parameters<typeof aJob>[0]): TaskSeen => ({
  jobs: [aJob({ id: 7, name: 'seed-db', ...change })],
});

describe('isTaskDone', () => {
  it.each<[string, Task, TaskSeen, boolean]>([
    ['a job that still waits', play, seed({ status: 'manual' }), false],
    ['a job that is not there', play, { jobs: [] }, false],
    ['a job on its way', play, seed({ status: 'pending' }), true],
    ['a job that has ended', play, seed({ status: 'failed' }), true],
    ['a newer instance', play, seed({ id: 9, status: 'created' }), true],
    ['retried jobs as they were', retry, seed({ status: 'failed' }), false],
    ['one of them run again', retry, seed({ id: 9, status: 'created' }), true],
    ['an environment that runs', stop, { environmentState: 'available' }, false],
    ['an environment being stopped', stop, { environmentState: 'stopping' }, true],
    ['a stopped environment', stop, { environmentState: 'stopped' }, true],
    ['a running pipeline', cancel, { pipelineStatus: 'running' }, false],
    ['a pipeline being canceled', cancel, { pipelineStatus: 'canceling' }, true],
    ['a pipeline that ended otherwise', cancel, { pipelineStatus: 'success' }, true],
    ['no pipeline made', run, { pipelinesMade: [] }, false],
    ['one pipeline made', run, { pipelinesMade: [906] }, true],
    ['two pipelines, nobody knows which', run, { pipelinesMade: [906, 907] }, false],
  ])('%s', (_, task, seen, expected) => {
    expect(isTaskDone(task, seen)).toBe(expected);
  });
});
