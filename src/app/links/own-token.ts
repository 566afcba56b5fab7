import { commandLine } from '../../domain/command-line.ts';
import { LinkError } from '../../domain/errors.ts';
import type { LinkedPerson } from '../../domain/link.ts';
import { type Phrase, say } from '../../domain/phrase.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { isSame } from '../../domain/same.ts';
import type { GitLabAs, GitLabOfPerson, GitLabWrites } from '../gitlab-ports.ts';
import type { Settings } from '../ports.ts';
import type { Store } from '../store-ports.ts';

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

interface BrokenLinkDeps {
  readonly gitlabAs: GitLabAs;
  readonly settings: () => Pick<Settings, 'commandPrefix'>;
  readonly store: Pick<Store, 'tables'>;
}

/**
 * Why the person's own token cannot be used, where they linked one; undefined: it can, or there is none. GitLab is asked,
 * since only it knows of what was taken back, and of how they are called by now.
 * @throws GitLabError
 */
export async function refuseBrokenLink(
  slackUserId: string,
  notDone: Phrase,
  { gitlabAs, settings, store }: BrokenLinkDeps,
): Promise<Refusal | undefined> {
  try {
    const own = await gitlabAs(slackUserId);
    if (own) await keepName(slackUserId, await own.ownUser(), store);
    return undefined;
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    return explainBrokenLink(error, notDone, settings());
  }
}

/**
 * Somebody who was renamed in GitLab goes by the new name from here on: rules name people, and the old name may be given
 * to somebody else. While the tokens are renewed nothing is touched, or they would be lost; the next press sees to it.
 */
async function keepName(slackUserId: string, person: LinkedPerson, { tables }: Pick<Store, 'tables'>): Promise<void> {
  const link = await tables.links.find(slackUserId);
  if (!link || link.gitlab.id !== person.id || link.renewingUntil || isSame(link.gitlab, person)) return;
  await tables.links.save({ ...link, gitlab: person });
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
