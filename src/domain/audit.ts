import type { Actor, Person } from './actor.ts';
import type { GateAnswer } from './gates.ts';

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
  /** The Slack channel it came from, and the thread. */
  readonly channel?: string | undefined;
  readonly threadTs?: string | undefined;
  readonly url?: string | undefined;
  /** Who did in GitLab what was observed there; known to us in Slack or not. */
  readonly observed?: Person | undefined;
  /** The version that an operation leaves, and its commit. */
  readonly fromVersion?: string | undefined;
  readonly fromSha?: string | undefined;
  /** The rules that the decision rests on: see `policyText`. */
  readonly policy?: string | undefined;
  /** Why gates of ours were overridden, in the person's own words. */
  readonly override?: string | undefined;
  /** What each gate said when it was decided. */
  readonly checks?: Checks | undefined;
  /** SHA-256 of `chatops.yml` before and after it changed. */
  readonly configBefore?: string | undefined;
  readonly configAfter?: string | undefined;
}

/**
 * What the gates said that were asked, by their names; of another environment on the way `<gate>@<environment>`.
 * `later`: others have to agree first.
 */
export type Checks = Readonly<Record<string, GateAnswer['answer'] | 'later'>>;

/** A place in the chain: who keeps the newest elsewhere can later prove that nothing up to there was changed. */
export interface AuditHead {
  /** 1 for the first entry; none is left out. */
  readonly seq: number;
  /** SHA-256, hex, over the entry's number, the hash before it and its text: it vouches for all before it. */
  readonly hash: string;
}

/** An entry with its place in the chain. */
export interface RecordedEntry extends AuditHead {
  readonly entry: AuditEntry;
}

/** `<seq>:<hash>`, as log lines have it. */
export function auditHead({ seq, hash }: AuditHead): string {
  return `${seq}:${hash}`;
}

/** Reads what `auditHead` wrote; undefined when it is something else. */
export function parseAuditHead(text: string): AuditHead | undefined {
  const [, seq, hash] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/i.exec(text.trim()) ?? [];
  return seq === undefined || hash === undefined ? undefined : { seq: Number(seq), hash: hash.toLowerCase() };
}
