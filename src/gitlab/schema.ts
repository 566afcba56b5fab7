import { z } from 'zod';
import type { Person } from '../domain/actor.ts';
import { PayloadError } from '../domain/errors.ts';
import { parseTimestamp } from './timestamp.ts';

// Only the fields that we use. What decides (ids, names, statuses) must be there; what merely adorns (times, users,
// durations) is dropped when it is odd, so that a new GitLab or an old one never silences a pipeline.

const id = z.number().int();
const adornment = z
  .string()
  .nullish()
  .catch(undefined)
  .transform((text) => text ?? undefined);
const seconds = z
  .number()
  .nullish()
  .catch(undefined)
  .transform((number) => number ?? undefined);
const time = z.string().nullish().catch(undefined).transform(parseTimestamp);
const flag = z
  .boolean()
  .nullish()
  .catch(undefined)
  .transform((value) => value ?? undefined);

/** A user as payloads and answers show one; undefined without a username, which alone tells two people apart. */
export const PersonPayload = z
  .object({ id: id.nullish().catch(undefined), username: z.string().min(1), name: adornment })
  .nullish()
  .catch(undefined)
  .transform((user): Person | undefined =>
    user ? { id: user.id ?? undefined, username: user.username, name: user.name ?? user.username } : undefined,
  );

/** @see https://docs.gitlab.com/api/projects/#get-a-single-project */
export const ProjectPayload = z.object({
  id,
  path_with_namespace: z.string().min(1),
  web_url: z.string().min(1),
  default_branch: adornment,
});
export type ProjectPayload = z.infer<typeof ProjectPayload>;

/** @see https://docs.gitlab.com/api/groups/#get-a-single-group */
export const GroupPayload = z.object({ id, full_path: z.string().min(1), web_url: z.string().min(1) });

/** @see https://docs.gitlab.com/api/project_webhooks/ */
export const HookPayload = z.object({ url: z.string() });

/** @see https://docs.gitlab.com/api/freeze_periods/ */
export const FreezePeriodPayload = z.object({
  freeze_start: z.string(),
  freeze_end: z.string(),
  cron_timezone: z.string(),
});

/** @see https://docs.gitlab.com/api/commits/ */
export const CommitPayload = z.object({ id: z.string().min(1), title: adornment, author_name: adornment });
export type CommitPayload = z.infer<typeof CommitPayload>;

/** A tag or a branch. A tag of a tree or blob has no commit. */
export const RefPayload = z.object({ name: z.string(), commit: CommitPayload.nullish() });
export type RefPayload = z.infer<typeof RefPayload>;

/** @see https://docs.gitlab.com/api/environments/ */
export const EnvironmentPayload = z.object({ id, name: z.string(), tier: adornment, external_url: adornment });
export type EnvironmentPayload = z.infer<typeof EnvironmentPayload>;

/** A pipeline of a list. GitLab leaves `tag` out there. */
export const PipelineRowPayload = z.object({
  id,
  ref: z.string(),
  sha: z.string(),
  status: z.string(),
  source: adornment,
  tag: flag,
  web_url: adornment,
});
export type PipelineRowPayload = z.infer<typeof PipelineRowPayload>;

/** @see https://docs.gitlab.com/api/pipelines/#get-a-single-pipeline */
export const PipelinePayload = PipelineRowPayload.extend({
  created_at: time,
  finished_at: time,
  duration: seconds,
  user: PersonPayload,
});
export type PipelinePayload = z.infer<typeof PipelinePayload>;

/** @see https://docs.gitlab.com/api/jobs/ */
export const JobPayload = z.object({
  id,
  name: z.string(),
  stage: z.string(),
  status: z.string(),
  allow_failure: flag,
  failure_reason: adornment,
  user: PersonPayload,
  started_at: time,
  finished_at: time,
  duration: seconds,
  web_url: adornment,
});
export type JobPayload = z.infer<typeof JobPayload>;

