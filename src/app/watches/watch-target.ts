import { NotFoundError, UsageError } from '../../domain/errors.ts';
import { bold, code, type Phrase, say } from '../../domain/phrase.ts';
import { decidePolicy } from '../../domain/policy.ts';
import { isGlob, type ProjectRef } from '../../domain/project.ts';
import { findProject } from '../../domain/reading.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { watchedGroup } from '../../domain/watch.ts';
import type { CommandContext } from '../command.ts';
import { refusePolicy } from '../input/refuse-policy.ts';

/** What is to be watched, and the role that the person has there. */
export interface WatchTarget {
  readonly kind: 'project' | 'group';
  /** The path as settings have it, or the pattern as GitLab writes the group. */
  readonly project: string;
  readonly ref: ProjectRef;
  readonly accessLevel: number;
}

type Found =
  | { readonly kind: 'found'; readonly target: WatchTarget }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/**
 * Finds the project or group that was typed, and whether this person may watch it: that takes the Reporter role there.
 * Who is no member learns no more than that there is nothing for them, whether or not it exists.
 */
export async function findWatchTarget(word: string, notDone: Phrase, context: CommandContext): Promise<Found> {
  const stranger = refuseStranger(notDone, context);
  if (stranger) return { kind: 'refused', refusal: stranger };
  const { actor, restricted } = context;
  const target = await lookUp(word, context).catch((error: unknown) => {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  });
  const decision = decidePolicy({ action: 'watch', actor, accessLevel: target?.accessLevel ?? 0, restricted });
  if (!target || (decision.kind === 'refuse' && decision.reason === 'not_a_member')) {
    return { kind: 'refused', refusal: unknownProject(word, notDone) };
  }
  if (decision.kind === 'allow') return { kind: 'found', target };
  return {
    kind: 'refused',
    refusal: refusePolicy(decision, { notDone, actor, project: target, settings: context.settings }),
  };
}

/** Why a guest, or somebody not known in GitLab, may not, before anything is said of any project. */
export function refuseStranger(
  notDone: Phrase,
  { actor, restricted, settings }: Pick<CommandContext, 'actor' | 'restricted' | 'settings'>,
): Refusal | undefined {
  // With the highest role: what is left are reasons that lie in the person.
  const decision = decidePolicy({ action: 'watch', actor, accessLevel: 50, restricted });
  if (decision.kind === 'allow') return undefined;
  return refusePolicy(decision, { notDone, actor, project: { ref: { id: 0, path: '', url: '' } }, settings });
}

async function lookUp(word: string, context: CommandContext): Promise<WatchTarget> {
  const { gitlab, settings, actor } = context;
  const userId = actor.gitlab?.id;
  const group = watchedGroup(word);
  if (group === undefined && isGlob(word)) {
    throw new UsageError('Only all projects of a group can be watched together.', {
      hint: 'Type: /chatops watch group/*, or group/** for groups below it too',
    });
  }
  if (group !== undefined) {
    const ref = await gitlab.group(group);
    const accessLevel = userId === undefined ? 0 : await gitlab.groupAccessLevel(ref.id, userId);
    return { kind: 'group', project: `${ref.path}${word.slice(group.length)}`, ref, accessLevel };
  }
  const path = findProject(settings.projects, word)?.path ?? word;
  if (!path.includes('/')) {
    throw new UsageError(`I do not know ${word.slice(0, 40)}.`, { hint: 'Type: /chatops watch group/project' });
  }
  const ref = await gitlab.project(path);
  const accessLevel = userId === undefined ? 0 : await gitlab.accessLevel(ref.id, userId);
  // Settings go by the path that they were made with, though the project may have been moved since.
  return { kind: 'project', project: settings.rulesFor(path)?.path ?? ref.path, ref, accessLevel };
}

function unknownProject(word: string, notDone: Phrase): Refusal {
  return {
    code: 'project_unknown',
    notDone,
    fact: say`I find no ${bold(word.slice(0, 100))} that you are a member of.`,
    todo: [
      {
        kind: 'say',
        phrase: say`Check its full path in GitLab, and that the user of ${code('GITLAB_TOKEN')} is a member of it too.`,
      },
    ],
  };
}
