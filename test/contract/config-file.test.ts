import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigFile } from '../../src/config/file-schema.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { read } from './repository.ts';

/** Every key that a schema declares, as `projects.channels.id`; names that people choose are left out. */
function declaredKeys(schema: unknown, base: readonly string[] = []): readonly string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return declaredKeys(schema.unwrap(), base);
  if (schema instanceof z.ZodArray) return declaredKeys(schema.element, base);
  if (schema instanceof z.ZodRecord) return declaredKeys(schema.valueType, base);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([key, inner]) => [
    [...base, key].join('.'),
    ...declaredKeys(inner, [...base, key]),
  ]);
}

/** The keys of an example, in the same form. */
function writtenKeys(value: unknown, base: readonly string[] = []): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each) => writtenKeys(each, base));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const path = [...base, key];
    // Below these people choose the names.
    const inside = ['environments', 'users'].includes(key) ? Object.values(inner as object) : [inner];
    return [path.join('.'), ...inside.flatMap((each: unknown) => writtenKeys(each, path))];
  });
}

const section =
  read('README.md')
    .split(/^## /m)
    .find((part) => part.startsWith('chatops.yml\n')) ?? '';
const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(section) ?? [];

describe('chatops.yml', () => {
  it('is shown in the README with every key that there is', () => {
    // `defaults` take the keys of projects, which the example shows at a project.
    const declared = declaredKeys(ConfigFile).filter((key) => !key.startsWith('defaults.'));
    const written = new Set(writtenKeys(parse(example)).filter((key) => !key.startsWith('defaults.')));

    expect([...written].toSorted()).toEqual([...new Set(declared)].toSorted());
  });

  it('has a JSON Schema that is up to date: npm run schema', () => {
    expect(JSON.parse(read('docs/chatops.schema.json'))).toEqual(configJsonSchema());
  });
});
