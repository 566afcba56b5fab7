import { currentStep, type Operation, type Step } from '../domain/operation.ts';
import { bold, join, link, type Phrase, type Segment, say, user } from '../domain/phrase.ts';
import { buildCard, type Card, target } from './card.ts';
import { literal } from './literal.ts';
import { shaped } from './phrase-blocks.ts';
import { statuses } from './status.ts';
import { stepName } from './step-words.ts';

const maxPassed = 4;

/** The deploy has passed everything before its own environment and asks the one who started it whether to go on. */
export function renderPromote({ operation }: { readonly operation: Operation }): Card {
  const { environment, release, requester, fromVersion } = operation;
  const version = bold(release.version);
  const asked = say`Promote ${version} to ${bold(environment)}?`;
  const words = target(release.version, environment);
  const stays = fromVersion === undefined ? '' : ` It stays at ${literal(fromVersion, 60)} meanwhile.`;
  return buildCard({
    spoken: say`${asked} ${passed(operation)}`,
    lines: [
      shaped(statuses.waiting.shape, say`${user(requester.slackUserId)} ${asked}`),
      passed(operation),
      say`No other deploy to ${bold(environment)} can start until this is answered.${stays}`,
    ],
    buttons: [
      {
        label: `Promote to ${literal(environment, 40)}`,
        spoken: `Promote ${words}`,
        actionId: 'operation_promote',
        value: operation.id,
        style: 'primary',
      },
      {
        label: 'Stop here',
        spoken: `Stop here, do not deploy ${words}`,
        actionId: 'operation_stop',
        value: operation.id,
      },
    ],
    more: [pages(operation)],
  });
}

/** What speaks for it: `Passed: deploy-canary (production-canary), monitor-canary.` */
function passed(operation: Operation): Phrase {
  const before = passedSteps(operation);
  if (before.length === 0) return say`Nothing went before it.`;
  const told = before.map((step): Phrase => {
    const { kind, environment } = step;
    return environment === undefined || kind === 'watch'
      ? stepName(step)
      : say`${stepName(step)} (${literal(environment, 60)})`;
  });
  return say`Passed: ${join(told, ', ')}.`;
}

function pages(operation: Operation): Phrase {
  const logs = passedSteps(operation).flatMap(({ job, jobUrl }): Segment[] =>
    jobUrl === undefined ? [] : [link(`Log of ${literal(job, 60)}`, jobUrl)],
  );
  return join([...logs, link(`Pipeline #${operation.pipelineId}`, operation.pipelineUrl)], ' · ');
}

function passedSteps(operation: Operation): readonly Step[] {
  return operation.steps
    .slice(0, currentStep(operation)?.index ?? operation.steps.length)
    .filter((step) => step.kind !== 'ask' && step.state === 'succeeded')
    .slice(-maxPassed);
}
