import { notDone } from '../../cards/deed-words.ts';
import { InvariantError } from '../../domain/errors.ts';
import { bold, type Phrase, say, time } from '../../domain/phrase.ts';
import type { OperationPlan } from '../../domain/plan.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { hasOnlyAdvanced } from '../../domain/release.ts';
import type { CommandResult } from '../command.ts';
import { subjectOf } from '../input/deed-subject.ts';

/**
 * What the person confirmed must be what is done: the same commit, over the same live version, by the same steps of
 * the same pipeline.
 */
export function findChange(
  shown: OperationPlan,
  again: CommandResult,
  { typeAgain }: { readonly typeAgain: string },
): Refusal | undefined {
  const not = notDone(shown);
  const todo: Refusal['todo'] = [{ kind: 'type', line: typeAgain }];
  const sha = again.kind === 'planned' ? subjectOf(again.deed).sha : again.about.sha;
  if (sha !== undefined && sha !== shown.release.sha) {
    return {
      code: 'version_moved',
      notDone: not,
      fact: say`${shown.release.version} points to another commit than when the plan was shown (${shown.release.sha.slice(0, 8)}, now ${sha.slice(0, 8)}).`,
      todo,
    };
  }
  if (again.kind === 'refused') return again.refusal;
  if (again.kind !== 'planned') throw new InvariantError('the command of a plan led to no plan');
  const now = again.deed;
  if (now.kind === 'task') {
    return {
      code: 'pipeline_changed',
      notDone: not,
      fact: say`${shown.release.version} has no pipeline any more.`,
      todo,
    };
  }
  const moved = movedSince(shown, now);
  if (moved) {
    const fact = say`${bold(shown.environment)} has changed since the plan was shown: ${moved}.`;
    return { code: 'live_changed', notDone: not, fact, todo };
  }
  if (now.pipelineId !== shown.pipelineId) {
    return {
      code: 'pipeline_changed',
      notDone: not,
      fact: say`Another pipeline of ${shown.release.version} is the newest since the plan was shown: #${now.pipelineId}, not #${shown.pipelineId}.`,
      todo,
    };
  }
  if (abortedBy(now) !== abortedBy(shown) || !hasOnlyAdvanced(shown.steps, now.steps)) {
    return {
      code: 'steps_changed',
      notDone: not,
      fact: say`The pipeline has moved on since the plan was shown, so its steps are others now.`,
      todo,
    };
  }
  return undefined;
}

/** The operation that a rollback ends. */
function abortedBy(deed: OperationPlan): string | undefined {
  return deed.kind === 'rollback' ? deed.aborts?.operationId : undefined;
}

/** What became of the environment meanwhile: another version was deployed, or a rollback job left the one shown. */
function movedSince({ live: shown }: OperationPlan, { live: now }: OperationPlan): Phrase | undefined {
  const takenBackAt = now?.takenBackAt;
  if (takenBackAt && takenBackAt.getTime() !== shown?.takenBackAt?.getTime()) {
    return say`a rollback job took it back ${time(takenBackAt)}`;
  }
  return now?.sha === shown?.sha ? undefined : say`it runs ${now?.version ?? 'nothing'} now`;
}
