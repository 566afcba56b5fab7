import type { Job } from '../domain/job.ts';
import type { CardButton } from './card.ts';
import { literal } from './literal.ts';

/** The button below a failed job: more of its log than the card has, for whoever presses. */
export function showLogButton(projectId: number, job: Pick<Job, 'id' | 'name'>): CardButton {
  return {
    label: 'Show log',
    spoken: `Show the log of ${literal(job.name, 50)}`,
    actionId: 'job_log',
    value: `${projectId}/${job.id}`,
  };
}

/** Runs a failed job again, for whoever presses and may. */
export function retryButton(projectId: number, job: Pick<Job, 'id' | 'name'>): CardButton {
  return {
    label: 'Retry',
    spoken: `Retry ${literal(job.name, 60)}`,
    actionId: 'job_retry',
    value: `${projectId}/${job.id}`,
  };
}
