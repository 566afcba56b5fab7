/** What a person did in Slack, as the use cases see it: decoded, of our workspace, and no longer Slack's JSON. */
export type SlackInput =
  | {
      readonly kind: 'command';
      /** As installed: `/deploy`, or `/gl-deploy` with a prefix. */
      readonly command: string;
      readonly text: string;
      readonly userId: string;
      readonly channelId: string;
      readonly responseUrl: string;
    }
  | {
      readonly kind: 'action';
      readonly actionId: string;
      /** The button's value, or the chosen option's; empty when the element has none. */
      readonly value: string;
      readonly userId: string;
      readonly channelId: string;
      readonly messageTs?: string | undefined;
      readonly threadTs?: string | undefined;
      readonly responseUrl?: string | undefined;
      /** The pressed message was seen by this person alone. */
      readonly ephemeral: boolean;
    }
  | {
      readonly kind: 'mention';
      /** What stands behind the mention. */
      readonly text: string;
      readonly userId: string;
      readonly channelId: string;
      readonly ts: string;
      readonly threadTs?: string | undefined;
    };
