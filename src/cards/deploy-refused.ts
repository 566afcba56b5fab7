import type { Person } from '../domain/actor.ts';
import type { DeployRefusal } from '../domain/deployability.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Job } from '../domain/job.ts';
import type { Operation } from '../domain/operation.ts';
import { bold, code, join, link, type Phrase, say, time, user } from '../domain/phrase.ts';
import type { Refusal, Todo } from '../domain/refusal.ts';
import type { Release } from '../domain/release.ts';

/** What a refused deploy was about, for the words around the reason. */
export interface DeploySubject {
  readonly environment: string;
  readonly release: Release;
  readonly pipelineUrl: string;
  readonly projectUrl: string;
  /** The command to type again later, as installed: `/deploy production v1.4.0`. */
  readonly again: string;
  /** The same deploy with every name resolved, for buttons that insist on it; undefined: there are none. */
  readonly line?: string | undefined;
}

/** Says why a release cannot go to an environment now, and the one thing to do about it. */
export function explainDeployRefusal(refusal: DeployRefusal, subject: DeploySubject): Refusal {
  const { environment, release } = subject;
  const notDone = say`${release.version} was not deployed to ${bold(environment)}.`;
  const { fact, todo } = explain(refusal, subject);
  return { code: refusal.reason, notDone, fact, todo };
}

/** Who is at it in the environment through the bot, since when. */
export function operationUnderWay({ kind, requester, release, createdAt }: Operation): Phrase {
  const at = kind === 'rollback' ? 'is rolling it back to' : 'is deploying';
  return say`${user(requester.slackUserId)} ${at} ${release.version}${kind === 'rollback' ? '' : ' there'}${since(createdAt)}.`;
}

/** What GitLab says is on its way to the environment. */
export function deploymentUnderWay(deployment: Deployment): Phrase {
  return say`A deployment of ${deployment.ref ?? 'another version'} is running there${since(deployment.createdAt)}${by(deployment.user)}.`;
}

function explain(refusal: DeployRefusal, subject: DeploySubject): { fact: Phrase; todo: readonly Todo[] } {
  const { environment, pipelineUrl, again } = subject;
  const openPipeline: Todo = { kind: 'open', label: 'Open the pipeline', url: pipelineUrl };
  const typeAgain: Todo = { kind: 'type', line: again };
  switch (refusal.reason) {
    case 'already_live':
      return {
        fact: say`${bold(environment)} already runs it${since(refusal.live.changedAt ?? refusal.live.createdAt)}${by(refusal.live.user)}.`,
        todo: runAgain('Deploy it again', subject) ?? [openPipeline],
      };
    case 'operation_active':
      return {
        fact: operationUnderWay(refusal.operation),
        todo: [{ kind: 'say', phrase: say`When it has ended, type:` }, typeAgain],
      };
    case 'deployment_running':
      return {
        fact: deploymentUnderWay(refusal.deployment),
        todo: [{ kind: 'say', phrase: say`When it has ended, type:` }, typeAgain],
      };
    case 'job_running':
    case 'job_failed':
    case 'job_canceled':
    case 'job_skipped':
    case 'deployed_before':
    case 'runs_by_itself':
      return explainJob(refusal, subject);
    case 'upstream_broken':
      return {
        fact: say`Its pipeline did not get there: ${jobs(causes(refusal.jobs))}.`,
        todo: [openCause(refusal.jobs) ?? openPipeline],
      };
    case 'not_ready':
      return {
        fact: say`Its pipeline is not there yet: ${jobs(refusal.jobs)}.`,
        todo: whenReady(subject) ?? [{ kind: 'say', phrase: say`When that has ended, type:` }, typeAgain],
      };
  }
}

function explainJob(
  refusal: Extract<DeployRefusal, { job: Job }>,
  subject: DeploySubject,
): { fact: Phrase; todo: readonly Todo[] } {
  const openPipeline: Todo = { kind: 'open', label: 'Open the pipeline', url: subject.pipelineUrl };
  switch (refusal.reason) {
    case 'job_running':
      return {
        fact: say`Its job ${job(refusal.job)} is ${refusal.job.status.replaceAll('_', ' ')} already${since(refusal.job.startedAt)}${by(refusal.job.user)}.`,
        todo: [openPipeline],
      };
    case 'job_failed':
      return {
        fact: say`Its job ${job(refusal.job)} failed${when(refusal.job.finishedAt)}.`,
        todo: retry(refusal.job, subject),
      };
    case 'job_canceled':
      return {
        fact: say`Its job ${job(refusal.job)} was canceled${when(refusal.job.finishedAt)}.`,
        todo: retry(refusal.job, subject),
      };
    case 'job_skipped': {
      const why = refusal.because.length > 0 ? say`, because of ${jobs(causes(refusal.because))}` : [];
      return {
        fact: say`Its job ${job(refusal.job)} was skipped${why}.`,
        todo: [openCause(refusal.because) ?? openPipeline],
      };
    }
    case 'deployed_before':
      return {
        fact: say`It was deployed there before${when(refusal.job.finishedAt)}, and another version is live now. Going back to it is a rollback.`,
        todo: [
          { kind: 'type', line: subject.again.replace(/deploy/, 'rollback') },
          ...(runAgain('Deploy it again', subject) ?? []),
        ],
      };
    case 'runs_by_itself':
      return {
        fact: say`Its job ${job(refusal.job)} starts by itself; nobody has to press anything.`,
        todo: whenReady(subject) ?? [openPipeline],
      };
  }
}

function retry(failed: Job, subject: DeploySubject): readonly Todo[] {
  const again = runAgain('Retry the job', subject);
  if (again) return again;
  const url = failed.url ?? subject.pipelineUrl;
  return [{ kind: 'open', label: `Retry ${failed.name} in GitLab`, url }];
}

function runAgain(label: string, { line }: DeploySubject): readonly Todo[] | undefined {
  return line === undefined
    ? undefined
    : [{ kind: 'press', label, actionId: 'run_command:again', value: `${line} --again` }];
}

/** Waiting is offered where only time is in the way. */
function whenReady({ line }: DeploySubject): readonly Todo[] | undefined {
  return line === undefined
    ? undefined
    : [{ kind: 'press', label: 'Deploy when ready', actionId: 'run_command:ready', value: `${line} --when-ready` }];
}

/** The page of the job that stands in the way, where it is one alone. */
function openCause(because: readonly Job[]): Todo | undefined {
  const [cause] = because;
  if (because.length !== 1 || cause?.url === undefined) return undefined;
  return { kind: 'open', label: `See in GitLab why ${cause.name} did not pass`, url: cause.url };
}

function job(named: Job): Phrase[number] {
  return named.url ? link(named.name, named.url) : code(named.name);
}

/** What ended badly says more than what was skipped because of it. */
function causes(named: readonly Job[]): readonly Job[] {
  const ended = named.filter((one) => one.status !== 'skipped');
  return ended.length > 0 ? ended : named;
}

function jobs(named: readonly Job[]): Phrase {
  const shown = named.slice(0, 2).map((one) => say`${job(one)} (${one.status.replaceAll('_', ' ')})`);
  const more = named.length - shown.length;
  return more > 0 ? say`${join(shown, ', ')} and ${more} more` : join(shown, ', ');
}

function since(date: Date | undefined): Phrase {
  return date ? say`, since ${time(date)}` : [];
}

/** In brackets, since the reader's Slack may say "Today 10:02" or a date. */
function when(date: Date | undefined): Phrase {
  return date ? say` (${time(date)})` : [];
}

function by(person: Person | undefined): Phrase {
  return person ? say`, by ${person.name}` : [];
}
