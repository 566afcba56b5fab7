/** What the page needs of the service that is deployed: how it can be made to behave. */
export interface ServiceSide {
  readonly switches: readonly {
    readonly name: string;
    readonly label: string;
    /** The first is how it is when all is well. */
    readonly modes: readonly string[];
    readonly set: (mode: string) => void;
  }[];
}
