import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { configJsonSchema } from '../config/json-schema.ts';

// `npm run schema`: for editors, compared with the declaration by a test.
const file = path.join(import.meta.dirname, '../../docs/chatops.schema.json');
writeFileSync(file, `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
