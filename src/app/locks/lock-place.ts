import { matchEnvironment } from '../../domain/environment.ts';
import { didYouMean } from '../../domain/nearest.ts';
import type { Phrase } from '../../domain/phrase.ts';
import type { CommandContext, CommandResult, ProjectContext } from '../command.ts';
import { chooseReading } from '../input/choose-reading.ts';
import { refuseReader } from '../input/refuse-policy.ts';
import { refuseNoProject, refuseTwoReadings, unknownEnvironment } from '../input/refuse-reading.ts';

/** What the words of a command about an environment or a whole project are about, or what is answered instead. */
export type LockPlace =
  | {
      readonly kind: 'place';
      readonly project: ProjectContext;
      /** Undefined: the whole project. */
      readonly environment: string | undefined;
      readonly rest: readonly string[];
    }
  /** No words; `here`: the environment that may be left out. */
  | { readonly kind: 'project'; readonly project: ProjectContext; readonly here?: string | undefined }
  | { readonly kind: 'result'; readonly result: CommandResult };

/** Reads `[project] <environment>|all …`. @throws GitLabError */
export async function readLockPlace(
  typed: {
    readonly command: `/${string}`;
    readonly words: readonly string[];
    readonly flags: Readonly<Record<string, string>>;
    readonly notDone: Phrase;
    /** In a thread about an environment its name: a first word that is near no name is then of what follows. */
    readonly mayLeaveOut?: 'environment';
  },
  context: CommandContext,
): Promise<LockPlace> {
  const { command, words, flags } = typed;
  const chosen = await chooseReading(words, context);
  if (chosen.kind === 'no_project')
    return { kind: 'result', result: await refuseNoProject({ ...typed, may: 'read' }, context) };
  if (chosen.kind === 'ambiguous')
    return { kind: 'result', result: refuseTwoReadings({ command, words, flags, readings: chosen.readings }) };
  const { project, environments } = chosen;
  const [word, ...rest] = chosen.rest;
  const isHere = typed.mayLeaveOut === 'environment' && context.thread?.pipeline.project.id === project.ref.id;
  const here = isHere ? context.thread?.environment : undefined;
  if (word === undefined) return { kind: 'project', project, here };
  if (word.toLowerCase() === 'all') return { kind: 'place', project, environment: undefined, rest };
  const match = matchEnvironment(word, environments, project.rules);
  if (match.kind === 'found') return { kind: 'place', project, environment: match.name, rest };
  // A stopped environment is in no list, and can be locked all the same.
  const stopped = await context.gitlab.environmentNamed(project.ref.id, word);
  if (stopped) return { kind: 'place', project, environment: stopped.name, rest };
  if (here !== undefined && didYouMean(word, match.candidates) === undefined)
    return { kind: 'place', project, environment: here, rest: chosen.rest };
  const refusal = await refuseReader(project, typed.notDone, context);
  if (refusal) return { kind: 'result', result: { kind: 'refused', refusal, about: { project: project.ref.path } } };
  const about = { command, word, candidates: match.candidates, rest, project };
  return { kind: 'result', result: unknownEnvironment(about, context) };
}
