import { describe, expect, it } from 'vitest';
import { auditHead, parseAuditHead } from '../../src/domain/audit.ts';

const hash = 'ab'.repeat(32);

describe('parseAuditHead', () => {
  it('reads what auditHead writes', () => {
    expect(parseAuditHead(auditHead({ seq: 12, hash }))).toEqual({ seq: 12, hash });
    expect(parseAuditHead(` 12:${hash.toUpperCase()}\n`)).toEqual({ seq: 12, hash });
  });

  it.each(['', '12', `:${hash}`, `0:${hash}`, `-1:${hash}`, `12:${hash}0`, `12:${'z'.repeat(64)}`, `1.5:${hash}`])(
    'reads nothing else: %s',
    (text) => {
      expect(parseAuditHead(text)).toBeUndefined();
    },
  );
});
