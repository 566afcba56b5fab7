import type { z } from 'zod';
import { StoreError } from '../domain/errors.ts';

/** JSON text in which dates are marked, so that they come back as dates and no string is mistaken for one. */
export function encodeDocument(value: object): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key: string, plain: unknown): unknown {
    // `plain` is what Date.toJSON made of it; the date itself is still on the object.
    const original = this[key];
    return original instanceof Date ? { $date: original.toISOString() } : plain;
  });
}

/**
 * Reads a document back. The schema checks what it names; the value itself is kept as it was written, with the
 * fields that the schema does not name: a new field of a domain type must not be lost because nobody thought of here.
 */
export function decodeDocument<T>(text: string, schema: z.ZodType<T>, what: string): T {
  const value = parseJson(text, what, (_key, part) => (isMarkedDate(part) ? new Date(part.$date) : part));
  check(value, schema, what);
  // Not what the schema made of it: see above.
  return value as T;
}

/** Reads plain JSON (no dates) through a schema. */
export function decodeJson<T>(text: string, schema: z.ZodType<T>, what: string): T {
  return check(parseJson(text, what), schema, what);
}

function parseJson(text: string, what: string, revive?: (key: string, part: unknown) => unknown): unknown {
  try {
    return JSON.parse(text, revive);
  } catch (error) {
    throw new StoreError(`${what} is stored as something that is not JSON`, { cause: error, hint: damagedHint });
  }
}

function check<T>(value: unknown, schema: z.ZodType<T>, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new StoreError(`${what} is stored in a shape we do not know`, { cause: result.error, hint: damagedHint });
}

const damagedHint = 'Was the database changed by hand or by another version? Restore the last backup.';

function isMarkedDate(value: unknown): value is { readonly $date: string } {
  return typeof value === 'object' && value !== null && '$date' in value && typeof value.$date === 'string';
}
