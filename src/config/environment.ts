import type { ConfigProblem } from '../domain/errors.ts';
import { decodePart } from './mail-server.ts';
import { environmentSettings, type ProcessSettings, type Setting } from './schema.ts';

/** Environment variables as the process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What was read, and everything that is wrong with it. `values` is complete only when `problems` is empty. */
export interface ReadEnvironment {
  readonly values: Partial<ProcessSettings>;
  readonly secrets: readonly string[];
  readonly problems: readonly ConfigProblem[];
}

/** Reads every declared variable. An empty one counts as absent, as `.env` files often have them. */
export function readEnvironment(env: Environment): ReadEnvironment {
  const values: Record<string, unknown> = {};
  const secrets: string[] = [];
  const problems: ConfigProblem[] = [];
  for (const [key, setting] of Object.entries<Setting>(environmentSettings)) {
    const given = textOf(env, setting.name) ?? setting.default;
    if (given === undefined) {
      values[key] = undefined;
      problems.push(...absence(env, setting));
      continue;
    }
    secrets.push(...(setting.secret ? secretsIn(setting, given) : passwordsIn(given)));
    const read = setting.type.safeParse(given);
    if (read.success) values[key] = read.data;
    else problems.push(...read.error.issues.map(({ message }) => problemOf(setting, given, message)));
  }
  return { values, secrets, problems };
}

/** Tokens are pasted, often with a line break behind them. */
function textOf(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

function absence(env: Environment, setting: Setting): readonly ConfigProblem[] {
  const { name, mend, optional, requiredUnless, requiredWith } = setting;
  if (requiredWith !== undefined && textOf(env, requiredWith) !== undefined) {
    return [{ setting: name, problem: `is not set, and ${requiredWith} needs it`, mend }];
  }
  if (optional) return [];
  if (requiredUnless === undefined) return [{ setting: name, problem: 'is not set', mend }];
  if (textOf(env, requiredUnless) !== undefined) return [];
  return [{ setting: name, problem: `is not set, and neither is ${requiredUnless}`, mend }];
}

/** Logs show one value of a list, never the whole, and of an address its password alone. */
function secretsIn({ list }: Setting, given: string): readonly string[] {
  if (!list) return [given, ...passwordsIn(given)];
  return given
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

/** As it was typed and as the server knows it. */
function passwordsIn(given: string): readonly string[] {
  const password = URL.canParse(given) ? new URL(given).password : '';
  return password === '' ? [] : [...new Set([password, decodePart(password)])];
}

function problemOf(setting: Setting, given: string, message: string): ConfigProblem {
  // An address may hold a password where the setting is no secret as a whole.
  const shown = setting.secret || given.includes('@') ? '' : ` (it is \`${given}\`)`;
  return { setting: setting.name, problem: message + shown, mend: setting.mend };
}
