import type { Actor, Person } from './actor.ts';

/** What is recorded of each command and decision. Never a secret, never a variable's value. */
export interface AuditEntry {
  readonly at: Date;
  readonly actor: Actor | 'chatops';
  /** `deploy`, `deploy.confirm`, `job.play`, `operation.end`, … */
  readonly action: string;
  /** `intended` is written before a call to GitLab leaves, its outcome after. */
  readonly outcome: 'allowed' | 'refused' | 'intended' | 'succeeded' | 'failed' | 'unknown' | 'no_op';
  readonly reason?: string | undefined;
  readonly project?: string | undefined;
  readonly environment?: string | undefined;
  readonly version?: string | undefined;
  readonly sha?: string | undefined;
  readonly pipelineId?: number | undefined;
  readonly jobId?: number | undefined;
  readonly planId?: string | undefined;
  readonly operationId?: string | undefined;
  /** The Slack channel it came from. */
  readonly channel?: string | undefined;
  readonly url?: string | undefined;
  /** Who did in GitLab what was observed there; known to us in Slack or not. */
  readonly observed?: Person | undefined;
  /** SHA-256 of `chatops.yml` before and after it changed. */
  readonly configBefore?: string | undefined;
  readonly configAfter?: string | undefined;
}
