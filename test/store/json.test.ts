import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { StoreError } from '../../src/domain/errors.ts';
import { decodeDocument, encodeDocument } from '../../src/store/json.ts';

const anything = z.looseObject({});

describe('documents', () => {
  it('come back as they were written, with their dates at any depth', () => {
    const date = fc.date({ noInvalidDate: true });
    const { tree } = fc.letrec((tie) => ({
      leaf: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), date),
      tree: fc.oneof(tie('leaf'), fc.array(tie('tree')), fc.dictionary(fc.string(), tie('tree'))),
    }));
    fc.assert(
      fc.property(fc.record({ at: date, tree }), (written) => {
        expect(decodeDocument(encodeDocument(written), anything, 'a document')).toEqual(written);
      }),
    );
  });

  it('keep a name that JavaScript gives a meaning of its own', () => {
    const text = '{"variables":{"__proto__":{"since":{"$date":"2026-01-02T03:04:05.000Z"}}}}';

    const read = decodeDocument(text, anything, 'a document');

    expect(encodeDocument(read)).toBe(text);
  });

  it('that are damaged say so, and which', () => {
    expect(() => decodeDocument('{', anything, 'plan 7')).toThrow(StoreError);
    expect(() => decodeDocument('[]', anything, 'plan 7')).toThrow('plan 7 is stored in a shape we do not know');
  });
});
