import type { z } from 'zod';
import type { Setting } from '../../config/schema.ts';
import { UsageError } from '../../domain/errors.ts';

/**
 * Reads an answer by the rules of the setting that will hold it. What was given is never quoted: it may be a secret.
 * @throws UsageError
 */
export function readSetting<Value>(
  setting: Setting & { readonly type: z.ZodType<Value, string> },
  text: string,
): Value {
  const read = setting.type.safeParse(text.trim());
  if (text.trim() !== '' && read.success) return read.data;
  const problem = text.trim() === '' ? 'is empty' : (read.error?.issues[0]?.message ?? 'cannot be read');
  throw new UsageError(`${setting.name} ${problem}.`, { hint: `${setting.mend}.` });
}
