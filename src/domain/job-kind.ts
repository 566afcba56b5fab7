import type { Job } from './job.ts';

/** What a job is for, as far as a reader of a release wants to know. */
export type JobKind = 'test' | 'scanner' | 'other';

const scanner =
  /(^|[-_ :/])(sast|dast|iast|scan|scans|scanner|scanning|secrets?|trivy|grype|snyk|semgrep|gitleaks|bandit|security|vulnerabilit(y|ies)|dependency|licen[cs]e|container_scanning|code_?ql|fuzz(ing)?|audit)([-_ :/]|$)/i;
const test = /(^|[-_ :/])(tests?|unit|integration|e2e|rspec|jest|pytest|spec|specs|cypress|playwright)([-_ :/]|$)/i;

/** A stage of that name also has jobs that clean up or roll back, so only the job's own name counts. */
const verification = /(^|[-_ :/])verify([-_ :/]|$)/i;

/** Tells a job's kind by its name, else by its stage: nothing in GitLab says it. */
export function jobKind({ name, stage }: Pick<Job, 'name' | 'stage'>): JobKind {
  if (scanner.test(name)) return 'scanner';
  if (test.test(name) || verification.test(name)) return 'test';
  if (scanner.test(stage)) return 'scanner';
  return test.test(stage) ? 'test' : 'other';
}
