import { describe, expect, it } from 'vitest';
import { renderJobLog } from '../../src/cards/job-log.ts';
import { asRead } from './as-read.ts';
import { project, unitTests } from './builders.ts';

describe('renderJobLog', () => {
  it('keeps the last lines when they are too many for one message', () => {
    const lines = Array.from({ length: 60 }, (_, index) => `${index} ${'"'.repeat(190)}`);

    const card = renderJobLog({ project, job: unitTests, lines });

    expect(JSON.stringify(card.blocks).length).toBeLessThan(12_000);
    expect(asRead(card)).toContain('59 "');
    expect(asRead(card)).not.toContain('\n0 "');
  });

  it('says so where there is no log', () => {
    expect(asRead(renderJobLog({ project, job: unitTests, lines: [] }))).toContain('GitLab has no log of');
  });
});
