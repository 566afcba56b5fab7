import { describe, expect, it } from 'vitest';
import type { Card } from '../../src/cards/card.ts';
import { checkMessage } from '../../src/sandbox/slack-server/block-limits.ts';
import { asRead, buttonsOf, shownTexts } from './as-read.ts';
import { everyCard } from './every-card.ts';
import { cardsSaying } from './hostile-cards.ts';

/** Slack refuses messages somewhat above 13 000 characters of blocks, wherever the single limits lie. */
const maxBlocksSize = 12_000;

describe.each(Object.entries(everyCard))('the card "%s"', (_, card) => {
  it('reads like this', () => {
    expect(asRead(card)).toMatchSnapshot();
  });

  it('keeps to the limits of Slack', () => {
    expect(checkMessage({ ...card })).toEqual([]);
  });

  it('has a whole sentence as its text', () => {
    expect(card.text).toMatch(/^\S.*[.?]$/u);
    expect(card.text).not.toMatch(/<(?!(?:[@#]|!subteam\^)[A-Z0-9]+>)|:\w+:|undefined|\[object/u);
  });

  it('says every shape in words as well', () => {
    const lines = asRead(card).split('\n');
    for (const line of lines.filter((line) => line.includes(':'))) {
      expect(line.replace(/:[a-z_]+:/gu, '')).toMatch(/\p{L}{2}/u);
    }
  });

  it('names version and environment in what a screen reader says of its buttons', () => {
    for (const button of buttonsOf(card).filter(({ action_id }) => /^(plan|operation|gate)_/u.test(action_id ?? ''))) {
      expect(button.accessibility_label).toMatch(/v1\.4\.0/u);
      expect(button.accessibility_label).toMatch(/production|review\/cart/u);
    }
  });
});

describe.each([
  ['mentions', '<!channel> <!here> <@U0RAJ> <!subteam^S0OPS> @everyone #general'],
  ['markup', '*x* _y_ ~z~ `code` ```block``` > quote & <https://evil.example|Approve>'],
  ['a page', 'https://evil.example/<!channel>|x'],
  ['a script page', 'javascript:alert(1)'],
  ['5000 characters', 'x'.repeat(5000)],
  ['5000 characters that grow when escaped', '&'.repeat(5000)],
  ['a long page', `https://example.com/${'a/'.repeat(2500)}`],
  ['emoji', '👩‍👩‍👧‍👦🚀'.repeat(700)],
  ['half an emoji', `${'x'.repeat(118)}\ud83d`],
  ['marks that turn the direction', 'v1.4.0\u202e0.4.1v\u2066\u2069 עברית'],
  ['line feeds and control characters', 'a\r\n\u0000\u001b[31mb\u2028c\tdef'],
  ['JSON', '{"projectId":1}","x":"'],
  ['nothing', ''],
  ['spaces', '   '],
])('outside text with %s', (_, outside) => {
  const cards = cardsSaying(outside);

  it.each(Object.entries(cards))('stays literal in %s', (_, card) => {
    expect(mentions(card)).toEqual([]);
    expect(card.text).not.toMatch(/[<>]/u);
    expect(shownTexts(card).join('').replaceAll('\n', '')).not.toMatch(
      /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u,
    );
    expect([card.text, ...shownTexts(card)].every((text) => text.isWellFormed())).toBe(true);
    expect(JSON.stringify(card.blocks)).not.toMatch(/"type":"(mrkdwn|broadcast|usergroup)"|"url":"(?!https:)/u);
  });

  it.each(Object.entries(cards))('keeps %s within the limits', (_, card) => {
    expect(checkMessage({ ...card })).toEqual([]);
    expect(card.text.length).toBeLessThanOrEqual(4000);
    expect(JSON.stringify(card.blocks).length).toBeLessThan(maxBlocksSize);
  });
});

function mentions(card: Card): readonly string[] {
  return JSON.stringify(card.blocks).match(/"(user_id|channel_id|usergroup_id)":"[^"]*"/gu) ?? [];
}
