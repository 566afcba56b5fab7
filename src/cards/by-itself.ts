import type { Operation, Step } from '../domain/operation.ts';
import { bold, code, group, link, type Phrase, say, user } from '../domain/phrase.ts';
import { abortWords, watchFailure } from './canary-watch.ts';
import { buildCard, type Card, type CardButton } from './card.ts';
import { literal } from './literal.ts';
import { shaped } from './phrase-blocks.ts';
import { rollbackButton } from './rollback-button.ts';
import { shapes, statuses } from './status.ts';
import { reasonWords, stepName } from './step-words.ts';

/** What became of a bad version without anybody being asked. `job`: the pipeline's own, after which we do nothing. */
export type ByItself =
  | { readonly kind: 'begun' | 'done' | 'not_done'; readonly to: string; readonly locks: boolean }
  | { readonly kind: 'job_did' | 'job_failed' | 'job_overdue'; readonly job: string }
  | { readonly kind: 'impossible'; readonly fact: Phrase }
  /** Its canary was bad, so that the environment itself never got it. */
  | { readonly kind: 'canary'; readonly locks: boolean };

/** Told at top level, and to who is on call: a version turned out bad, and what was done about it. */
export function renderByItself({
  operation,
  what,
  oncall,
  threadUrl,
}: {
  /** The deploy of the bad version. */
  readonly operation: Operation;
  readonly what: ByItself;
  readonly oncall: string | undefined;
  /** Where it is told step by step. */
  readonly threadUrl: string;
}): Card {
  const said = headline(operation, what);
  return buildCard({
    spoken: say`${callWords(oncall)}${said}`,
    lines: [
      shaped(
        what.kind === 'done' || what.kind === 'job_did' ? statuses.passed.shape : shapes.stuck,
        say`${callWords(oncall)}${said}`,
      ),
      why(operation),
      say`${next(operation, what)} ${link('Follow the thread', threadUrl)}`,
    ],
    buttons: goBack(operation, what),
  });
}

function headline({ environment, project, release }: Operation, what: ByItself): Phrase {
  const where = say`${bold(environment)} of ${project.path}`;
  const bad = bold(release.version);
  switch (what.kind) {
    case 'begun':
      return say`${bad} is bad on ${where}: I roll it back to ${bold(what.to)} by myself.`;
    case 'done':
      return say`${bad} was bad on ${where}: I rolled it back to ${bold(what.to)} by myself.`;
    case 'not_done':
      return say`${bad} is bad on ${where}, and my rollback to ${bold(what.to)} did not succeed.`;
    case 'job_did':
      return say`${bad} was bad on ${where}: the pipeline's own ${jobName(what)} took it back.`;
    case 'job_failed':
      return say`${bad} is bad on ${where}, and the pipeline's own ${jobName(what)} could not take it back.`;
    case 'job_overdue':
      return say`${bad} is bad on ${where}, and the pipeline's own ${jobName(what)} has not begun to take it back.`;
    case 'impossible':
      return say`${bad} is bad on ${where}, and I cannot roll it back.`;
    case 'canary':
      return say`The canary of ${bad} was bad: ${where} was not touched.`;
  }
}

function next({ environment }: Operation, what: ByItself): Phrase {
  const name = bold(environment);
  switch (what.kind) {
    case 'begun':
      return what.locks ? say`I do this once, and lock ${name} afterwards.` : say`I do this once.`;
    case 'done':
      return what.locks
        ? say`${name} is locked until a maintainer unlocks it.`
        : say`${name} is not locked: the next deploy goes over it.`;
    case 'not_done':
      return say`I do not try again. Look at ${name} now, and roll back by hand.`;
    case 'job_did':
      return say`I did nothing more. Look whether ${name} is well.`;
    case 'job_failed':
      return say`I did nothing more, or it would be taken back twice. Look at ${name} now.`;
    case 'job_overdue':
      return say`I wait no longer and do nothing, or it would be taken back twice. Look at the pipeline now.`;
    case 'canary':
      return what.locks
        ? say`${name} is locked until a maintainer unlocks it.`
        : say`${name} is not locked: the next deploy goes there.`;
    case 'impossible':
      return say`${what.fact} Look at ${name} now: mend it, or deploy a good version.`;
  }
}

/** What showed that it is bad. */
function why({ steps }: Operation): Phrase {
  const step = steps.find(({ state }) => state === 'failed');
  if (!step) return [];
  if (step.watch && step.watched) return say`${watchFailure(step.watch, step.watched)}. ${abortWords(step)}`;
  if (step.kind === 'wait') return say`It did not pass ${stepName(step)}: ${whyWords(step)}.`;
  return say`Not verified by ${stepName(step)}: ${whyWords(step)}.`;
}

function whyWords({ reason, probed }: Step): Phrase {
  const last = probed?.last;
  if (last?.kind === 'version') return say`${code(literal(last.version, 40))} runs there`;
  if (last?.kind === 'unreadable') return say`it ${literal(last.words, 80)}`;
  return say`${reason === undefined ? 'it did not pass' : reasonWords(reason)}`;
}

function callWords(oncall: string | undefined): Phrase {
  if (oncall === undefined) return [];
  return say`${oncall.startsWith('S') ? group(oncall) : user(oncall)} `;
}

function goBack({ environment, project, release }: Operation, { kind }: ByItself): readonly CardButton[] {
  if (kind !== 'not_done' && kind !== 'job_failed' && kind !== 'job_overdue') return [];
  return [rollbackButton({ projectPath: project.path, environment, version: release.version, sha: release.sha })];
}

function jobName({ job }: { readonly job: string }) {
  return code(literal(job, 60));
}
