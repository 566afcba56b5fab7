import { z } from 'zod';
import { ConfigFile } from './file-schema.ts';

/** The JSON Schema of `chatops.yml` for editors, made from its declaration. What only our own check knows is left out. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...rest } = z.toJSONSchema(ConfigFile, {
    io: 'input',
    override({ jsonSchema }) {
      // What to write instead is what an editor shows beside a key.
      const { mend } = jsonSchema;
      delete jsonSchema['mend'];
      if (typeof mend === 'string') jsonSchema.description ??= mend;
    },
  });
  // Through JSON once, so that what is compared is what is written.
  return JSON.parse(JSON.stringify({ $schema, title: 'chatops.yml', ...rest })) as Record<string, unknown>;
}
