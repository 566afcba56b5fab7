import { FLAG, list, nested, number, type Rule, type Shape, shape, text, typed, word } from './limit-rules.ts';

/** Ids of blocks and actions. */
export const ID: Rule = text(255);

const URL_TEXT = text(3000);

/** Slack's two kinds of text object, either or both. */
export function textObject(max: number, allowed: readonly string[] = ['plain_text', 'mrkdwn']): Rule {
  const shapes = {
    plain_text: shape({ 'text!': text(max), emoji: FLAG }),
    mrkdwn: shape({ 'text!': text(max), verbatim: FLAG }),
  };
  return typed(() => shapes, allowed);
}

/** Text without markup. */
export function plain(max: number): Rule {
  return textObject(max, ['plain_text']);
}

const STYLE = word('primary', 'danger');

const CONFIRM = nested(
  shape({
    title: plain(100),
    'text!': textObject(300),
    confirm: plain(30),
    deny: plain(30),
    style: STYLE,
  }),
);

/** Option values are cut to 75 here, though newer pages say 150: both readers of the documentation accept 75. */
const OPTION_VALUE = text(75);

const OPTION = shape({ 'text!': plain(75), 'value!': OPTION_VALUE, description: plain(75) });
const RICH_OPTION = shape({ 'text!': textObject(75), 'value!': OPTION_VALUE, description: textObject(75) });
const OVERFLOW_OPTION = shape({ 'text!': plain(75), 'value!': OPTION_VALUE, description: plain(75), url: URL_TEXT });
const GROUP = shape({ 'label!': plain(75), 'options!': list(nested(OPTION), 100) });

/** What an options load URL may answer. */
export const OFFERED: Shape = shape(
  { options: list(nested(OPTION), 100, 0), option_groups: list(nested(GROUP), 100, 0) },
  { of: ['options', 'option_groups'], take: 'one' },
);

const COMMON = { action_id: ID, confirm: CONFIRM, focus_on_load: FLAG };
const SELECT = { ...COMMON, placeholder: plain(150) };
const MULTI = { ...SELECT, max_selected_items: number(1, 100) };
const CHOICES = { options: list(nested(OPTION), 100), option_groups: list(nested(GROUP), 100) };
const ONE_LIST = { of: ['options', 'option_groups'], take: 'one' } as const;
const FILTER = nested(
  shape(
    {
      include: list(word('im', 'mpim', 'private', 'public'), 4),
      exclude_external_shared_channels: FLAG,
      exclude_bot_users: FLAG,
    },
    { of: ['include', 'exclude_external_shared_channels', 'exclude_bot_users'], take: 'some' },
  ),
);
const CONVERSATIONS = { default_to_current_conversation: FLAG, filter: FILTER };
const TYPED_TEXT = {
  action_id: ID,
  focus_on_load: FLAG,
  placeholder: plain(150),
  dispatch_action_config: nested(
    shape({ trigger_actions_on: list(word('on_enter_pressed', 'on_character_entered'), 2) }),
  ),
};
const FEEDBACK = nested(shape({ 'text!': plain(75), 'value!': text(2000), accessibility_label: text(75) }));
const WORKFLOW = nested(shape({ 'trigger!': { kind: 'object' } }));

/** The picture inside a section, a context or a card. */
export const IMAGE: Shape = shape(
  { 'alt_text!': text(2000), image_url: URL_TEXT, slack_file: { kind: 'object' } },
  { of: ['image_url', 'slack_file'], take: 'one' },
);

/** Every interactive element. */
export const ELEMENTS: Readonly<Record<string, Shape>> = {
  button: shape({
    action_id: ID,
    confirm: CONFIRM,
    'text!': plain(75),
    value: text(2000, 0),
    url: URL_TEXT,
    style: STYLE,
    accessibility_label: text(75),
  }),
  icon_button: shape({
    action_id: ID,
    confirm: CONFIRM,
    'icon!': text(75),
    'text!': plain(75),
    accessibility_label: text(75),
    value: text(2000, 0),
    visible_to_user_ids: list(text(255), 100),
  }),
  feedback_buttons: shape({ action_id: ID, 'positive_button!': FEEDBACK, 'negative_button!': FEEDBACK }),
  workflow_button: shape({
    action_id: ID,
    confirm: CONFIRM,
    'text!': plain(75),
    'workflow!': WORKFLOW,
    style: STYLE,
    accessibility_label: text(75),
  }),
  checkboxes: shape({
    ...COMMON,
    'options!': list(nested(RICH_OPTION), 10),
    initial_options: list(nested(RICH_OPTION), 10),
  }),
  radio_buttons: shape({ ...COMMON, 'options!': list(nested(RICH_OPTION), 10), initial_option: nested(RICH_OPTION) }),
  overflow: shape({ action_id: ID, confirm: CONFIRM, 'options!': list(nested(OVERFLOW_OPTION), 5, 2) }),
  datepicker: shape({ ...SELECT, initial_date: text(10) }),
  timepicker: shape({ ...SELECT, initial_time: text(5), timezone: text(255) }),
  datetimepicker: shape({ ...COMMON, initial_date_time: number(0, 9_999_999_999) }),
  static_select: shape({ ...SELECT, ...CHOICES, initial_option: nested(OPTION) }, ONE_LIST),
  multi_static_select: shape({ ...MULTI, ...CHOICES, initial_options: list(nested(OPTION), 100) }, ONE_LIST),
  external_select: shape({ ...SELECT, min_query_length: number(0, 1000), initial_option: nested(OPTION) }),
  multi_external_select: shape({
    ...MULTI,
    min_query_length: number(0, 1000),
    initial_options: list(nested(OPTION), 100),
  }),
  users_select: shape({ ...SELECT, initial_user: text(255) }),
  multi_users_select: shape({ ...MULTI, initial_users: list(text(255), 100) }),
  channels_select: shape({ ...SELECT, initial_channel: text(255), response_url_enabled: FLAG }),
  multi_channels_select: shape({ ...MULTI, initial_channels: list(text(255), 100) }),
  conversations_select: shape({
    ...SELECT,
    ...CONVERSATIONS,
    initial_conversation: text(255),
    response_url_enabled: FLAG,
  }),
  multi_conversations_select: shape({ ...MULTI, ...CONVERSATIONS, initial_conversations: list(text(255), 100) }),
  plain_text_input: shape({
    ...TYPED_TEXT,
    initial_value: text(3000, 0),
    multiline: FLAG,
    min_length: number(0, 3000),
    max_length: number(1, 3000),
  }),
  email_text_input: shape({ ...TYPED_TEXT, initial_value: text(3000, 0) }),
  url_text_input: shape({ ...TYPED_TEXT, initial_value: text(3000, 0) }),
  number_input: shape({
    ...TYPED_TEXT,
    'is_decimal_allowed!': FLAG,
    initial_value: text(255),
    min_value: text(255),
    max_value: text(255),
  }),
  rich_text_input: shape({
    ...TYPED_TEXT,
    initial_value: { kind: 'object' },
    min_lines: number(1, 100),
    max_lines: number(1, 100),
  }),
  file_input: shape({ action_id: ID, filetypes: list(text(255), 100), max_files: number(1, 10) }),
};
