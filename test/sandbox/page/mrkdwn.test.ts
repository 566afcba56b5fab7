import { createElement, Fragment } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { renderDate } from '../../../src/sandbox/page/dates.ts';
import { emojiFor } from '../../../src/sandbox/page/emoji.ts';
import { renderMrkdwn } from '../../../src/sandbox/page/mrkdwn.ts';

const now = new Date('2026-11-23T09:00:00Z');
const names = new Map([
  ['U0ANN', 'ann'],
  ['C0OPS', 'ops'],
]);
const reader = { timeZone: 'Europe/Paris', now, nameOf: (id: string) => names.get(id) };
const render = (text: string) => renderToStaticMarkup(createElement(Fragment, null, renderMrkdwn(text, reader)));

describe('renderMrkdwn', () => {
  it.each([
    ['*b* _i_ ~s~ `c`', '<strong>b</strong> <em>i</em> <s>s</s> <code>c</code>'],
    ['a*b*c snake_case_name 2 * 3 * 4', 'a*b*c snake_case_name 2 * 3 * 4'],
    ['*bold `code` _both_*', '<strong>bold <code>code</code> <em>both</em></strong>'],
    ['`*literal* &lt;b&gt;`', '<code>*literal* &lt;b&gt;</code>'],
    ['```a\n*b* &amp;```', '<pre class="sl-pre">a\n*b* &amp;</pre>'],
    ['&gt; quoted\nnot', '<blockquote>quoted</blockquote>not'],
    ['<@U0ANN> <#C0OPS|x>', '<span class="sl-mention">@ann</span> <span class="sl-mention">#ops</span>'],
    ['<!here>', '<span class="sl-broadcast">@here</span>'],
    ['&lt;!here&gt; &amp;amp;', '&lt;!here&gt; &amp;amp;'],
    ['<javascript:alert(1)|click>', 'click'],
    [':white_check_mark: :no_such_emoji: 10:30:00', '✅ :no_such_emoji: 10:30:00'],
  ])('renders %s', (text, html) => {
    expect(render(text)).toBe(html);
  });

  it('renders links with their label', () => {
    expect(render('<https://x.example/?a=1&amp;b=2|a &amp; b>')).toBe(
      '<a href="https://x.example/?a=1&amp;b=2" target="_blank" rel="noreferrer noopener">a &amp; b</a>',
    );
  });
});

describe('renderDate', () => {
  const at = (format: string, timestamp: number) =>
    renderDate({ timestamp, format, fallback: 'then', timeZone: 'Asia/Kolkata', now });
  const today = now.getTime() / 1000;

  it.each([
    ['{date_num} {time}', 0, '2026-11-23 2:30 PM'],
    ['{date} {time_secs}', 0, 'November 23, 2026 2:30:00 PM'],
    ['{date_short_pretty}', -86_400, 'Yesterday'],
    ['on {date_long_pretty}', 86_400, 'On tomorrow'],
    ['{date_short_pretty}', -3 * 86_400, 'Nov 20, 2026'],
    ['{ago}', -600, '10 minutes ago'],
    ['{moon}', 0, 'then'],
  ])('renders %s', (format, offset, text) => {
    expect(at(format, today + offset)).toBe(text);
  });
});

describe('emojiFor', () => {
  it('knows the standard names', () => {
    expect(['rocket', 'x', 'hourglass_flowing_sand'].map(emojiFor)).toEqual(['🚀', '❌', '⏳']);
  });
});
