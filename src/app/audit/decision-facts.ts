import { createHash } from 'node:crypto';
import type { AuditEntry } from '../../domain/audit.ts';
import { policyText } from '../../domain/policy-text.ts';
import type { ProjectRules } from '../../domain/project.ts';
import type { Settings } from '../ports.ts';

/** What a decision was about, as far as it is known. */
type Decided = Pick<AuditEntry, 'project' | 'environment' | 'pipelineId' | 'jobId' | 'url'>;

/** What the audit says of a decision beside who, what and why: by which rules, and the page of GitLab to look at. */
export function decisionFacts(
  about: Decided,
  settings: Pick<Settings, 'rulesFor' | 'gitlabUrl'>,
): Pick<AuditEntry, 'policy' | 'url'> {
  const { project, environment } = about;
  const rules = project === undefined ? undefined : settings.rulesFor(project);
  return {
    policy: rules && environment !== undefined ? policyHash(rules, environment) : undefined,
    url: about.url ?? pageOf(about, settings),
  };
}

/** SHA-256, hex, of `policyText`: the name under which the audit knows the rules of an environment. */
export function policyHash(rules: ProjectRules, environment: string): string {
  return createHash('sha256').update(policyText(rules, environment)).digest('hex');
}

function pageOf({ project, pipelineId, jobId }: Decided, { gitlabUrl }: Pick<Settings, 'gitlabUrl'>) {
  if (project === undefined) return undefined;
  if (jobId !== undefined) return `${gitlabUrl}/${project}/-/jobs/${jobId}`;
  return pipelineId === undefined ? `${gitlabUrl}/${project}` : `${gitlabUrl}/${project}/-/pipelines/${pipelineId}`;
}
