import type { QueryAnswer } from '../../domain/canary.ts';
import type { ProbeRule } from '../../domain/check-rules.ts';
import type { LiveVersion } from '../../domain/verification.ts';

/** Where the readings of a canary come from. Whatever goes wrong is an answer too: none of them is a healthy one. */
export interface Prometheus {
  /** The value of a PromQL expression now. */
  query(promql: string): Promise<QueryAnswer>;
}

/** Asks a deployed service which version it is. Whatever goes wrong is an answer too. */
export interface ReadLiveVersion {
  (at: Pick<ProbeRule, 'url' | 'field'>): Promise<LiveVersion>;
}
