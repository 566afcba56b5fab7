import { maskSecrets } from '../log/mask.ts';
import { explain } from './exit.ts';

/** What the process says before it ends: why, and with the secrets masked, since an error may quote what it was given. */
export function lastWords(error: unknown, secrets: readonly string[]): string {
  return `${maskSecrets(explain(error), secrets)}\n`;
}
