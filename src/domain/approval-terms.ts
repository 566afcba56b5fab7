import type { Deed } from './plan.ts';
import { environmentRule, type ProjectRules } from './project.ts';
import type { RouteStep } from './release.ts';

/** How an environment's approvals are given, every default filled in. */
export interface ApprovalTerms {
  readonly required: number;
  /** GitLab roles, `@gitlab-user`, Slack users and groups. */
  readonly approvers: readonly string[];
  /** The channels that requests go to; empty: the deployment's thread. */
  readonly ask: readonly string[];
  /** Whoever asks for the deploy may approve it. */
  readonly self: boolean;
  /** Authors of what ships may approve it. */
  readonly authors: boolean;
  readonly expiresMs: number;
}

const hourMs = 3_600_000;

/** What approvals of ours a deed needs in an environment; undefined: none. */
export function approvalTerms(rules: ProjectRules, environment: string, kind: Deed['kind']): ApprovalTerms | undefined {
  const rule = environmentRule(rules, environment);
  const said = rule?.approvals;
  const required = (kind === 'rollback' ? rule?.rollback?.approvals : said?.required) ?? 0;
  if (required < 1) return undefined;
  return {
    required,
    approvers: said?.approvers ?? ['maintainer'],
    ask: said?.ask ?? [],
    self: said?.self ?? false,
    authors: said?.authors ?? true,
    expiresMs: said?.expires ?? 4 * hourMs,
  };
}

/**
 * The steps with an approval right before each that writes to an environment which asks for one. `target`: the job that
 * starts the deed's own environment, whose real name its declaration may not hold.
 */
export function withApprovals(
  steps: readonly RouteStep[],
  about: {
    readonly rules: ProjectRules;
    readonly kind: Deed['kind'];
    readonly target: { readonly job: string; readonly environment: string };
  },
): readonly RouteStep[] {
  return steps.flatMap((step): readonly RouteStep[] => {
    const { job } = step;
    const environment = job === about.target.job ? about.target.environment : step.environment;
    const terms =
      (step.kind === 'play' || step.kind === 'retry') && environment !== undefined
        ? approvalTerms(about.rules, environment, about.kind)
        : undefined;
    return terms ? [{ kind: 'approve', job, environment, approval: terms }, step] : [step];
  });
}
