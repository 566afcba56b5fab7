/** Where a form was opened, which is where the answer to it goes. It travels with the form. */
export interface FormPlace {
  readonly channel: string;
  readonly threadTs?: string | undefined;
  /** That of the command or press which opened it, good for half an hour from `openedAt`. */
  readonly responseUrl?: string | undefined;
  readonly openedAt: Date;
  /** What the form is about, once that is known. */
  readonly project?: { readonly id: number; readonly path: string } | undefined;
  /** Words of the command line that the form has no field for. */
  readonly flags?: readonly string[] | undefined;
  /** The request for approval that the form is about. */
  readonly requestId?: string | undefined;
}

/** A form that was opened before Slack got its acknowledgement. */
export interface OpenedView {
  /** Ours, made of the trigger: one trigger opens one form, however often Slack's request comes. */
  readonly externalId: string;
  /** False where Slack did not open it: the answer is given in words. */
  readonly opened: boolean;
}

/** A form as it was when somebody pressed something in it or sent it. */
export interface FormState {
  readonly viewId: string;
  readonly hash: string;
  readonly callbackId: string;
  readonly place: FormPlace;
  /** What each input holds, by action id. */
  readonly values: Readonly<Record<string, { readonly blockId: string; readonly value: string }>>;
}

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
      readonly view?: OpenedView | undefined;
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
      readonly view?: OpenedView | undefined;
    }
  | {
      /** A press or a choice inside a form. */
      readonly kind: 'form_action';
      readonly actionId: string;
      readonly value: string;
      readonly userId: string;
      readonly form: FormState;
    }
  | { readonly kind: 'submission'; readonly userId: string; readonly form: FormState }
  | {
      /** The entry in the menu of a message. */
      readonly kind: 'shortcut';
      readonly callbackId: string;
      readonly userId: string;
      readonly channelId: string;
      readonly messageTs: string;
      readonly threadTs?: string | undefined;
      readonly responseUrl?: string | undefined;
      readonly view?: OpenedView | undefined;
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

/** Of another workspace, or of another app; who sent it, where that is known. */
export interface ForeignInput {
  readonly kind: 'foreign';
  readonly userId?: string | undefined;
}
