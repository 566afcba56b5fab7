import { currentStep, type Operation } from '../domain/operation.ts';
import { bold, code, join, link, type Phrase, say, user } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';
import { durationWords } from './duration.ts';
import { literal } from './literal.ts';
import { shaped } from './phrase-blocks.ts';
import { statuses } from './status.ts';

/** Why a job probably does not start. */
export type StartCause =
  | { readonly kind: 'no_runner'; readonly tags: readonly string[] }
  | { readonly kind: 'resource'; readonly holder?: { readonly version: string; readonly url: string } | undefined };

const maxTags = 5;

/** Tells who asked that their job still waits, once, with what probably keeps it. */
export function renderJobNotStarted({
  operation,
  cause,
  afterMs,
}: {
  readonly operation: Operation;
  readonly cause: StartCause;
  readonly afterMs: number;
}): Card {
  const { requester, environment, release } = operation;
  const step = currentStep(operation)?.step;
  const job = code(literal(step?.job ?? 'the job', 60));
  const waits = say`${bold(release.version)} on its way to ${bold(literal(environment, 60))} waits for it`;
  const said = say`${job} has not started for ${durationWords(afterMs / 1000)}: ${waits}.`;
  return buildCard({
    spoken: say`${said} ${causeWords(cause)}`,
    lines: [
      shaped(statuses.pending.shape, say`${user(requester.slackUserId)} ${said}`),
      causeWords(cause),
      step?.jobUrl === undefined ? [] : say`${link(`Open ${literal(step.job, 60)}`, step.jobUrl)}`,
    ],
  });
}

function causeWords(cause: StartCause): Phrase {
  if (cause.kind === 'resource') {
    return cause.holder
      ? say`Its resource group is taken, probably by ${link(`the deployment of ${literal(cause.holder.version, 60)}`, cause.holder.url)}. It starts when that has ended.`
      : say`Its resource group is taken by another job. It starts when that has ended.`;
  }
  const tags = join(
    cause.tags.slice(0, maxTags).map((tag) => code(literal(tag, 40))),
    ', ',
  );
  return cause.tags.length === 0
    ? say`Probably no runner is free for it: see the project's runners in GitLab.`
    : say`Probably no runner with its tags is free (${tags}): see the project's runners in GitLab.`;
}
