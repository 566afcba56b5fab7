import { commandLine } from '../domain/command-line.ts';
import { currentStep, isRun, type Operation, type Step, type StepReason, type TakenBack } from '../domain/operation.ts';
import { bold, code, join, link, type Phrase, type Segment, say, time, user } from '../domain/phrase.ts';
import { isVersionUnconfirmed } from '../domain/rollback.ts';
import { buildCard, type Card, type CardButton, target } from './card.ts';
import { operationName } from './deed-words.ts';
import { durationBetween } from './duration.ts';
import { literal } from './literal.ts';
import { operationStatus } from './operation.ts';
import { isTouched, operationEffect } from './operation-effect.ts';
import { type Line, shaped } from './phrase-blocks.ts';
import { isRollbackOffered, rollbackButton } from './rollback-button.ts';
import { shapes } from './status.ts';
import { reasonWords, stepName } from './step-words.ts';

/** The end of a deploy, told to the one who asked for it: what came of it, what is where now, and what to do. */
export function renderOperationEnded({
  operation,
  again,
}: {
  readonly operation: Operation;
  /** The command that plans it anew, as installed: `/deploy production v1.4.0`. */
  readonly again?: string | undefined;
}): Card {
  const said = headline(operation);
  const next = whatNext(operation, again);
  return buildCard({
    spoken: say`${failedLongAgo(operation) ? 'Late: ' : ''}${said} ${join(next, ' ')}`,
    lines: [
      shaped(operationStatus(operation).shape, say`${user(operation.requester.slackUserId)} ${said}`),
      lateLine(operation),
      ...next,
      pages(operation),
    ],
    buttons: [...startAnew(operation), ...goBack(operation)],
  });
}

/** GitLab plays no job of a pipeline that is older than the one deployed last; one of a newer pipeline it plays. */
function startAnew(operation: Operation): readonly CardButton[] {
  const { kind, state, environment, project, release } = operation;
  const isOutdated = troubleStep(operation)?.reason === 'refused_outdated';
  if (kind !== 'deploy' || state !== 'failed' || !isOutdated || release.ref === release.sha) return [];
  return [
    {
      label: 'Start a new pipeline',
      spoken: `Start a new pipeline: ${target(release.version, environment)}`,
      actionId: 'run_command:new-pipeline',
      value: commandLine('', '/deploy', [`${project.path}:${environment}`, release.ref, '--new-pipeline']),
    },
  ];
}

/** A deploy that failed after it had begun to change its environment can be taken back. */
function goBack(operation: Operation): readonly CardButton[] {
  const { kind, state, environment, project, release } = operation;
  const isOver = operation.takenBack !== undefined || failedLongAgo(operation) !== undefined;
  if (kind !== 'deploy' || state !== 'failed' || isOver || !isTouched(operation)) return [];
  return [rollbackButton({ projectPath: project.path, environment, version: release.version, sha: release.sha })];
}

/** When it failed, where we heard of that hours afterwards: people have gone on since. */
function failedLongAgo(operation: Operation): Date | undefined {
  const at = operation.state === 'failed' ? troubleStep(operation)?.endedAt : undefined;
  return at && operation.endedAt && !isRollbackOffered(at, operation.endedAt) ? at : undefined;
}

function lateLine(operation: Operation): Line {
  const at = failedLongAgo(operation);
  return at ? shaped(shapes.late, say`${bold('Late:')} that was ${time(at)}, while I was away.`) : [];
}

function headline(operation: Operation): Phrase {
  const { release, environment, state } = operation;
  const version = bold(release.version);
  const deploy = operationName(operation);
  const failed = troubleStep(operation);
  switch (state) {
    case 'active':
      return say`${deploy} is running.`;
    case 'succeeded':
      if (isVersionUnconfirmed(operation))
        return say`${bold(environment)} is rolled back by its pipeline's own job: the version is unconfirmed.`;
      return operation.kind === 'rollback'
        ? say`${bold(environment)} is rolled back to ${version}.`
        : say`${version} is deployed to ${bold(environment)}.`;
    case 'failed':
      if (failed?.kind === 'approve') return say`${deploy} ended: ${why(failed)}.`;
      return failed ? say`${deploy} failed at ${stepName(failed)}: ${why(failed)}.` : say`${deploy} failed.`;
    case 'canceled':
      return failed?.kind === 'ask'
        ? say`${deploy} was stopped before ${bold(environment)}.`
        : say`${deploy} was canceled.`;
    case 'stuck':
      return failed
        ? say`${deploy} is stuck at ${stepName(failed)}: I cannot find out whether it started.`
        : say`${deploy} is stuck.`;
  }
}

function isVerification({ kind }: Step): boolean {
  return kind === 'verify' || kind === 'probe';
}

function whatNext(operation: Operation, again: string | undefined): readonly Phrase[] {
  const ask = again === undefined ? say`ask again` : say`type ${code(again)}`;
  switch (operation.state) {
    case 'active':
      return [];
    case 'succeeded':
      return [successFacts(operation)];
    case 'failed':
      return [operationEffect(operation), adviceFor(operation, ask)];
    case 'canceled':
      return [operationEffect(operation), say`To do it after all, ${ask}.`];
    case 'stuck':
      return [say`Open the job in GitLab and see whether it runs. I do nothing more by myself.`];
  }
}

