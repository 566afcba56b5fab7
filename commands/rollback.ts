import type { Command, ProjectContext } from '../src/app/command.ts';
import { chooseReading } from '../src/app/input/choose-reading.ts';
import { refuseReader } from '../src/app/input/refuse-policy.ts';
import { refuseNoProject, refuseTwoReadings, unknownEnvironment } from '../src/app/input/refuse-reading.ts';
import { planRollback } from '../src/app/rollback/plan-rollback.ts';
import { type Environment, matchEnvironment } from '../src/domain/environment.ts';
import { UsageError } from '../src/domain/errors.ts';
import { say } from '../src/domain/phrase.ts';
import { looksLikeVersion } from '../src/domain/rollback.ts';

const usage = '/rollback [project] <environment> [[to] <version>] [reason]';

/** Takes an environment back to the good version before, or to the one that is named. */
export const rollback: Command = {
  name: '/rollback',
  usage,
  description: 'Take an environment back to the good version before: see what would be undone, confirm',
  examples: ['/rollback prod', '/rollback prod v1.3.9', '/rollback prod checkout is broken'],
  flags: { valueFlags: ['from'], switches: ['abort'] },

  async run({ words, flags }, context) {
    const chosen = await chooseReading(words, context);
    if (chosen.kind === 'no_project') return refuseNoProject({ command: '/rollback', words, flags }, context);
    if (chosen.kind === 'ambiguous')
      return refuseTwoReadings({ command: '/rollback', words, flags, readings: chosen.readings });
    const { project, environments } = chosen;
    const here = context.thread?.pipeline.project.id === project.ref.id ? context.thread.environment : undefined;
    const typed = chosen.rest[0];
    const isNamed = typed !== undefined && matchEnvironment(typed, environments, project.rules).kind === 'found';
    const rest = here !== undefined && !isNamed ? [here, ...chosen.rest] : inOrder(chosen.rest, chosen);
    const [word, ...more] = rest;
    if (word === undefined) {
      throw new UsageError('Which environment is to be rolled back?', { hint: `Type: ${usage}` });
    }
    // Before anything else is said: names of environments are for those who may read the project.
    const refusal = await refuseReader(project, say`Nothing was rolled back.`, context);
    if (refusal) return { kind: 'refused', refusal, about: { project: project.ref.path } };
    const match = matchEnvironment(word, environments, project.rules);
    if (match.kind === 'unknown') {
      return unknownEnvironment(
        { command: '/rollback', word, candidates: match.candidates, rest: more, project },
        context,
      );
    }
    const known = match.environment ?? (await context.gitlab.environmentNamed(project.ref.id, match.name));
    return planRollback(
      {
        project,
        environment: { name: match.name, known },
        ...readTarget(more),
        abort: flags['abort'] !== undefined,
        from: flags['from'],
      },
      context,
    );
  },
};

/** `v1.3.9 prod` is meant as `prod v1.3.9`. */
function inOrder(
  words: readonly string[],
  { project, environments }: { readonly project: ProjectContext; readonly environments: readonly Environment[] },
): readonly string[] {
  const [first, second, ...rest] = words;
  const names = (word: string): boolean => matchEnvironment(word, environments, project.rules).kind === 'found';
  if (first === undefined || second === undefined || !looksLikeVersion(first)) return words;
  return !names(first) && names(second) ? [second, first, ...rest] : words;
}

/** What follows the environment: `to` makes the next word the version; else a word that looks like one is. */
function readTarget(words: readonly string[]): {
  readonly version: string | undefined;
  readonly reason: string | undefined;
} {
  const [first, ...rest] = words;
  if (first?.toLowerCase() === 'to' && rest[0] !== undefined)
    return { version: rest[0], reason: reasonOf(rest.slice(1)) };
  if (first !== undefined && looksLikeVersion(first)) return { version: first, reason: reasonOf(rest) };
  return { version: undefined, reason: reasonOf(words) };
}

function reasonOf(words: readonly string[]): string | undefined {
  return words.length === 0 ? undefined : words.join(' ').slice(0, 300);
}
