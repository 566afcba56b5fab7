import type { Job } from './job.ts';

/** What a job is for, as far as a reader of a release wants to know. */
export type JobKind = 'test' | 'scanner' | 'other';

const scanner =
  /(^|[-_ :/])(sast|dast|iast|scan|scans|scanner|scanning|secrets?|trivy|grype|snyk|semgrep|gitleaks|bandit|security|vulnerabilit(y|ies)|dependency|licen[cs]e|container_scanning|code_?ql|fuzz(ing)?|audit)([-_ :/]|$)/i;
const test =
  /(^|[-_ :/])(tests?|unit|integration|e2e|rspec|jest|pytest|spec|specs|cypress|playwright|verify)([-_ :/]|$)/i;

/** Tells a job's kind by its name, else by its stage: nothing in GitLab says it. */
export function jobKind({ name, stage }: Pick<Job, 'name' | 'stage'>): JobKind {
  for (const words of [name, stage]) {
    if (scanner.test(words)) return 'scanner';
    if (test.test(words)) return 'test';
  }
  return 'other';
}
