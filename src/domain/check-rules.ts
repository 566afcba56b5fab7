/** How a canary is watched: a PromQL query whose answer must stay on the right side of a limit. */
export interface WatchRule {
  readonly query: string;
  /** PromQL for the number of requests that the reading is made of. */
  readonly requests?: string | undefined;
  /** Bad is what is above this, … */
  readonly above?: number | undefined;
  /** … or what is below that. */
  readonly below?: number | undefined;
  /** Good readings are needed for so long. */
  readonly forMs: number;
  readonly everyMs: number;
  /** A reading made of fewer requests says nothing. */
  readonly minRequests: number;
}

/** What happens between the canary of an environment and the environment itself. */
export interface CanaryRule {
  /** Undefined: the pipeline's own job watches, or nobody. */
  readonly watch?: WatchRule | undefined;
  /** A person is asked before the version goes on. */
  readonly asks: boolean;
}

/** An address that says which version runs: its JSON has the version in `field`. */
export interface ProbeRule {
  readonly url: string;
  /** `version`, or `build.version` for one inside of another. */
  readonly field: string;
  readonly withinMs: number;
  readonly everyMs: number;
}

/** How it is found out whether a deployment is good: by jobs of the pipeline, by an address, or both. */
export interface VerifyRule {
  /** Names of jobs, where the pipeline's own graph does not say which verify. */
  readonly jobs?: readonly string[] | undefined;
  readonly probe?: ProbeRule | undefined;
}
