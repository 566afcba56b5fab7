import { describe, expect, it } from 'vitest';
import { readBlocks } from '../../../src/app/messages/read-blocks.ts';
import { buildCard } from '../../../src/cards/card.ts';
import { bold, code, link, say, time, user } from '../../../src/domain/phrase.ts';
import { everyCard } from '../../cards/every-card.ts';
import { at } from '../../support/builders.ts';

describe('readBlocks', () => {
  it('reads back what a card was made of, without its shapes and buttons', () => {
    const lines = [
      say`${user('U0ANN')} took ${bold('v1.4.0')} to production.`,
      say`${code('deploy-prod')} · ${link('Log', 'https://gitlab.example.com/-/jobs/9')} · ${time(at(0))}`,
    ];
    const button = { label: 'Log', spoken: 'Log', actionId: 'job_log', value: '9' };

    const { blocks } = buildCard({
      spoken: ['x'],
      lines,
      excerpt: ['one', 'two'],
      buttons: [button],
      small: 'Code: x',
    });

    expect(readBlocks(JSON.parse(JSON.stringify(blocks)) as readonly unknown[])).toEqual([
      { kind: 'lines', lines },
      { kind: 'log', text: 'one\ntwo' },
      { kind: 'lines', lines: [['Code: x']] },
    ]);
  });

  it.each(Object.entries(everyCard))('reads the card: %s', (_name, card) => {
    const parts = readBlocks(card.blocks);

    expect(parts[0]).toMatchObject({ kind: 'lines' });
    expect(JSON.stringify(parts)).not.toContain('undefined');
  });
});
