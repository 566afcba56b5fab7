import { bold, join, link, type Phrase, say, time, user } from '../domain/phrase.ts';
import type { Review } from '../domain/review.ts';
import { buildCard, type Card, target } from './card.ts';
import { literal } from './literal.ts';
import { shaped } from './phrase-blocks.ts';
import { shapes, statuses } from './status.ts';
import { actorName } from './step-words.ts';

/** Tells everybody that gates were overridden, why, and that somebody else is asked to look at it. */
export function renderOverrideAnnounced({
  review,
  threadUrl,
}: {
  readonly review: Review;
  readonly threadUrl: string;
}): Card {
  const { project, environment, version, override, by, dueAt, reviewed } = review;
  const said = say`Emergency: ${actorName(by)} deploys ${bold(version)} to ${bold(environment)} of ${link(project.path, project.url)} past ${passed(override.passes)}.`;
  return buildCard({
    spoken: said,
    lines: [
      shaped(shapes.stuck, said),
      say`Reason: ${literal(override.reason, 300)}`,
      say`The deploy is told ${link('in its thread', threadUrl)}.`,
      reviewed
        ? shaped(statuses.passed.shape, say`Reviewed by ${actorName(reviewed.by)}, ${time(reviewed.at)}.`)
        : say`A maintainer other than ${actorName(by)} is asked to review it until ${time(dueAt)}.`,
    ],
    buttons: reviewed
      ? []
      : [
          {
            label: 'Reviewed',
            spoken: `I have reviewed the override: ${target(version, environment)}`,
            actionId: 'override_reviewed',
            value: review.id,
          },
        ],
  });
}

/** Reminds, once, of an override that nobody has reviewed. */
export function renderReviewReminder({ review }: { readonly review: Review }): Card {
  const { by, version, environment } = review;
  const said = say`${user(by.slackUserId)}, nobody has reviewed this override yet: ${version} to ${bold(environment)}.`;
  return buildCard({
    spoken: said,
    lines: [said, say`Show it to a maintainer, who presses Reviewed above.`],
  });
}

const gateWords: Partial<Record<Review['override']['passes'][number], string>> = {
  freeze: 'the freeze',
  after: 'the order of environments',
  approvals: 'our approvals',
};

/** What was gone past: `the freeze and the order of environments`. */
export function passed(passes: Review['override']['passes']): Phrase {
  return join(
    passes.map((gate) => gateWords[gate] ?? gate),
    ' and ',
  );
}
