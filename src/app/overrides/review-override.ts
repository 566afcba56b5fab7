import { renderRefusal } from '../../cards/refusal.ts';
import type { Actor } from '../../domain/actor.ts';
import { bold, say, time } from '../../domain/phrase.ts';
import { decidePolicy } from '../../domain/policy.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { decideReview, type Review, type ReviewRefusal } from '../../domain/review.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import { identifyActor } from '../input/identify-actor.ts';
import { isAdmin } from '../input/is-admin.ts';
import { refusePolicy } from '../input/refuse-policy.ts';
import type { Linking } from '../links/linking.ts';
import type { Clock, Log, Settings, SlackGateway, Wake } from '../ports.ts';
import type { AnswerDraft, Store, Tables } from '../store-ports.ts';
import { showOverride } from './announce-override.ts';

export interface ReviewOverrideDeps {
  readonly settings: () => Settings;
  readonly gitlab: Pick<GitLabReads, 'userByName' | 'userByEmail' | 'accessLevel'>;
  readonly slack: Pick<SlackGateway, 'user' | 'groupMembers'>;
  readonly findLink: Linking['findLink'];
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly log: Log;
}

/** A press on Reviewed. */
export interface ReviewPress {
  readonly reviewId: string;
  readonly slackUserId: string;
  readonly to: AnswerDraft['to'];
  readonly row: { readonly id: number; readonly key: string };
}

const notDone = say`Nothing was recorded.`;

/** Records that a maintainer other than whoever overrode has looked at it; the announcement says so from then on. */
export async function reviewOverride(press: ReviewPress, deps: ReviewOverrideDeps): Promise<void> {
  const settings = deps.settings();
  const now = deps.clock.now();
  const { actor, restricted } = await identifyActor(press.slackUserId, { ...deps, settings });
  const shown = await deps.store.tables.reviews.find(press.reviewId);
  const refused = shown ? await refuseReviewer(shown, { actor, restricted }, deps) : gone();
  const outcome = await deps.store.transaction(async (tables) => {
    const review = await tables.reviews.find(press.reviewId);
    const refusal = refused ?? (review ? explain(decideReview(review, actor)) : gone());
    await tables.audit.append({
      at: now,
      actor,
      action: 'override.review',
      outcome: refusal ? 'refused' : 'succeeded',
      reason: refusal?.code,
      project: review?.project.path,
      environment: review?.environment,
      version: review?.version,
      operationId: press.reviewId,
    });
    if (refusal) await answer(tables, { press, refusal, now });
    else if (review) {
      const reviewed = { ...review, reviewed: { by: actor, at: now } };
      await tables.reviews.save(reviewed);
      await showOverride(tables, reviewed, now);
    }
    const result = refusal?.code ?? 'reviewed';
    await tables.inbox.done(press.row.id, result, now);
    return result;
  });
  deps.wake('outbox');
  deps.log.info({ operation_id: press.reviewId, actor: press.slackUserId, reason: outcome }, 'override reviewed');
}

async function refuseReviewer(
  { project }: Review,
  { actor, restricted }: { readonly actor: Actor; readonly restricted: boolean },
  { settings, gitlab, slack }: ReviewOverrideDeps,
): Promise<Refusal | undefined> {
  if (await isAdmin({ actor, restricted, slack, settings: settings() })) return undefined;
  const accessLevel = actor.gitlab?.id === undefined ? 0 : await gitlab.accessLevel(project.id, actor.gitlab.id);
  const decision = decidePolicy({ action: 'review', actor, accessLevel, restricted });
  return decision.kind === 'allow'
    ? undefined
    : refusePolicy(decision, { notDone, actor, project: { ref: project }, settings: settings() });
}

function explain(
  decision: { readonly kind: 'allow' } | ({ readonly kind: 'refuse' } & ReviewRefusal),
): Refusal | undefined {
  if (decision.kind === 'allow') return undefined;
  const { reason, review } = decision;
  switch (reason) {
    case 'review_own':
      return {
        code: reason,
        notDone,
        fact: say`You made this override of ${bold(review.environment)}, so somebody else has to look at it.`,
        todo: [{ kind: 'say', phrase: say`Ask another maintainer of the project to press Reviewed.` }],
      };
    case 'review_done':
      return {
        code: reason,
        notDone,
        fact: say`It was reviewed already${review.reviewed ? say`, ${time(review.reviewed.at)}` : []}.`,
        todo: [{ kind: 'say', phrase: say`The message says by whom.` }],
      };
  }
}

function gone(): Refusal {
  return {
    code: 'review_unknown',
    notDone,
    fact: say`I do not know this override any more.`,
    todo: [{ kind: 'say', phrase: say`The audit still has it: ask whoever runs this bot.` }],
  };
}

async function answer(
  tables: Tables,
  about: { readonly press: ReviewPress; readonly refusal: Refusal; readonly now: Date },
): Promise<void> {
  const { press, refusal, now } = about;
  await tables.outbox.answer({ key: `answer/${press.row.key}`, to: press.to, ...renderRefusal(refusal) }, now);
}
