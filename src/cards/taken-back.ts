import type { JobRollback } from '../domain/environment-record.ts';
import { bold, type Phrase, say, time } from '../domain/phrase.ts';
import { literal } from './literal.ts';

/** That a rollback job ran there since the last deployment: GitLab's list of deployments does not know of it. */
export function takenBackWords(environment: string, { at, version }: JobRollback): Phrase {
  const to = version === undefined ? 'and which version it runs is unconfirmed' : say`to ${bold(literal(version, 60))}`;
  return say`A rollback job took ${bold(literal(environment, 60))} back ${time(at)}, ${to}.`;
}

/** The same as a part of the environment's line. */
export function takenBackPart({ at, version }: JobRollback): Phrase {
  const to = version === undefined ? 'version unconfirmed' : say`to ${bold(literal(version, 60))}`;
  return say`rolled back by a job ${time(at)}, ${to}`;
}
