import type { Actor } from '../domain/actor.ts';
import type { ProjectRules } from '../domain/project.ts';
import { channelProject } from '../domain/reading.ts';
import type { CommandContext } from './command.ts';
import type { GitLabReads, Settings, Store } from './ports.ts';
import { resolveProject } from './resolve-project.ts';

/** Makes what a command may look at, for one person at one place. */
export async function createContext(
  about: {
    readonly actor: Actor;
    readonly restricted: boolean;
    readonly channel: string;
    readonly threadTs?: string | undefined;
    readonly now: Date;
  },
  deps: { readonly settings: () => Settings; readonly gitlab: GitLabReads; readonly store: Store },
): Promise<CommandContext> {
  const settings = deps.settings();
  return {
    actor: about.actor,
    restricted: about.restricted,
    channel: about.channel,
    here: (await threadProject(about, deps)) ?? channelProject(settings.projects, about.channel),
    settings,
    gitlab: deps.gitlab,
    tables: deps.store.tables,
    now: about.now,
    resolveProject: async (rules) => ({ rules, ref: await resolveProject(rules.path, deps) }),
  };
}

async function threadProject(
  about: { readonly channel: string; readonly threadTs?: string | undefined },
  deps: { readonly settings: () => Settings; readonly store: Store },
): Promise<ProjectRules | undefined> {
  if (about.threadTs === undefined) return undefined;
  const { threads, pipelines } = deps.store.tables;
  const thread = await threads.findByTs(about.channel, about.threadTs);
  const pipeline = thread && (await pipelines.find(thread.projectId, thread.pipelineId));
  return pipeline && deps.settings().rulesFor(pipeline.project.path);
}
