import { currentStep, isVerifying, type Operation } from '../domain/operation.ts';
import { bold, join, link, type Phrase, say } from '../domain/phrase.ts';
import { buildCard, type Card, target } from './card.ts';
import { durationBetween } from './duration.ts';
import { type Line, shaped } from './phrase-blocks.ts';
import { type Status, shapes, statuses } from './status.ts';
import { actorName, standing, stepLine } from './step-words.ts';

const maxSteps = 8;

/** A deploy being carried out, step by step; at its end, what came of it. */
export function renderOperation({
  operation,
  threadUrl,
}: {
  readonly operation: Operation;
  /** The pipeline's own thread, where the deploy is told in another one. */
  readonly threadUrl?: string | undefined;
}): Card {
  const { environment, release, pipelineId, pipelineUrl } = operation;
  const outcome = outcomeLine(operation);
  return buildCard({
    spoken: [...headline(operation), ...say` ${outcome}`],
    lines: [
      shaped(operationStatus(operation).shape, headline(operation)),
      outcome,
      ...stepLines(operation),
      join(
        [
          link(`Pipeline #${pipelineId}`, pipelineUrl),
          ...(threadUrl === undefined ? [] : [link('Earlier in its thread', threadUrl)]),
        ],
        ' · ',
      ),
    ],
    buttons:
      operation.state === 'active'
        ? [
            {
              label: 'Cancel',
              spoken: `Cancel the ${operation.kind}: ${target(release.version, environment)}`,
              actionId: 'operation_cancel',
              value: operation.id,
            },
          ]
        : [],
  });
}

/** An operation's status as shape and word. */
export function operationStatus(operation: Operation): Status {
  switch (operation.state) {
    case 'active':
      if (isVerifying(operation)) return { ...statuses.running, word: 'verifying' };
      return isForPeople(operation) ? statuses.waiting : statuses.running;
    case 'succeeded':
      return statuses.passed;
    case 'failed':
      return statuses.failed;
    case 'canceled':
      return statuses.canceled;
    case 'stuck':
      return { shape: shapes.stuck, word: 'stuck' };
  }
}

/** It goes on when somebody answers, here or in GitLab. */
function isForPeople(operation: Operation): boolean {
  const step = currentStep(operation)?.step;
  return step?.kind === 'ask' || step?.kind === 'approve';
}

function headline({ kind, requester, release, environment, fromVersion, byItself }: Operation): Phrase {
  const from = fromVersion === undefined ? [] : say` (from ${fromVersion})`;
  if (kind === 'rollback') {
    const left = fromVersion === undefined ? [] : say`, away from ${fromVersion}`;
    if (byItself) return say`I roll ${bold(environment)} back to ${bold(release.version)} by myself${left}.`;
    return say`${actorName(requester)} rolls ${bold(environment)} back to ${bold(release.version)}${left}.`;
  }
  return say`${actorName(requester)} deploys ${bold(release.version)} to ${bold(environment)}${from}.`;
}

function outcomeLine(operation: Operation): Phrase {
  const took = durationBetween(operation.createdAt, operation.endedAt);
  const after = took === undefined ? [] : say` after ${took}`;
  switch (operation.state) {
    case 'active':
      return say`Now: ${standing(operation)}.`;
    case 'succeeded':
      return operation.kind === 'rollback'
        ? say`${bold('Done')}${after}: ${operation.environment} is rolled back.`
        : say`${bold('Done')}${after}: ${operation.environment} runs ${operation.release.version}.`;
    case 'failed':
      return say`${bold('Failed')}${after}. What to do is told below in the thread.`;
    case 'canceled':
      return say`${bold('Canceled')}${after}.`;
    case 'stuck':
      return say`${bold('Stuck')}${after}: a person must look.`;
  }
}

/** A long route shows the steps around the one at which it stands, so that the card keeps its height. */
function stepLines(operation: Operation): readonly Line[] {
  const { steps } = operation;
  const current = steps.findIndex((step) => step.state !== 'succeeded');
  const first = Math.min(Math.max(0, (current < 0 ? steps.length : current) - 2), Math.max(0, steps.length - maxSteps));
  const told = steps.slice(first, first + maxSteps).map((step, index) => stepLine(step, first + index + 1, operation));
  const left = steps.length - first - told.length;
  return [
    ...(first > 0 ? [say`${countOf(first, 'earlier')} passed`] : []),
    ...told,
    ...(left > 0 ? [say`and ${countOf(left, 'more')}`] : []),
  ];
}

function countOf(count: number, which: string): string {
  return `${count} ${which} ${count === 1 ? 'step' : 'steps'}`;
}
