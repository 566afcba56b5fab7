import { AppError, UsageError } from '../../domain/errors.ts';
import type { HookFacts, HookOwner } from '../../gitlab/setup.ts';
import { deriveProjectToken } from '../../gitlab/verify-delivery.ts';
import { findGroupHook, ownHooks, webhookUrl } from '../webhook.ts';
import type { Answers } from './answers.ts';

/** Which webhook is made or mended, and what else there is. */
export interface HookPlan {
  readonly of: HookOwner;
  /** As people know it: `acme/production-app`, `the group acme`. */
  readonly name: string;
  /** Below it are the pages of its hooks. */
  readonly page: string;
  readonly url: string;
  /** The hook that is there and is mended. */
  readonly own: HookFacts | undefined;
  /** The project's hooks. */
  readonly ofProject: readonly HookFacts[];
}

/**
 * Finds out whose webhook leads, or is to lead, to this bot: that of a group above the project where it has one or
 * `wantsGroup`, else the project's.
 * @throws UsageError where the group has no webhooks, or shows none to the token.
 */
export async function planHooks(
  { gitlab, project }: Pick<Answers, 'gitlab' | 'project'>,
  publicUrl: string,
  wantsGroup: boolean,
): Promise<HookPlan> {
  const url = webhookUrl(publicUrl);
  const ofProject = await gitlab.hooks(project.id);
  const above = await findGroupHook(gitlab, project.path, publicUrl);
  const group = above?.group ?? (wantsGroup ? await askGroup(gitlab, project.path) : undefined);
  if (group === undefined) {
    const [own] = ownHooks(ofProject, publicUrl);
    const page = `${project.url}/-/hooks`;
    return { of: { projectId: project.id }, name: project.path, page, url, own, ofProject };
  }
  const page = `${project.url.slice(0, -project.path.length)}groups/${group}/-/hooks`;
  return { of: { group }, name: `the group ${group}`, page, url, own: above?.hook, ofProject };
}

async function askGroup(gitlab: Answers['gitlab'], projectPath: string): Promise<string> {
  const group = projectPath.split('/').slice(0, -1).join('/');
  if ((await gitlab.groupHooks(group)) !== undefined) return group;
  throw new UsageError(`The group ${group} has no webhooks, or shows none to this token.`, {
    hint: 'It takes GitLab Premium and the role Owner in the group. Leave out --group-hook: the project gets its own.',
  });
}

/** Makes the hook of this bot, or gives the one that is there all that it needs. */
export async function putHook(
  plan: HookPlan,
  about: {
    readonly print: (line: string) => void;
    readonly answers: Pick<Answers, 'gitlab' | 'project'>;
    readonly draft: { readonly webhookSecret: string; readonly signingToken: string | undefined };
  },
): Promise<void> {
  const { of, name, page, url, own } = plan;
  const { print, answers, draft } = about;
  try {
    await answers.gitlab.saveHook(of, own?.id, {
      // As GitLab has it: any other spelling would count as a change of the address.
      url: own?.url ?? url,
      // A project's counts for that project alone, which a group's hook cannot go by.
      token: 'group' in of ? draft.webhookSecret : deriveProjectToken(draft.webhookSecret, of.projectId),
      signingToken: draft.signingToken,
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new UsageError(`The files are written, but the webhook of ${name} is not set up: ${error.message}`, {
      cause: error,
      hint: `${error.hint} Then run \`chatops init\` again: it goes on from here.`.trim(),
    });
  }
  print(`${own ? 'Mended' : 'Made'} the webhook of ${name}: ${url}.`);
  if (own && own.alertStatus !== 'executable') {
    // Changing a hook does not switch it on again; only a test that is answered with 2xx does.
    print(`GitLab has switched it off: when the bot runs, press Test > Pipeline events: ${page}/${own.id}/edit`);
  }
  tellOthers(plan, about);
}

/** Webhooks that cost something, or that somebody may have forgotten. */
function tellOthers(
  { of, name, url, own, ofProject }: HookPlan,
  {
    print,
    answers: { project },
  }: { readonly print: (line: string) => void; readonly answers: Pick<Answers, 'project'> },
): void {
  const page = `${project.url}/-/hooks`;
  const isDoubled = 'group' in of && ofProject.some((hook) => hook.url === (own?.url ?? url));
  if (isDoubled)
    print(`${project.path} has one of its own beside that of ${name}: all is sent twice. Delete it: ${page}`);
  const others = ownHooks(ofProject, undefined).filter(({ id, url: other }) => id !== own?.id && other !== url);
  for (const other of others) {
    print(`Another webhook leads to ${other.url}; delete it if no bot listens there: ${page}`);
  }
}
