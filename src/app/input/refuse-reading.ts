import { commandLine, flagWords } from '../../domain/command-line.ts';
import { bold, code, join, say } from '../../domain/phrase.ts';
import { findProject, type Reading } from '../../domain/reading.ts';
import type { CommandContext, CommandResult, ProjectContext } from '../command.ts';
import { offerProjects } from '../projects/offer-projects.ts';

/** What was typed, as far as it was read. */
interface Typed {
  readonly command: `/${string}`;
  readonly words: readonly string[];
  readonly flags?: Readonly<Record<string, string>>;
}

const maxProjects = 5;

/**
 * The channel has no project of its own and the words name none: buttons with the projects that this person may do it
 * in. Guests and people we do not know in GitLab are not told what projects there are.
 * @throws GitLabError when GitLab does not say who may.
 */
export async function refuseNoProject(
  typed: Typed & { readonly may?: 'read' },
  context: CommandContext,
): Promise<CommandResult> {
  const { paths, more } = await offerProjects({ may: typed.may ?? 'deploy', limit: maxProjects }, context);
  const words = typed.words.filter((word) => findProject(context.settings.projects, word) === undefined);
  const line = commandLine(context.settings.commandPrefix, typed.command, ['group/project', ...words]);
  return {
    kind: 'refused',
    about: {},
    refusal: {
      code: 'project_missing',
      notDone: say`Nothing was done.`,
      fact: say`This channel has no project of its own. Which one?`,
      todo: [
        ...paths.map((path) => ({
          kind: 'press' as const,
          label: path,
          actionId: `run_command:${path}`.slice(0, 255),
          value: commandLine('', typed.command, [path, ...words, ...flagWords(typed.flags ?? {})]),
        })),
        ...(more || paths.length === 0 ? [{ kind: 'type' as const, line }] : []),
      ],
    },
  };
}

/** The first word is a project and an environment of the channel's project alike: two buttons ask which. */
export function refuseTwoReadings(typed: Typed & { readonly readings: readonly Reading[] }): CommandResult {
  const flags = flagWords(typed.flags ?? {});
  return {
    kind: 'refused',
    about: { project: typed.readings[0]?.rules.path },
    refusal: {
      code: 'two_readings',
      notDone: say`Nothing was done.`,
      fact: say`${code(typed.words.join(' '))} can be read in two ways. Which do you mean?`,
      todo: typed.readings.map((reading) => ({
        kind: 'press',
        label: `${reading.rules.path}: ${reading.rest.join(' ')}`,
        actionId: `run_command:${reading.rules.path}`.slice(0, 255),
        value: commandLine('', typed.command, explicit(reading, flags)),
      })),
    },
  };
}

/** `project:environment` can be read in one way only. */
function explicit(reading: Reading, flags: readonly string[]): readonly string[] {
  const [environment = '', ...rest] = reading.rest;
  return [`${reading.rules.path}:${environment}`, ...rest, ...flags];
}

/** No environment of that name: the nearest ones, and the line to type next. */
export function unknownEnvironment(
  about: {
    readonly command: `/${string}`;
    readonly word: string;
    readonly candidates: readonly string[];
    readonly rest: readonly string[];
    readonly project: ProjectContext;
  },
  context: CommandContext,
): CommandResult {
  const { word, candidates, project } = about;
  const [best] = candidates;
  return {
    kind: 'refused',
    about: { project: project.ref.path, environment: word.slice(0, 100) },
    refusal: {
      code: 'environment_unknown',
      notDone: say`Nothing was done.`,
      fact: candidates.length
        ? say`${bold(project.ref.path)} has no environment ${code(word)}. Nearest: ${join(candidates.map(code), ', ')}.`
        : say`${bold(project.ref.path)} has no environment ${code(word)}, and none at all yet: the first deployment makes it.`,
      todo: best
        ? [{ kind: 'type', line: commandLine(context.settings.commandPrefix, about.command, [best, ...about.rest]) }]
        : [{ kind: 'open', label: 'Open the environments', url: `${project.ref.url}/-/environments` }],
    },
  };
}
