import { describe, expect, it } from 'vitest';
import { renderLines, renderText } from '../../src/cards/phrase-blocks.ts';
import { bold, code, link, say, time, user } from '../../src/domain/phrase.ts';

const when = new Date('2026-11-23T14:05:00Z');

describe('renderLines', () => {
  it('turns each kind of segment into its element, in one section', () => {
    const line = say`${user('U0ANN')} deploys ${bold('v1.4.0')} with ${code('deploy-prod')}, ${link('page', 'https://example.com')} ${time(when)}`;

    expect(renderLines([line])).toEqual({
      type: 'rich_text',
      elements: [
        {
          type: 'rich_text_section',
          elements: [
            { type: 'user', user_id: 'U0ANN' },
            { type: 'text', text: ' deploys ' },
            { type: 'text', text: 'v1.4.0', style: { bold: true } },
            { type: 'text', text: ' with ' },
            { type: 'text', text: 'deploy-prod', style: { code: true } },
            { type: 'text', text: ', ' },
            { type: 'link', url: 'https://example.com', text: 'page' },
            { type: 'text', text: ' ' },
            {
              type: 'date',
              timestamp: 1795442700,
              format: '{date_short_pretty} {time}',
              fallback: '2026-11-23T14:05:00.000Z',
            },
          ],
        },
      ],
    });
  });

  it('ends a line that is far too long with an ellipsis', () => {
    const [section] = renderLines([Array.from({ length: 50 }, () => 'twenty characters, ')]).elements;

    const shown = JSON.stringify(section);
    expect(shown).toContain('characters, …"');
    expect(shown.length).toBeLessThan(700);
  });

  it('puts the excerpt below as preformatted text', () => {
    const block = renderLines([['Failed.']], ['\tE  assert <b>', 'done']);

    expect(block.elements[1]).toEqual({
      type: 'rich_text_preformatted',
      elements: [{ type: 'text', text: '  E  assert <b>\ndone' }],
    });
  });
});

describe('renderText', () => {
  it('escapes what Slack would read as markup, and leaves mentions of known ids', () => {
    expect(renderText(say`${user('U0ANN')}: ${'<!channel> & co'}, ${time(when)}`)).toBe(
      '<@U0ANN>: &lt;!channel&gt; &amp; co, 2026-11-23 14:05 UTC',
    );
  });

  it('names nobody where the id is none', () => {
    expect(renderText(say`${user('U1> <!channel')} left.`)).toBe('somebody left.');
  });
});
