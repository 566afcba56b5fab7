import type { Actor } from '../domain/actor.ts';
import { readingsNeeded } from '../domain/canary.ts';
import { currentStep, type Operation, type Step, type StepReason } from '../domain/operation.ts';
import { bold, code, link, type Phrase, type Segment, say, user } from '../domain/phrase.ts';
import type { RouteStep } from '../domain/release.ts';
import { durationWords } from './duration.ts';
import { literal } from './literal.ts';
import { type Line, shaped } from './phrase-blocks.ts';
import { type Status, statuses } from './status.ts';

const notReached: Status = { ...statuses.skipped, word: 'not reached' };

/** A person's name; a mention where we know only the Slack user. */
export function actorName(actor: Actor): Segment {
  return actor.gitlab ? literal(actor.gitlab.name, 60) : user(actor.slackUserId);
}

/** What a step does, as an order: `Play deploy-canary → production-canary`. */
export function stepDeed(step: RouteStep): Phrase {
  const job = code(literal(step.job, 60));
  switch (step.kind) {
    case 'play':
      return step.environment === undefined
        ? say`Play ${job}`
        : say`Play ${job} → ${bold(literal(step.environment, 60))}`;
    case 'retry':
      return step.environment === undefined
        ? say`Run ${job} again`
        : say`Run ${job} again → ${bold(literal(step.environment, 60))}`;
    case 'cancel':
      return say`Cancel ${job} and wait until it has ended`;
    case 'wait':
      return say`Wait for ${job}`;
    case 'ask':
      return step.environment === undefined
        ? say`Ask before ${job}`
        : say`Ask before ${bold(literal(step.environment, 60))}`;
    case 'approve':
      return say`${approvalNeeded(step)} for ${bold(literal(step.environment ?? step.job, 60))}`;
    case 'verify':
      return say`Verify with ${job}`;
    case 'watch':
      return say`Watch ${stepPlace(step)} for ${durationWords((step.watch?.forMs ?? 0) / 1000)}`;
    case 'probe':
      return say`Verify the version at ${stepPlace(step)}`;
  }
}

/** `Approval of 2 people (maintainer, @raj)`, or as GitLab's rules say. */
function approvalNeeded({ approval }: RouteStep): Phrase {
  if (!approval) return say`Approval by GitLab's rules`;
  const who = approval.approvers.map((name) => literal(name, 40)).join(', ');
  return approval.required === 1 ? say`Approval (${who})` : say`${approval.required} approvals (${who})`;
}

/** A step as a thing: its job, or what is watched or asked in its place. */
export function stepName(step: RouteStep): Phrase {
  if (step.kind === 'watch') return say`the watch of ${stepPlace(step)}`;
  if (step.kind === 'probe') return stepPlace(step);
  return [code(literal(step.job, 60))];
}

/** The environment that is watched; the address that is asked, without what follows its path. */
function stepPlace({ environment, probe }: RouteStep): Phrase {
  if (!probe) return [bold(literal(environment ?? 'the canary', 60))];
  const url = URL.canParse(probe.url) ? new URL(probe.url) : undefined;
  return [code(literal(url ? `${url.host}${url.pathname}` : probe.url, 80))];
}

/** A step being carried out, in one line: number, shape, deed, word, and the job's page. */
export function stepLine(step: Step, number: number, operation: Operation): Line {
  const status = stepStatus(step, operation);
  const open = step.jobUrl === undefined ? [] : say` · ${link('log', step.jobUrl)}`;
  return [`${number}. `, ...shaped(status.shape, say`${stepDeed(step)}: ${status.word}${open}`)];
}

/** Where an active operation stands: `step 2 of 4, waiting for monitor-canary`. */
export function standing(operation: Operation): Phrase {
  if (operation.state === 'stuck') return say`a person must look`;
  const current = currentStep(operation);
  if (!current) return say`all steps have passed`;
  const { index, step } = current;
  return say`step ${index + 1} of ${operation.steps.length}, ${doing(step, operation)}`;
}

