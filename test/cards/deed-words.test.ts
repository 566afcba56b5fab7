import { describe, expect, it } from 'vitest';
import { notSpoken } from '../../src/cards/deed-words.ts';

describe('notSpoken', () => {
  it('reads as a sentence what puts a plan away', () => {
    expect(notSpoken('Roll back production to v1.3.0')).toBe('Do not roll back production to v1.3.0');
    expect(notSpoken('Start and deploy: v1.5.0 to staging')).toBe('Do not start and deploy: v1.5.0 to staging');
  });
});
