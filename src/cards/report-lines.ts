import { code, join, type Phrase, say } from '../domain/phrase.ts';
import type { Coverage, PipelineReport, TestCounts } from '../domain/test-report.ts';
import { literal } from './literal.ts';

const maxNameChars = 100;
const maxUnreadable = 3;

/** What the jobs of a pipeline reported, below the news of its end. Nothing where nothing was reported. */
export function reportLines(report: PipelineReport | undefined): readonly Phrase[] {
  if (!report) return [];
  const { tests, coverage, failing } = report;
  const counted = [
    ...(tests && tests.total > 0 ? [countsInWords(tests)] : []),
    ...(coverage ? [`coverage ${coverageInWords(coverage)}`] : []),
  ].join(' · ');
  return [
    // A sentence of its own begins with a capital.
    counted === '' ? [] : [counted.charAt(0).toUpperCase() + counted.slice(1)],
    ...(tests && tests.unreadable.length > 0 ? [unreadableLine(tests.unreadable)] : []),
    ...failingLines(failing, tests?.failed ?? 0),
  ];
}

/** `412 tests: 3 failed, 2 skipped`. */
export function countsInWords({ total, failed, skipped }: TestCounts): string {
  const tests = total === 1 ? '1 test' : `${total} tests`;
  if (failed === 0 && skipped === 0) return `${tests} passed`;
  const parts = [failed > 0 ? `${failed} failed` : 'none failed', ...(skipped > 0 ? [`${skipped} skipped`] : [])];
  return `${tests}: ${parts.join(', ')}`;
}

/** `84.2 % (−1.3 since main)`. */
export function coverageInWords({ percent, change }: Coverage): string {
  const shown = `${percent.toFixed(1)} %`;
  if (!change) return shown;
  const points = Math.abs(change.points).toFixed(1);
  const ref = literal(change.ref, 60);
  if (points === '0.0') return `${shown} (as on ${ref})`;
  return `${shown} (${change.points < 0 ? '−' : '+'}${points} since ${ref})`;
}

function unreadableLine(suites: readonly string[]): Phrase {
  const named = suites.slice(0, maxUnreadable).map((suite) => literal(suite, 60) || 'a job');
  const left = suites.length - named.length;
  const more = left > 0 ? ` and ${left} more` : '';
  return say`GitLab could not read the test report of ${join(named, ', ')}${more}.`;
}

/** One line each; without names where GitLab gave none. */
function failingLines(failing: readonly string[], failed: number): readonly Phrase[] {
  const named = failing.map((name) => say`• ${code(literal(name, maxNameChars).trim() || 'a test without a name')}`);
  const left = failed - named.length;
  return named.length > 0 && left > 0 ? [...named, say`and ${left} more`] : named;
}
