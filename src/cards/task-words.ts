import { bold, code, join, type Phrase, say } from '../domain/phrase.ts';
import { type Task, type TaskJob, versionOf } from '../domain/task.ts';
import { literal } from './literal.ts';

const maxJobs = 5;

/** A task as something that is on its way: `the start of stop-dev of main`. */
export function taskName(task: Task): Phrase {
  const version = bold(literal(versionOf(task), 60));
  switch (task.kind) {
    case 'play':
      return say`the start of ${jobName(task.job)} of ${version}`;
    case 'stop':
      return say`the stop of ${bold(literal(task.environment.name, 60))}`;
    case 'retry':
      return say`another run of ${jobNames(task.jobs)} of ${version}`;
    case 'cancel':
      return say`the cancellation of pipeline #${task.pipeline.id} of ${version}`;
    case 'run':
      return task.deploy
        ? say`a new pipeline of ${version}, and its deploy to ${bold(literal(task.deploy.environment, 60))},`
        : say`a new pipeline of ${version}`;
  }
}

/** What has not happened, as a whole sentence. */
export function taskNotDone(task: Task): Phrase {
  const version = bold(literal(versionOf(task), 60));
  switch (task.kind) {
    case 'play':
      return say`${jobName(task.job)} of ${version} was not started.`;
    case 'stop':
      return say`${bold(literal(task.environment.name, 60))} was not stopped.`;
    case 'retry':
      return say`${jobNames(task.jobs)} of ${version} ${task.jobs.length === 1 ? 'was' : 'were'} not run again.`;
    case 'cancel':
      return say`Pipeline #${task.pipeline.id} of ${version} was not canceled.`;
    case 'run':
      return say`No pipeline was started for ${version}.`;
  }
}

/** What somebody did, as the end of a sentence that begins with their name: `started stop-dev of main`. */
export function taskDeed(task: Task): Phrase {
  const version = bold(literal(versionOf(task), 60));
  switch (task.kind) {
    case 'play':
      return say`started ${jobName(task.job)} of ${version}`;
    case 'stop':
      return say`stopped ${bold(literal(task.environment.name, 60))} with ${jobName(task.job)}`;
    case 'retry':
      return say`restarted ${jobNames(task.jobs)} of ${version}`;
    case 'cancel':
      return say`canceled the pipeline of ${version}`;
    case 'run':
      return say`started a pipeline for ${version}`;
  }
}

/** The order on the button. */
export function taskButton(task: Task): string {
  switch (task.kind) {
    case 'play':
      return 'Play';
    case 'stop':
      return 'Stop the environment';
    case 'retry':
      return 'Retry';
    case 'cancel':
      return 'Cancel the pipeline';
    case 'run':
      return task.deploy ? 'Start and deploy' : 'Run';
  }
}

/** The names of a few jobs. */
export function jobNames(jobs: readonly TaskJob[]): Phrase {
  const named = join(
    jobs.slice(0, maxJobs).map((job) => jobName(job)),
    ', ',
  );
  return jobs.length > maxJobs ? say`${named} and ${jobs.length - maxJobs} more` : named;
}

function jobName({ name }: TaskJob): ReturnType<typeof code> {
  return code(literal(name, 60));
}