/** Why a step did not pass, as the end of a sentence: `the job failed`. */
export function reasonWords(reason: StepReason): string {
  switch (reason) {
    case 'job_failed':
      return 'the job failed';
    case 'job_canceled':
      return 'the job was canceled in GitLab';
    case 'job_skipped':
      return 'the job was skipped, because an earlier one did not pass';
    case 'job_missing':
      return 'the pipeline no longer has this job';
    case 'refused_outdated':
      return 'GitLab refused it, because a newer deployment exists';
    case 'refused_forbidden':
      return 'GitLab did not allow it';
    case 'refused_variables':
      return 'GitLab did not allow it, perhaps because of the variables';
    case 'refused_unplayable':
      return 'GitLab says the job cannot be started now';
    case 'refused_retry':
      return 'GitLab does not run this job again';
    case 'refused_cancel':
      return 'GitLab did not cancel the job';
    case 'link_broken':
      return 'GitLab takes the token of the linked account no more';
    case 'too_late':
      return 'it was confirmed too long ago, so the job was not started';
    case 'approval_rejected':
      return 'it was rejected';
    case 'approval_expired':
      return 'nobody approved it in time';
    case 'approval_void':
      return 'what was to be approved has changed since';
    case 'started_in_gitlab':
      return 'its job was started in GitLab';
    case 'canary_bad':
      return 'a reading was on the wrong side of the limit';
    case 'canary_silent':
      return 'there was too little to judge it by';
    case 'canary_unreadable':
      return 'Prometheus gave no number';
    case 'wrong_version':
      return 'another version runs there';
    case 'version_unreadable':
      return 'nobody says which version runs there';
    case 'canceled_by_person':
      return 'canceled';
    case 'earlier_step_failed':
      return 'not reached';
  }
}

function doing(step: Step, operation: Operation): Phrase {
  const job = code(literal(step.job, 60));
  if (step.kind === 'ask') return say`waiting for ${actorName(operation.requester)} to promote`;
  if (step.kind === 'approve') return say`awaiting approval`;
  if (step.kind === 'watch' || step.kind === 'probe' || step.state === 'failed') return checking(step);
  if (step.state === 'running') return say`running ${job}`;
  if (step.state === 'calling' || (isCall(step) && step.state === 'pending')) return say`starting ${job}`;
  return say`waiting for ${job}`;
}

/** What goes on without a job: a watch, a look at the live version, or what follows after a failure. */
function checking(step: Step): Phrase {
  if (step.state === 'failed') return say`${stepName(step)} failed, seeing how to go back`;
  if (step.kind === 'probe') return say`verifying at ${stepName(step)}`;
  if (step.watched?.verdict !== undefined) return say`${stepName(step)} failed, taking the canary away`;
  const good = (step.watched?.readings ?? []).filter(({ gap }) => gap === undefined).length;
  const needed = step.watch ? readingsNeeded(step.watch) : 0;
  return say`${stepName(step)}, ${good} of ${needed} readings good`;
}

function isCall({ kind }: Step): boolean {
  return kind === 'play' || kind === 'retry' || kind === 'cancel';
}

function stepStatus(step: Step, operation: Operation): Status {
  const isCurrent = operation.state === 'active' && currentStep(operation)?.step === step;
  switch (step.state) {
    case 'awaiting_approval':
      return operation.state === 'active' ? { ...statuses.waiting, word: 'awaiting approval' } : notReached;
    case 'pending':
    case 'waiting':
      if (step.kind === 'ask' && isCurrent) return statuses.waiting;
      if (operation.state !== 'active') return notReached;
      if (!isCurrent && step.state === 'pending') return statuses.toCome;
      return { ...statuses.pending, word: step.state === 'waiting' ? 'waiting for its turn' : 'next' };
    case 'calling':
      return { ...statuses.running, word: operation.state === 'stuck' ? 'unknown whether it started' : 'starting' };
    case 'running':
      return statuses.running;
    case 'succeeded':
      if (step.kind === 'approve') return approved(step);
      if (step.reason === 'started_in_gitlab')
        return { ...statuses.skipped, word: `left out, ${reasonWords(step.reason)}` };
      return step.kind === 'ask' ? { ...statuses.passed, word: 'promoted' } : statuses.passed;
    case 'failed':
      return { ...statuses.failed, word: step.reason ? reasonWords(step.reason) : statuses.failed.word };
    case 'canceled':
      if (step.reason !== 'earlier_step_failed') return statuses.canceled;
      return step.calledAt || step.startedAt ? { ...statuses.canceled, word: 'no longer watched' } : notReached;
  }
}

function approved({ reason, decided }: Step): Status {
  // Nobody approved what somebody started in GitLab.
  if (reason === 'started_in_gitlab') return { ...statuses.warnings, word: 'passed by: its job was started in GitLab' };
  const by = decided && decided.by.length > 0 ? ` by ${literal(decided.by.join(', '), 80)}` : '';
  return { ...statuses.passed, word: `approved${by}` };
}
