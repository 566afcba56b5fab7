import type { Environment } from '../../domain/environment.ts';
import { say } from '../../domain/phrase.ts';
import { type Reading, readings, readsEnvironment } from '../../domain/reading.ts';
import type { CommandContext, ProjectContext } from '../command.ts';
import { refuseReader } from './refuse-policy.ts';

/** The one reading of a command's words that holds, two that both hold, or none. */
export type Chosen =
  | {
      readonly kind: 'chosen';
      readonly project: ProjectContext;
      readonly environments: readonly Environment[];
      readonly rest: readonly string[];
    }
  | { readonly kind: 'ambiguous'; readonly readings: readonly Reading[] }
  | { readonly kind: 'no_project' };

/** An environment and a version. */
const deployWords = 2;

/**
 * Decides which project the words are about. Nothing is guessed: where the first word can be a project and an
 * environment of the channel's own project alike, both readings come back and a person decides. Where they may read one
 * of the two only, that is the one, and the other is not told. `deploys`: what is read is an environment and a version,
 * and a version alone goes to the channel's default environment, in another project than its own as well.
 * @throws GitLabError
 */
export async function chooseReading(
  words: readonly string[],
  context: CommandContext,
  { deploys = false }: { readonly deploys?: boolean } = {},
): Promise<Chosen> {
  const candidates = await Promise.all(
    readings(context.settings.projects, context.here, words).map(async (typed) => {
      const project = await context.resolveProject(typed.rules);
      const environments = await context.gitlab.environments(project.ref.id);
      const isWhole = !deploys || readsEnvironment(typed, environments);
      return { reading: isWhole ? typed : withDefault(typed, context), project, environments };
    }),
  );
  const [first, second] = candidates;
  if (!first) return { kind: 'no_project' };
  const direct = candidates.filter(
    ({ reading, environments }) =>
      readsEnvironment(reading, environments) && (!deploys || reading.rest.length <= deployWords),
  );
  const good =
    direct.length > 0 ? direct : candidates.filter(({ reading, environments }) => swapped(reading, environments));
  const readable = second && good.length === 2 ? await onlyReadable(good, context) : good;
  if (readable.length === 2) return { kind: 'ambiguous', readings: readable.map(({ reading }) => reading) };
  const chosen = readable[0] ?? first;
  const { project, environments, reading } = chosen;
  return { kind: 'chosen', project, environments, rest: reading.rest };
}

/** A version alone in another project than the channel's own, written out with the default environment it has here. */
function withDefault(reading: Reading, { channel, here }: CommandContext): Reading {
  const { rules, rest } = reading;
  const name = rules.channels.find(({ id }) => id === channel)?.defaultEnvironment;
  const isOther = here !== undefined && here.path !== rules.path;
  return isOther && rest.length === 1 && name !== undefined ? { ...reading, rest: [name, ...rest] } : reading;
}

async function onlyReadable<T extends { readonly project: ProjectContext }>(
  candidates: readonly T[],
  context: CommandContext,
): Promise<readonly T[]> {
  const refusals = await Promise.all(
    candidates.map(({ project }) => refuseReader(project, say`Nothing was done.`, context)),
  );
  return candidates.filter((_, index) => refusals[index] === undefined);
}

/**
 * `/deploy v1.4.0 prod` is meant as well as `/deploy prod v1.4.0`, but counts only where nothing reads straight on: the
 * project in `/deploy app prod v1.4.0` is no version.
 */
function swapped(reading: Reading, environments: readonly Environment[]): boolean {
  return readsEnvironment({ ...reading, rest: reading.rest.slice(1) }, environments);
}
