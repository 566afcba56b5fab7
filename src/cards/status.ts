import type { DeploymentStatus } from '../domain/deployment.ts';
import type { Job, JobStatus } from '../domain/job.ts';
import type { Pipeline, PipelineStatus } from '../domain/pipeline.ts';
import type { Shape } from './phrase-blocks.ts';

/** A status as people see it: a shape of its own, and the word. */
export interface Status {
  readonly shape: Shape;
  readonly word: string;
}

const shape = (name: string): Shape => ({ kind: 'emoji', name });

/** Every status that a card shows. No two that matter share a shape, and none is told by colour alone. */
export const statuses = {
  passed: { shape: shape('white_check_mark'), word: 'passed' },
  warnings: { shape: shape('warning'), word: 'passed with warnings' },
  failed: { shape: shape('x'), word: 'failed' },
  allowed: { shape: shape('warning'), word: 'failed, which is allowed' },
  running: { shape: shape('arrow_forward'), word: 'running' },
  pending: { shape: shape('hourglass_flowing_sand'), word: 'pending' },
  waiting: { shape: shape('double_vertical_bar'), word: 'waiting for a person' },
  scheduled: { shape: shape('alarm_clock'), word: 'scheduled' },
  toCome: { shape: shape('white_circle'), word: 'to come' },
  canceling: { shape: shape('no_entry_sign'), word: 'being canceled' },
  canceled: { shape: shape('no_entry_sign'), word: 'canceled' },
  skipped: { shape: shape('black_right_pointing_double_triangle_with_vertical_bar'), word: 'skipped' },
  optional: { shape: shape('heavy_minus_sign'), word: 'optional, not run' },
  unknown: { shape: shape('grey_question'), word: 'in a state we do not know' },
} as const satisfies Record<string, Status>;

/** Shapes beside what is no status. */
export const shapes = {
  warning: statuses.warnings.shape,
  late: shape('alarm_clock'),
  stuck: shape('sos'),
  question: shape('grey_question'),
  stop: shape('octagonal_sign'),
  tag: shape('label'),
  release: shape('package'),
} as const satisfies Record<string, Shape>;

const byJobStatus: Record<JobStatus, Status> = {
  created: statuses.toCome,
  waiting_for_resource: { ...statuses.pending, word: 'waiting for a resource' },
  preparing: { ...statuses.pending, word: 'preparing' },
  pending: statuses.pending,
  running: statuses.running,
  success: statuses.passed,
  failed: statuses.failed,
  canceling: statuses.canceling,
  canceled: statuses.canceled,
  skipped: statuses.skipped,
  manual: statuses.waiting,
  scheduled: statuses.scheduled,
  unknown: statuses.unknown,
};

/** A job's status. A failure that is allowed is no failure. */
export function jobStatus(job: Job): Status {
  if (job.status === 'failed' && job.allowFailure) return statuses.allowed;
  if (job.status === 'manual' && job.allowFailure) return statuses.optional;
  return byJobStatus[job.status];
}

/** A pipeline's status. Jobs that may fail turn it into a pass with warnings, never into a failure. */
export function pipelineStatus(pipeline: Pick<Pipeline, 'status' | 'jobs'>): Status {
  if (pipeline.status === 'waiting_for_callback') return { ...statuses.pending, word: 'waiting for an outside check' };
  if (pipeline.status === 'success' && pipeline.jobs.some((job) => job.status === 'failed' && job.allowFailure))
    return statuses.warnings;
  return pipeline.status === 'created' ? statuses.pending : byJobStatus[pipeline.status];
}

/** A pipeline's status in a word, where its jobs are not known. */
export function pipelineWord(status: PipelineStatus): string {
  return pipelineStatus({ status, jobs: [] }).word;
}

/** A deployment's status, in the word for an environment: `staging ✅ deployed`. */
export function deploymentStatus(status: DeploymentStatus): Status {
  switch (status) {
    case 'created':
      return statuses.toCome;
    case 'running':
      return { ...statuses.running, word: 'deploying' };
    case 'success':
      return { ...statuses.passed, word: 'deployed' };
    case 'failed':
      return statuses.failed;
    case 'canceled':
      return statuses.canceled;
    case 'blocked':
      return statuses.waiting;
    case 'skipped':
      return statuses.skipped;
    case 'unknown':
      return statuses.unknown;
  }
}
