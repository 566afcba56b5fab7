import { commandLine } from '../../domain/command-line.ts';
import { LinkError } from '../../domain/errors.ts';
import { type Phrase, say } from '../../domain/phrase.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { GitLabAs, GitLabOfPerson, GitLabWrites } from '../gitlab-ports.ts';
import type { Settings } from '../ports.ts';

/**
 * GitLab with the token that a person's deed is done with: their own where they linked their account, so that GitLab's
 * rights and records are exact; else the bot's, after our policy allowed it.
 * @throws LinkError, GitLabError
 */
export async function gitlabFor<Bots extends Partial<GitLabWrites>>(
  slackUserId: string,
  { gitlab, gitlabAs }: { readonly gitlab: Bots; readonly gitlabAs: GitLabAs },
): Promise<Bots | GitLabOfPerson> {
  return (await gitlabAs(slackUserId)) ?? gitlab;
}

/**
 * Why the person's own token cannot be used, where they linked one; undefined: it can, or there is none. GitLab is asked,
 * since only it knows of what was taken back.
 * @throws GitLabError
 */
export async function refuseBrokenLink(
  slackUserId: string,
  notDone: Phrase,
  { gitlabAs, settings }: { readonly gitlabAs: GitLabAs; readonly settings: () => Pick<Settings, 'commandPrefix'> },
): Promise<Refusal | undefined> {
  try {
    const own = await gitlabAs(slackUserId);
    await own?.ownUser();
    return undefined;
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    return explainBrokenLink(error, notDone, settings());
  }
}

/** Says that the person has to link their account again, or to wait a moment. */
export function explainBrokenLink(
  error: LinkError,
  notDone: Phrase,
  { commandPrefix: prefix }: Pick<Settings, 'commandPrefix'>,
): Refusal {
  const again: Refusal['todo'] = error.retryable
    ? [{ kind: 'say', phrase: say`Press again in a moment.` }]
    : [
        { kind: 'type', line: commandLine(prefix, '/chatops', ['link']) },
        { kind: 'say', phrase: say`Then press again: nothing else has changed.` },
      ];
  return { code: error.code, notDone, fact: say`${error.message}.`, todo: again };
}
