/** A time in the life of an environment, as a region on Grafana's dashboards. */
export interface Annotation {
  readonly from: Date;
  readonly to: Date;
  /** With the times they say which annotation it is. */
  readonly tags: readonly string[];
  /** Plain words from anywhere; the adapter escapes them. */
  readonly text: string;
  readonly url?: string | undefined;
}

/** One mail. Both bodies say the same. */
export interface Mail {
  /** Unique by meaning: a mail that is sent again after an unknown outcome bears the same Message-ID. */
  readonly key: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** When it was written. */
  readonly at: Date;
}

/**
 * The places beside Slack that are told of what happens; one that is not set up is undefined. One try each, never
 * repeated by the adapter; a failure is an `OutsideError`.
 */
export interface AlsoTell {
  /** Adds the annotation, unless that very one is there already. */
  readonly annotate: ((annotation: Annotation) => Promise<void>) | undefined;
  readonly mail: ((mail: Mail) => Promise<void>) | undefined;
}
