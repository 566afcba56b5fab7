import type { JobOutcomes, Outcomes } from '../domain/job-outcomes.ts';
import { code, join, type Phrase, say } from '../domain/phrase.ts';
import { literal } from './literal.ts';

/** A plan stays short: the form of *What ships* has all names. */
const maxNames = 3;

/** `Tests: 4 passed · Scanners: 1 failed (trivy-scan) · Coverage: 84.2 %`; nothing where a pipeline found out nothing. */
export function outcomesLine({ tests, scanners, optionalFailed }: JobOutcomes, coverage: number | undefined): Phrase {
  const parts = [
    kindWords('Tests', tests),
    kindWords('Scanners', scanners),
    coverage === undefined ? [] : say`Coverage: ${percent(coverage)}`,
    optionalFailed.length === 0 ? [] : say`Failed, and allowed to: ${names(optionalFailed)}`,
  ].filter((part) => part.length > 0);
  return join(parts, ' · ');
}

/** In percent, as GitLab's pages show it. */
export function percent(coverage: number): string {
  return `${Math.round(coverage * 10) / 10} %`;
}

function kindWords(heading: string, { passed, failed, open }: Outcomes): Phrase {
  const parts = [
    failed.length > 0 ? say`${failed.length} failed (${names(failed)})` : [],
    passed.length > 0 ? say`${passed.length} passed` : [],
    open.length > 0 ? say`${open.length} not run` : [],
  ].filter((part) => part.length > 0);
  return parts.length === 0 ? [] : say`${heading}: ${join(parts, ', ')}`;
}

function names(all: readonly string[]): Phrase {
  const told = all.slice(0, maxNames).map((name) => code(literal(name, 60)));
  const left = all.length - told.length;
  return join(left > 0 ? [...told, `and ${left} more`] : told, ', ');
}
