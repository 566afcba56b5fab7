import { FLAG, list, nested, number, type Shape, shape, text, typed, word } from './limit-rules.ts';

const STYLE = nested(
  shape({ bold: FLAG, code: FLAG, italic: FLAG, strike: FLAG, underline: FLAG, highlight: FLAG, unlink: FLAG }),
);

const INLINE: Readonly<Record<string, Shape>> = {
  broadcast: shape({ 'range!': word('here', 'channel', 'everyone'), style: STYLE }),
  channel: shape({ 'channel_id!': text(255), style: STYLE }),
  color: shape({ 'value!': text(255), style: STYLE }),
  date: shape({
    'timestamp!': number(0, 9_999_999_999),
    'format!': text(255),
    url: text(3000),
    fallback: text(3000),
    style: STYLE,
  }),
  emoji: shape({ 'name!': text(255), unicode: text(255), url: text(3000), style: STYLE }),
  link: shape({ 'url!': text(3000), text: text(40_000), unsafe: FLAG, style: STYLE }),
  team: shape({ 'team_id!': text(255), style: STYLE }),
  text: shape({ 'text!': text(40_000), style: STYLE }),
  user: shape({ 'user_id!': text(255), style: STYLE }),
  usergroup: shape({ 'usergroup_id!': text(255), style: STYLE }),
};

const INLINES = list(
  typed(() => INLINE),
  1000,
  0,
);
const LITERAL = list(
  typed(() => INLINE, ['text', 'link']),
  1000,
  0,
);
const BORDER = number(0, 1);

/** The four parts that a rich_text block is made of. Lengths are not documented, so only shapes are checked tightly. */
export const RICH_TEXT: Readonly<Record<string, Shape>> = {
  rich_text_section: shape({ 'elements!': INLINES }),
  rich_text_quote: shape({ 'elements!': INLINES, border: BORDER }),
  rich_text_preformatted: shape({ 'elements!': LITERAL, border: BORDER }),
  rich_text_list: shape({
    'elements!': list(
      typed(() => RICH_TEXT, ['rich_text_section']),
      1000,
    ),
    'style!': word('bullet', 'ordered'),
    indent: number(0, 8),
    offset: number(0, 100_000),
    border: BORDER,
  }),
};
