/** What GitLab counted in the test reports of a pipeline. A test that ended in an error has failed. */
export interface TestCounts {
  readonly total: number;
  readonly failed: number;
  readonly skipped: number;
  /** Jobs whose report GitLab could not read. */
  readonly unreadable: readonly string[];
}

/** How much of the code the tests of a pipeline reach. */
export interface Coverage {
  readonly percent: number;
  /** The difference, in percentage points, to an earlier pipeline that passed on `ref`. */
  readonly change?: { readonly points: number; readonly ref: string } | undefined;
}

/** What the jobs of a pipeline reported, as far as they did. */
export interface PipelineReport {
  readonly tests: TestCounts | undefined;
  /** The first tests that failed, by name. */
  readonly failing: readonly string[];
  readonly coverage: Coverage | undefined;
}

/** How many failing tests are named. */
export const namedTests = 5;

/** The branch whose last success a pipeline's coverage is compared with: the default branch, else its own. */
export function comparedRef(pipeline: {
  readonly ref: string;
  readonly tag: boolean;
  readonly project: { readonly defaultBranch?: string | undefined };
}): string | undefined {
  return pipeline.project.defaultBranch ?? (pipeline.tag ? undefined : pipeline.ref);
}
