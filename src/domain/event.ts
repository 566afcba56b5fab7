import type { Deployment } from './deployment.ts';
import type { Job } from './job.ts';
import type { PipelineFacts, Upstream } from './pipeline.ts';
import type { ProjectRef } from './project.ts';
import type { TagNews } from './tag-news.ts';

/**
 * Something that happened in GitLab, whoever told us: a webhook (may be late, doubled, out of order, built from an
 * older state) or our own poll (the truth of the moment `observedAt`, when the request was begun).
 */
export type DomainEvent = PipelineObserved | JobChanged | DeploymentChanged;

/** A pipeline with the latest instance of each of its jobs. */
export interface PipelineObserved {
  readonly kind: 'pipeline';
  readonly pipeline: PipelineFacts;
  readonly jobs: readonly Job[];
  /** Set by the poll only. */
  readonly observedAt?: Date | undefined;
}

/** One job moved. It may be the first we hear of its pipeline. */
export interface JobChanged {
  readonly kind: 'job';
  readonly project: ProjectRef;
  readonly pipelineId: number;
  readonly ref: string;
  readonly tag: boolean;
  readonly sha: string;
  readonly upstream?: Upstream | undefined;
  readonly commitTitle?: string | undefined;
  readonly commitAuthor?: string | undefined;
  readonly job: Job;
}

/** A deployment moved. Hooks carry no pipeline id and no full sha. */
export interface DeploymentChanged {
  readonly kind: 'deployment';
  readonly project: ProjectRef;
  readonly deployment: Deployment;
}

/** Somebody approved or rejected in GitLab, says whoever sent it: what GitLab says is looked at next. */
export interface ApprovalNews {
  readonly kind: 'approval';
  readonly project: ProjectRef;
  readonly jobId: number | undefined;
}

/** Why a delivery that is well formed leads to nothing. */
export type IgnoreReason = 'unknown_kind' | 'template_body' | 'not_watched' | 'deleted_ref';

/** What a webhook body was read as. */
export type DecodedDelivery =
  | { readonly kind: 'event'; readonly event: DomainEvent }
  | { readonly kind: 'tag_news'; readonly news: TagNews }
  | { readonly kind: 'approval_news'; readonly news: ApprovalNews }
  | { readonly kind: 'ignored'; readonly reason: IgnoreReason }
  | { readonly kind: 'malformed'; readonly problem: string };