/** @see https://docs.gitlab.com/api/jobs/#list-all-trigger-jobs-for-a-pipeline */
export const BridgePayload = z.object({
  name: z.string(),
  status: z.string(),
  downstream_pipeline: z
    .object({ id, project_id: id.nullish(), ref: z.string(), sha: z.string(), status: z.string(), web_url: adornment })
    .nullish()
    .catch(undefined),
});

/** GitLab gives coverage as a number with jobs and as text with pipelines; null where there is none. */
const coverage = z
  .union([z.number(), z.string().trim().min(1)])
  .nullish()
  .catch(undefined)
  .transform((value) => {
    const percent = Number(value ?? Number.NaN);
    return Number.isFinite(percent) ? percent : undefined;
  });

/** A job as far as it tells what it reported. */
export const ReportingJobPayload = z.object({
  id,
  coverage,
  artifacts: z
    .array(z.object({ file_type: adornment }))
    .nullish()
    .catch(undefined),
});

/** A pipeline as far as it tells its coverage. */
export const CoveragePayload = z.object({ coverage });

/** @see https://docs.gitlab.com/api/pipelines/#get-a-test-report-summary-for-a-pipeline */
export const TestSummaryPayload = z.object({
  total: z.object({ count: z.number(), failed: z.number(), skipped: z.number(), error: z.number() }),
  test_suites: z
    .array(
      z.object({
        name: adornment,
        build_ids: z.array(id).nullish().catch(undefined),
        // Text, or texts by suite: what counts is that there is something.
        suite_error: z.unknown(),
      }),
    )
    .nullish(),
});

/** Only what names a failing test: stack traces and output stay out. */
export const TestReportPayload = z.object({
  test_suites: z
    .array(z.object({ test_cases: z.array(z.object({ status: adornment, name: adornment })).nullish() }))
    .nullish(),
});

/** @see https://docs.gitlab.com/api/deployments/ */
export const DeploymentPayload = z.object({
  id,
  status: z.string(),
  ref: adornment,
  sha: adornment,
  user: PersonPayload,
  created_at: time,
  updated_at: time,
  environment: z.object({ name: z.string(), tier: adornment, external_url: adornment }),
  deployable: z
    .object({
      id,
      status: adornment,
      started_at: adornment,
      user: PersonPayload,
      pipeline: z.object({ id, status: adornment }).nullish().catch(undefined),
    })
    .nullish(),
});
export type DeploymentPayload = z.infer<typeof DeploymentPayload>;

/** @see https://docs.gitlab.com/api/repositories/#compare-branches-tags-or-commits */
export const ComparePayload = z.object({ commits: z.array(CommitPayload), web_url: adornment });

/** @see https://docs.gitlab.com/api/lint/ */
export const LintPayload = z.object({
  merged_yaml: adornment,
  errors: z.array(z.string()).nullish().catch(undefined),
});

/** @see https://docs.gitlab.com/api/members/ */
export const MemberPayload = z.object({ access_level: z.number(), state: adornment, membership_state: adornment });

/** @see https://docs.gitlab.com/api/merge_requests/ */
export const MergeRequestPayload = z.object({
  iid: id,
  title: z.string(),
  web_url: z.string(),
  source_branch: z.string(),
});
export type MergeRequestPayload = z.infer<typeof MergeRequestPayload>;

// ---- Webhooks. @see https://docs.gitlab.com/user/project/integrations/webhook_events/

const EnvironmentHook = z
  .object({ name: z.string().min(1), action: adornment, deployment_tier: adornment })
  .nullish()
  .catch(undefined);
export type EnvironmentHook = z.infer<typeof EnvironmentHook>;

/** Only in hooks of pipelines that another pipeline triggered. */
const SourcePipelineHook = z
  .object({
    project: ProjectPayload,
    pipeline_id: id,
  })
  .nullish()
  .catch(undefined);
export type SourcePipelineHook = z.infer<typeof SourcePipelineHook>;

