import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { type Block, Message } from 'slack-blocks-to-jsx';

const known = new Map<string, string>();

/** The Unicode of a standard emoji name; an unknown name stays as it was written. */
export function emojiFor(name: string): string {
  const found = known.get(name);
  if (found !== undefined) return found;
  const element = { type: 'emoji', name };
  const section = { type: 'rich_text_section', elements: [element] };
  const blocks = [{ type: 'rich_text', elements: [section] }] as unknown as Block[];
  const html = renderToStaticMarkup(createElement(Message, { blocks, logo: '', name: '', withoutWrapper: true }));
  const text = html.replaceAll(/<[^>]*>/g, '').trim();
  const shown = text === '' || /^[\w:+-]+$/.test(text) ? `:${name}:` : text;
  known.set(name, shown);
  return shown;
}
