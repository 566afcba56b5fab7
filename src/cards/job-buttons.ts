import { commandLine } from '../domain/command-line.ts';
import type { Job } from '../domain/job.ts';
import type { ProjectRef } from '../domain/project.ts';
import { type CardButton, target } from './card.ts';
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

/** Deploys with this very job. The press is the same as typing the command: same plan, same checks, same confirmation. */
export function deployButton(about: {
  readonly project: ProjectRef;
  readonly environment: string;
  /** As it is typed. */
  readonly version: string;
  /** As it is called. */
  readonly words: string;
  readonly job: string;
}): CardButton {
  const { project, environment, version, words, job } = about;
  return {
    label: `Deploy to ${literal(environment, 40)}`,
    spoken: `Deploy ${target(words, environment)}`,
    actionId: 'run_command',
    value: commandLine('', '/deploy', [`${project.path}:${environment}`, version, '--job', job]),
  };
}