function successFacts(operation: Operation): Phrase {
  const verified = operation.steps.filter((step) => isVerification(step) && step.state === 'succeeded');
  const took = durationBetween(operation.createdAt, operation.endedAt);
  const facts: (Phrase | Segment)[] = [
    verified.length > 0 ? say`Verified by ${join(verified.slice(0, 3).map(stepName), ', ')}` : say`No job verified it`,
  ];
  if (took !== undefined) facts.push(say`took ${took}`);
  if (operation.fromVersion !== undefined) facts.push(say`replaced ${operation.fromVersion}`);
  return say`${join(facts, ' · ')}.`;
}

/** One thing to do, by what went wrong. `ask`: how to plan it anew. */
function adviceFor(operation: Operation, ask: Phrase): Phrase {
  const { environment, fromVersion, takenBack } = operation;
  const step = troubleStep(operation);
  if (takenBack) return backWords(takenBack, environment);
  if (step?.kind === 'watch') return watchAdvice(step, ask);
  if (step && isVerification(step)) {
    const back = fromVersion === undefined ? 'deploy a good version' : `go back to ${literal(fromVersion, 60)}`;
    return say`Look at ${bold(environment)} now: keep it if it is well, else ${back}.`;
  }
  switch (step?.reason) {
    case 'refused_outdated':
      return say`Deploy a newer version, or run a new pipeline for this one.`;
    case 'refused_forbidden':
      return say`Ask a maintainer for the right to deploy to ${bold(step.environment ?? environment)}.`;
    case 'refused_variables':
      return say`Leave the variables out, or have them allowed in GitLab's settings for variables, then ${ask}.`;
    case 'refused_unplayable':
    case 'refused_cancel':
    case 'refused_retry':
    case 'job_missing':
      return say`See in GitLab how the pipeline stands, then ${ask}.`;
    case 'link_broken':
      return say`Link your GitLab account again, then ${ask}.`;
    case 'job_failed':
      return say`See the log. If the job can pass as it is, ${again(step, operation, ask)}. Else mend the cause and deploy a new version.`;
    case 'job_skipped':
      return say`See in the pipeline what did not pass, then ${ask}.`;
    case 'approval_rejected':
      return say`Mend what was found wrong, then ${ask}.`;
    case 'approval_expired':
    case 'approval_void':
    case 'started_in_gitlab':
    case 'job_canceled':
    case 'too_late':
    case 'canary_bad':
    case 'canary_silent':
    case 'canary_unreadable':
    case 'wrong_version':
    case 'version_unreadable':
    case 'canceled_by_person':
    case 'earlier_step_failed':
    case undefined:
      return say`To do it after all, ${ask}.`;
  }
}

function backWords(takenBack: TakenBack, environment: string): Phrase {
  return takenBack.by === 'pipeline'
    ? say`The pipeline's own ${code(literal(takenBack.job, 60))} took ${bold(environment)} back. I did nothing more.`
    : say`I take ${bold(environment)} back to ${bold(takenBack.to)} by myself: that is told on its own in the channel.`;
}

function watchAdvice({ watched, environment }: Step, ask: Phrase): Phrase {
  const canary = bold(literal(environment ?? 'the canary', 60));
  const { state } = watched?.abort ?? {};
  if (state === 'done' || state === 'not_needed')
    return say`Mend the cause and deploy a new version. To try it again, ${ask}.`;
  return say`${canary} still has it: stop that environment in GitLab, or roll it back. Then mend the cause.`;
}

function pages(operation: Operation): Phrase {
  const step = troubleStep(operation);
  const job = step?.jobUrl === undefined ? [] : [link(`Log of ${literal(step.job, 60)}`, step.jobUrl)];
  return join([...job, link(`Pipeline #${operation.pipelineId}`, operation.pipelineUrl)], ' · ');
}

/** The step that went wrong: failed, or canceled by somebody; else the one at which it stands. */
/** The deploy job itself is run again by the same command; one before it has to pass first. */
function again(step: Step, operation: Operation, ask: Phrase): Phrase {
  if (!isRun(step) || step.environment !== operation.environment) return say`retry it in GitLab, then ${ask}`;
  return operation.kind === 'rollback' ? ask : say`${ask}: the answer offers to retry it`;
}

function troubleStep(operation: Operation): Step | undefined {
  const gone: readonly (StepReason | undefined)[] = ['earlier_step_failed', undefined];
  return (
    operation.steps.find((step) => step.state === 'failed') ??
    operation.steps.find((step) => step.state === 'canceled' && !gone.includes(step.reason)) ??
    currentStep(operation)?.step
  );
}

function why({ reason, decided, probed }: Step): string {
  if (reason === undefined) return 'it did not pass';
  const last = probed?.last;
  if (reason === 'wrong_version' && last?.kind === 'version') return `${literal(last.version, 40)} runs there`;
  if (reason === 'version_unreadable' && last?.kind === 'unreadable') return `it ${literal(last.words, 80)}`;
  if (reason !== 'approval_rejected' || !decided) return reasonWords(reason);
  const words = decided.words === undefined ? '' : `: ${literal(decided.words, 300).replace(/[.\s]+$/u, '')}`;
  return `rejected by ${literal(decided.by.join(', '), 80)}${words}`;
}
