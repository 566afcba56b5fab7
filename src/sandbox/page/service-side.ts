/** What can be switched on the page beside Slack and GitLab: how the deployed service behaves, and what else there is. */
export interface ServiceSide {
  readonly switches: readonly {
    readonly name: string;
    readonly label: string;
    /** The first is how it is when all is well. */
    readonly modes: readonly string[];
    /** Settled once it is so. */
    readonly set: (mode: string) => void | Promise<void>;
  }[];
}
