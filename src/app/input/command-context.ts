import type { Actor } from '../../domain/actor.ts';
import { channelProject } from '../../domain/reading.ts';
import type { CommandContext } from '../command.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import type { Linking } from '../links/linking.ts';
import type { Settings, SlackGateway } from '../ports.ts';
import { resolveProject } from '../projects/resolve-project.ts';
import type { AnswerDraft, Store } from '../store-ports.ts';
import { readThread } from './thread-subject.ts';

/** Makes what a command may look at, for one person at one place. */
export async function createContext(
  about: {
    readonly actor: Actor;
    readonly restricted: boolean;
    readonly slackName: string;
    readonly timezone: string;
    readonly to?: AnswerDraft['to'] | undefined;
    readonly channel: string;
    readonly threadTs?: string | undefined;
    readonly now: Date;
  },
  deps: {
    readonly settings: () => Settings;
    readonly gitlab: GitLabReads;
    readonly slack: Pick<SlackGateway, 'place' | 'groupMembers'>;
    readonly store: Store;
    readonly maskSecrets: (text: string) => string;
    readonly invite: Linking['invite'];
  },
): Promise<CommandContext> {
  const settings = deps.settings();
  const thread = await readThread(deps.store.tables, about);
  return {
    actor: about.actor,
    restricted: about.restricted,
    slackName: about.slackName,
    timezone: about.timezone,
    answerTo: about.to,
    channel: about.channel,
    thread,
    here:
      (thread && settings.rulesFor(thread.pipeline.project.path)) ?? channelProject(settings.projects, about.channel),
    settings,
    gitlab: deps.gitlab,
    slack: deps.slack,
    invite: deps.invite,
    tables: deps.store.tables,
    now: about.now,
    maskSecrets: deps.maskSecrets,
    resolveProject: async (rules) => ({ rules, ref: await resolveProject(rules.path, deps) }),
  };
}
