import type { Phrase } from '../../domain/phrase.ts';
import type { CommandContext } from '../command.ts';
import { type LockPlace, readLockPlace } from '../locks/lock-place.ts';

/** Of which environment, or of a project's all: in a thread of its pipeline. `rest`: the words that follow. */
export type ApprovalPlaceFound = Extract<LockPlace, { kind: 'place' | 'project' }> & {
  readonly rest?: readonly string[];
};

/**
 * Reads `[project] <environment> …`. In a thread of ours the environment need not be said: words that name none are
 * a version, a comment or a reason.
 * @throws GitLabError
 */
export async function readApprovalPlace(
  typed: {
    readonly command: `/${string}`;
    readonly words: readonly string[];
    readonly flags: Readonly<Record<string, string>>;
    readonly notDone: Phrase;
  },
  context: CommandContext,
): Promise<ApprovalPlaceFound | Extract<LockPlace, { kind: 'result' }>> {
  const place = await readLockPlace(typed, context);
  if (place.kind !== 'result' || !context.thread || !context.here) return place;
  const { result } = place;
  if (result.kind !== 'refused' || result.refusal.code !== 'environment_unknown') return place;
  return { kind: 'project', project: await context.resolveProject(context.here), rest: typed.words };
}
