/** What the page needs of a stand-in for GitLab: a state to show and the deeds a person does on GitLab's own pages. */
export interface GitLabSide {
  state(): GitLabState;
  /** Moves a tag that is there already. `project`: its path, here and below. */
  pushTag(project: string, name: string): unknown;
  /** A tag that gets no pipeline, as `git push -o ci.skip` leaves it. */
  pushTagSkippingCi(project: string, name: string): unknown;
  /** One more pipeline of a tag. */
  runPipeline(project: string, tag: string, username: string): unknown;
  pushBranch(project: string, ref: string): unknown;
  play(jobId: number, username: string): unknown;
  retry(jobId: number, username: string): unknown;
  cancel(jobId: number, username: string): unknown;
  finish(jobId: number, outcome: 'success' | 'failed'): unknown;
  onChange(listener: () => void): unknown;
  /** How its API answers; left out, the page offers no switch for it. */
  setApi?(mode: GitLabApiMode): unknown;
  /** What happens to its webhooks; left out, the page offers no switch for it. */
  setWebhooks?(mode: WebhookMode): unknown;
  /** Whether it is GitLab Premium, with an approval rule for production; left out, the page offers no switch for it. */
  requireApproval?(isRequired: boolean): unknown;
}

/** `no variables`: nobody may set variables of a new pipeline. */
export type GitLabApiMode = 'ok' | 'slow' | 'down' | 'no variables';
export type WebhookMode = 'ok' | 'lost' | 'duplicated';

export interface GitLabState {
  readonly projects: readonly GitLabProject[];
  /** Whether production takes an approval in GitLab. */
  readonly requiresApproval: boolean;
}

export interface GitLabProject {
  readonly path: string;
  readonly tags: readonly string[];
  /** Newest first. */
  readonly pipelines: readonly GitLabPipeline[];
  readonly environments: readonly GitLabEnvironment[];
}

export interface GitLabPipeline {
  readonly id: number;
  readonly ref: string;
  readonly tag: boolean;
  readonly sha: string;
  readonly status: string;
  readonly webUrl: string;
  readonly stages: readonly { readonly name: string; readonly jobs: readonly GitLabJob[] }[];
}

export interface GitLabJob {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly allowFailure: boolean;
  readonly manual: boolean;
  readonly environment?: string | undefined;
}

export interface GitLabEnvironment {
  readonly name: string;
  readonly version?: string | undefined;
  readonly status?: string | undefined;
}