/** A pipeline hook. */
export const PipelineHook = z.object({
  project: ProjectPayload,
  // `variables` stands here in clear and is left out on purpose.
  object_attributes: z.object({
    id,
    ref: z.string(),
    tag: flag,
    sha: z.string(),
    status: z.string(),
    source: adornment,
    url: adornment,
    stages: z.array(z.string()).nullish().catch(undefined),
    created_at: time,
    finished_at: time,
    duration: seconds,
  }),
  user: PersonPayload,
  commit: z
    .object({ title: adornment, message: adornment, author: z.object({ name: adornment }).nullish().catch(undefined) })
    .nullish()
    .catch(undefined),
  source_pipeline: SourcePipelineHook,
  merge_request: z.object({ iid: id, title: z.string(), url: z.string() }).nullish().catch(undefined),
  builds: z
    .array(
      z.object({
        id,
        name: z.string(),
        stage: z.string(),
        status: z.string(),
        allow_failure: flag,
        manual: flag,
        failure_reason: adornment,
        user: PersonPayload,
        started_at: time,
        finished_at: time,
        duration: seconds,
        environment: EnvironmentHook,
      }),
    )
    .nullish(),
});
export type PipelineHook = z.infer<typeof PipelineHook>;

/** A job hook, whose fields still bear the old name `build`. */
export const JobHook = z.object({
  project_id: id,
  project: ProjectPayload.nullish(),
  repository: z.object({ homepage: adornment, git_ssh_url: adornment, git_http_url: adornment }).nullish(),
  pipeline_id: id,
  ref: z.string(),
  tag: flag,
  sha: z.string(),
  build_id: id,
  build_name: z.string(),
  build_stage: z.string(),
  build_status: z.string(),
  build_allow_failure: flag,
  build_failure_reason: adornment,
  build_started_at: time,
  build_finished_at: time,
  build_duration: seconds,
  user: PersonPayload,
  // `id` is the pipeline's here, so it is not read.
  commit: z.object({ message: adornment, author_name: adornment }).nullish().catch(undefined),
  environment: EnvironmentHook,
  source_pipeline: SourcePipelineHook,
});
export type JobHook = z.infer<typeof JobHook>;

/** A deployment hook. */
export const DeploymentHook = z.object({
  project: ProjectPayload,
  status: z.string(),
  status_changed_at: time,
  deployment_id: id,
  deployable_id: id.nullish(),
  environment: z.string().min(1),
  environment_tier: adornment,
  environment_external_url: adornment,
  ref: adornment,
  short_sha: adornment,
  commit_url: adornment,
  user: PersonPayload,
});
export type DeploymentHook = z.infer<typeof DeploymentHook>;

/** A tag push hook. `commits` names the newest commit only. */
export const TagPushHook = z.object({
  project: ProjectPayload,
  ref: z.string(),
  before: z.string(),
  after: z.string(),
  checkout_sha: adornment,
  message: adornment,
  user_id: id
    .nullish()
    .catch(undefined)
    .transform((value) => value ?? undefined),
  user_username: adornment,
  user_name: adornment,
});
export type TagPushHook = z.infer<typeof TagPushHook>;

const ReleaseCommit = z.object({ id: z.string() }).nullish().catch(undefined);

/** A release hook. */
export const ReleaseHook = z.object({
  project: ProjectPayload,
  action: z.string(),
  tag: z.string().min(1),
  name: adornment,
  description: adornment,
  url: adornment,
  released_at: time,
  commit: ReleaseCommit,
});
export type ReleaseHook = z.infer<typeof ReleaseHook>;

/** @see https://docs.gitlab.com/api/releases/ */
export const ReleasePayload = z.object({
  tag_name: z.string().min(1),
  name: adornment,
  description: adornment,
  created_at: time,
  released_at: time,
  commit: ReleaseCommit,
});

/**
 * Reads outside data by a schema. `what` names it in the error, e.g. `job 7`.
 * @throws PayloadError naming the path of what is wrong.
 */
export function readAs<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new PayloadError(`${what} is not as expected: ${describeIssues(result.error)}`);
}

/** The first problems with their paths, e.g. `builds[3].id: expected number`. Never the values. */
export function describeIssues(error: z.ZodError): string {
  const problems = error.issues
    .slice(0, 3)
    .map((issue) => `${z.core.toDotPath(issue.path) || 'body'}: ${issue.message}`);
  return problems.join('; ');
}
