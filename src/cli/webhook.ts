import type { HookFacts } from '../gitlab/setup.ts';

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
