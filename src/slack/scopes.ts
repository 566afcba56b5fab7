/**
 * The bot token's scopes that this version needs, each with the call or event that would fail without it.
 * `manifest.yml` asks for exactly these; adding one means that every operator has to install the app again.
 *
 * @see https://docs.slack.dev/reference/scopes
 */
export const requiredScopes = [
  // The slash commands themselves.
  'commands',
  // chat.postMessage, chat.update, chat.postEphemeral.
  'chat:write',
  // The event app_mention: `@bot deploy prod v1.4.0` is the only way to type a command inside a thread.
  'app_mentions:read',
  // users.info: guests and deactivated users may not write, and times are read in the person's own zone.
  'users:read',
  // usergroups.users.list: user groups (`S…`) among deployers, approvers and admins.
  'usergroups:read',
  // conversations.history and conversations.replies: after an unknown outcome, was our message posted or not?
  // im:history also for the event message.im: in a direct message the bot needs not be called by its name.
  'channels:history',
  'groups:history',
  'im:history',
  // conversations.info: nothing is changed from a channel that another company reads; `/chatops watch`, `chatops doctor`
  // and `chatops init` tell whether a channel exists and the bot is in it.
  'channels:read',
  'groups:read',
] as const;

/**
 * Asked for with `chatops manifest --email` alone: the address of a person in users.info, and users.lookupByEmail, for
 * `identity.email: true`. Nobody who does not use it has to show the bot addresses.
 */
export const emailScope = 'users:read.email';
