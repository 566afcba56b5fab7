import path from 'node:path';
import { type Environment, readEnvironment } from '../config/environment.ts';
import { type Database, environmentSettings } from '../config/schema.ts';
import { ConfigError } from '../domain/errors.ts';

/** Where `DATABASE_URL` leads. @throws ConfigError when nobody but the bot can look there */
export function databaseAddress(env: Environment, cwd: string): Database {
  const { name, mend } = environmentSettings.database;
  const { values, problems } = readEnvironment(env);
  if (!values.database) throw new ConfigError(problems.filter(({ setting }) => setting === name));
  const address = seenFrom(cwd, values.database);
  if (address) return address;
  throw new ConfigError([{ setting: name, problem: 'names a database in memory, which only the bot sees', mend }]);
}

/** The database as another process in that folder finds it; undefined when it cannot, as it is in memory. */
export function seenFrom(cwd: string, database: Database): Database | undefined {
  if (database.kind === 'postgres') return database;
  return database.path === ':memory:' ? undefined : { ...database, path: path.resolve(cwd, database.path) };
}
