import { readingsNeeded, type Watched } from '../domain/canary.ts';
import type { WatchRule } from '../domain/check-rules.ts';
import type { Operation, Step } from '../domain/operation.ts';
import { bold, code, type Phrase, say, time } from '../domain/phrase.ts';
import { buildCard, type Card, type CardButton } from './card.ts';
import { durationBetween, durationWords } from './duration.ts';
import { literal } from './literal.ts';
import { shaped } from './phrase-blocks.ts';
import { breachWords, gapWords, readingsLine, readingsNumbers } from './readings.ts';
import { rollbackButton } from './rollback-button.ts';
import { type Status, statuses } from './status.ts';

/** How a canary does: one message while it is watched, changed with each reading, and at last what came of it. */
export function renderCanaryWatch({
  operation,
  step,
  rule,
  watched,
}: {
  readonly operation: Operation;
  readonly step: Step;
  readonly rule: WatchRule;
  readonly watched: Watched;
}): Card {
  const { readings } = watched;
  const said = headline({ operation, step, rule, watched });
  const numbers = numbersOf(rule, watched);
  return buildCard({
    spoken: say`${said} ${numbers}`,
    lines: [
      shaped(status(operation, watched).shape, said),
      readings.length === 0 ? [] : [code(readingsLine(rule, readings))],
      numbers,
      consequence(operation, step, watched),
    ],
    buttons: goBack(operation, step, watched),
  });
}

/** Where the readings said nothing, the headline has said why. */
function numbersOf(rule: WatchRule, { readings, verdict }: Watched): Phrase {
  if (readings.length === 0) return say`No reading yet.`;
  const isSaid = verdict !== undefined && verdict !== 'passed' && verdict !== 'breach';
  return isSaid ? [] : say`${readingsNumbers(rule, readings)}.`;
}

function status({ state }: Operation, { verdict }: Watched): Status {
  if (verdict === undefined) return state === 'active' ? statuses.running : statuses.canceled;
  return verdict === 'passed' ? statuses.passed : statuses.failed;
}

function headline(about: {
  readonly operation: Operation;
  readonly step: Step;
  readonly rule: WatchRule;
  readonly watched: Watched;
}): Phrase {
  const { operation, step, rule, watched } = about;
  const { readings, verdict } = watched;
  const what = say`${bold(operation.release.version)} on ${canaryOf(step)}`;
  const good = readings.filter(({ gap }) => gap === undefined).length;
  const last = readings.at(-1);
  if (verdict === undefined && operation.state !== 'active')
    return say`The watch of ${what} ended with its deploy: ${good} of ${readingsNeeded(rule)} readings good.`;
  if (verdict === undefined) {
    const since = last ? say`, since ${time(readings[0]?.at ?? last.at)}` : [];
    return say`Watching ${what} for ${durationWords(rule.forMs / 1000)}: ${good} of ${readingsNeeded(rule)} readings good${since}.`;
  }
  const took = durationBetween(readings[0]?.at, last?.at) ?? 'no time';
  if (verdict === 'passed') return say`The watch of ${what} passed: ${good} good readings in ${took}.`;
  return say`The watch of ${what} failed: ${watchFailure(rule, watched)}.`;
}

/** What was wrong with the readings: `0.0833 is above 0.01`. */
export function watchFailure(rule: WatchRule, { verdict, readings }: Watched): Phrase {
  const last = readings.at(-1);
  if (!last) return say`no reading was taken`;
  if (verdict === 'breach') return breachWords(rule, last);
  if (verdict === 'several_series' || verdict === 'bad_query') return gapWords(rule, last);
  const gaps = readings.filter(({ gap }) => gap !== undefined).length;
  return say`${gaps} of ${readings.length} readings say nothing (${gapWords(rule, last)}), and no data is not health`;
}

/** What is done with the canary. Its own environment is what was at stake: the target was not touched. */
function consequence({ environment, fromVersion }: Operation, step: Step, watched: Watched): Phrase {
  const { verdict } = watched;
  if (verdict === undefined || verdict === 'passed') return [];
  const stays = fromVersion === undefined ? '' : ` and stays at ${literal(fromVersion, 60)}`;
  return say`${abortWords({ ...step, watched })} ${bold(environment)} was not touched${stays}.`;
}

/** What became of the canary after a bad watch, or is being done with it. */
export function abortWords(step: Step): Phrase {
  const canary = canaryOf(step);
  switch (step.watched?.abort?.state) {
    case undefined:
    case 'calling':
      return say`I have GitLab stop ${canary}.`;
    case 'done':
      return say`GitLab stops ${canary}.`;
    case 'not_needed':
      return say`${canary} is stopped already, or the pipeline does it.`;
    case 'refused':
      return say`GitLab did not let me stop ${canary}: stop it there by hand, under Operate, Environments.`;
    case 'unknown':
      return say`I cannot find out whether GitLab stops ${canary}: look there, under Operate, Environments.`;
  }
}

/** Where the canary could not be taken away it can be taken back. */
function goBack({ project, release }: Operation, { environment }: Step, { abort }: Watched): readonly CardButton[] {
  if (environment === undefined || (abort?.state !== 'refused' && abort?.state !== 'unknown')) return [];
  return [rollbackButton({ projectPath: project.path, environment, version: release.version, sha: release.sha })];
}

function canaryOf({ environment }: Step) {
  return bold(literal(environment ?? 'the canary', 60));
}
