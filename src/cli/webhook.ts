import type { GitLabSetup, HookFacts } from '../gitlab/setup.ts';

/** Where the bot takes GitLab's webhooks. */
export const webhookPath = '/gitlab/webhook';

/** The address of the bot's webhook. */
export function webhookUrl(publicUrl: string): string {
  return `${publicUrl.replace(/\/+$/, '')}${webhookPath}`;
}

/** The hooks that lead to this bot; where its address is not known, those that lead to any bot of this kind. */
export function ownHooks(hooks: readonly HookFacts[], publicUrl: string | undefined): readonly HookFacts[] {
  const own = publicUrl?.trim() ? webhookUrl(publicUrl.trim()) : undefined;
  return hooks.filter(({ url }) => {
    const plain = url.replace(/\/+$/, '');
    return own === undefined ? plain.endsWith(webhookPath) : plain === own;
  });
}

/** A hook of a group above a project, as its owners see it. */
export interface GroupHook {
  readonly group: string;
  readonly hook: HookFacts;
}

/** The webhook to this bot of the nearest group above the project that has one and shows it to the token. */
export async function findGroupHook(
  gitlab: Pick<GitLabSetup, 'groupHooks'>,
  projectPath: string,
  publicUrl: string | undefined,
): Promise<GroupHook | undefined> {
  const names = projectPath.split('/').slice(0, -1);
  for (let depth = names.length; depth > 0; depth -= 1) {
    const group = names.slice(0, depth).join('/');
    const [hook] = ownHooks((await gitlab.groupHooks(group)) ?? [], publicUrl);
    if (hook) return { group, hook };
  }
  return undefined;
}
