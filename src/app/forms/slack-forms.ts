import type { FormPlace, SlackInput } from '../input/slack-input.ts';

/** A form: what Slack shows in a window of its own. */
export interface SlackView {
  /** At most 24 characters, as the words on its buttons. */
  readonly title: string;
  /** The words on the button that sends it; left out where there is nothing to send. */
  readonly submit?: string | undefined;
  readonly callbackId: string;
  readonly blocks: readonly unknown[];
}

/** One entry that a select of a form offers. */
export interface SelectOption {
  readonly text: string;
  readonly value: string;
}

/** Entries of a select under a common heading. */
export interface OptionGroup {
  readonly label: string;
  readonly options: readonly SelectOption[];
}

/** What somebody typed so far into a select of a form. */
export interface OptionsQuery {
  readonly actionId: string;
  readonly typed: string;
  readonly place: FormPlace;
}

/** What is decided while Slack waits for its acknowledgement: from memory and the store, never from GitLab. */
export interface SlackForms {
  /** The form that has to be opened at once, since its trigger lives for three seconds. */
  toOpen(input: SlackInput): { readonly view: SlackView; readonly place: FormPlace } | undefined;
  /** What is wrong with a form, by block id; undefined: it is taken. */
  errorsIn(input: SlackInput): Readonly<Record<string, string>> | undefined;
  options(query: OptionsQuery): Promise<readonly OptionGroup[]>;
}
