import { parseEnv } from 'node:util';
import { InvariantError } from '../../domain/errors.ts';

/** A `.env` file as it is to be. */
export interface MergedEnv {
  readonly text: string;
  /** Names whose value was another before. */
  readonly replaced: readonly string[];
}

/** Puts values into the text of a `.env` file; every other line stays as it is. */
export function mergeEnv(text: string, values: Readonly<Record<string, string>>): MergedEnv {
  const before = parseEnv(text);
  const replaced = Object.keys(values).filter((name) => before[name] && before[name] !== values[name]);
  const changed = Object.entries(values).filter(([name, value]) => before[name] !== value);
  let merged = text;
  for (const [name, value] of changed) merged = setLine(merged, name, `${name}=${quote(value)}`);
  const after = parseEnv(merged);
  for (const [name, value] of Object.entries({ ...before, ...values })) {
    if (after[name] !== value) throw new InvariantError(`${name} would not be read back from .env as it was given`);
  }
  return { text: merged, replaced };
}

/** In the place of the line that sets it (the last one counts for readers, so all go), else at the end. */
function setLine(text: string, name: string, line: string): string {
  const isSetting = new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`);
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const at = lines.findIndex((each) => isSetting.test(each));
  if (at < 0) return `${[...lines, line].join('\n')}\n`;
  return `${lines.flatMap((each, index) => (index === at ? [line] : isSetting.test(each) ? [] : [each])).join('\n')}\n`;
}

function quote(value: string): string {
  if (/^[\w.:/@+=,-]*$/.test(value)) return value;
  return value.includes("'") ? `"${value}"` : `'${value}'`;
}
