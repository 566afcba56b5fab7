import type { Actor } from '../domain/actor.ts';
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
  const waits = say`${bold(release.version)} on its way to ${bold(literal(environment, 60))} waits for it`;
  const job = { name: step?.job ?? 'the job', url: step?.jobUrl };
  return renderStartedJobWaits({ requester, job, waits, cause, afterMs });
}

/** The same for a job that stands on no way to an environment. `waits`: for what it was started. */
export function renderStartedJobWaits({
  requester,
  job,
  waits,
  cause,
  afterMs,
}: {
  readonly requester: Actor;
  readonly job: { readonly name: string; readonly url?: string | undefined };
  readonly waits: Phrase;
  readonly cause: StartCause;
  readonly afterMs: number;
}): Card {
  const name = literal(job.name, 60);
  const said = say`${code(name)} has not started for ${durationWords(afterMs / 1000)}: ${waits}.`;
  return buildCard({
    spoken: say`${said} ${causeWords(cause)}`,
    lines: [
      shaped(statuses.pending.shape, say`${user(requester.slackUserId)} ${said}`),
      causeWords(cause),
      job.url === undefined ? [] : say`${link(`Open ${name}`, job.url)}`,
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
