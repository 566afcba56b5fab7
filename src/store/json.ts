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
  const value = withDates(parseJson(text, what));
  check(value, schema, what);
  // Not what the schema made of it: see above.
  return value as T;
}

/** Reads plain JSON (no dates) through a schema. */
export function decodeJson<T>(text: string, schema: z.ZodType<T>, what: string): T {
  return check(parseJson(text, what), schema, what);
}

/**
 * Puts the dates back in place. A reviver would do the same for a fourfold of the time, which every event pays that
 * changes a pipeline.
 */
function withDates(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isMarkedDate(value)) return new Date(value.$date);
  const parts = value as Record<string, unknown>;
  for (const key of Object.keys(parts)) parts[key] = withDates(parts[key]);
  return value;
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
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

function isMarkedDate(value: object): value is { readonly $date: string } {
  return '$date' in value && typeof value.$date === 'string';
}
