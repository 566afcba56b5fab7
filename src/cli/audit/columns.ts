import type { Actor } from '../../domain/actor.ts';
import type { AuditEntry, RecordedEntry } from '../../domain/audit.ts';
import type { ReleaseRecord } from '../../domain/release-record.ts';

/** What one cell holds; undefined: nothing is known. */
export type Cell = string | number | undefined;

/** Named cells in their order, each with where it comes from. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => Cell>>;

type Columned<Row> = { readonly [Field in keyof Row]-?: Columns<Row> };

/** By the field that they show, so that a new field cannot be forgotten here. */
const ofEntry: Columned<AuditEntry> = {
  at: { at: ({ at }) => at.toISOString() },
  actor: {
    slack_user: ({ actor }) => slackName(actor),
    gitlab_user: ({ actor }) => gitlabName(actor),
    gitlab_user_id: ({ actor }) => (actor === 'chatops' ? undefined : actor.gitlab?.id),
  },
  action: { action: ({ action }) => action },
  outcome: { outcome: ({ outcome }) => outcome },
  reason: { reason: ({ reason }) => reason },
  project: { project: ({ project }) => project },
  environment: { environment: ({ environment }) => environment },
  version: { version: ({ version }) => version },
  sha: { sha: ({ sha }) => sha },
  fromVersion: { from_version: ({ fromVersion }) => fromVersion },
  fromSha: { from_sha: ({ fromSha }) => fromSha },
  pipelineId: { pipeline_id: ({ pipelineId }) => pipelineId },
  jobId: { job_id: ({ jobId }) => jobId },
  planId: { plan_id: ({ planId }) => planId },
  operationId: { operation_id: ({ operationId }) => operationId },
  channel: { channel: ({ channel }) => channel },
  threadTs: { thread_ts: ({ threadTs }) => threadTs },
  url: { url: ({ url }) => url },
  observed: { observed_user: ({ observed }) => observed?.username },
  override: { override: ({ override }) => override },
  policy: { policy: ({ policy }) => policy },
  checks: { checks: ({ checks }) => checksText(checks) },
  configBefore: { config_before: ({ configBefore }) => configBefore },
  configAfter: { config_after: ({ configAfter }) => configAfter },
};

/** The columns of an entry of the audit. */
export const entryColumns: Columns<RecordedEntry> = {
  seq: ({ seq }) => seq,
  ...Object.fromEntries(
    Object.values(ofEntry)
      .flatMap((columns) => Object.entries(columns))
      .map(([name, read]) => [name, ({ entry }: RecordedEntry) => read(entry)]),
  ),
  hash: ({ hash }) => hash,
};

/** The columns of a deploy or rollback. */
export const releaseColumns: Columns<ReleaseRecord> = {
  operation_id: ({ operationId }) => operationId,
  kind: ({ kind }) => kind,
  project: ({ project }) => project,
  environment: ({ environment }) => environment,
  version: ({ version }) => version,
  from_version: ({ fromVersion }) => fromVersion,
  from_sha: ({ fromSha }) => fromSha,
  to_sha: ({ sha }) => sha,
  requester_slack: ({ requester }) => slackName(requester),
  requester_gitlab: ({ requester }) => gitlabName(requester),
  confirmed_at: ({ confirmedAt }) => confirmedAt.toISOString(),
  approvers: ({ approvers }) => approvers.map((actor) => gitlabName(actor) ?? slackName(actor)).join(' '),
  policy: ({ policy }) => policy,
  checks: ({ checks }) => checksText(checks),
  pipeline_id: ({ pipelineId }) => pipelineId,
  job_ids: ({ jobIds }) => jobIds.join(' '),
  outcome: ({ outcome }) => outcome ?? 'under way',
  reason: ({ reason }) => reason,
  ended_at: ({ endedAt }) => endedAt?.toISOString(),
  url: ({ url }) => url,
  first_seq: ({ firstSeq }) => firstSeq,
  last_seq: ({ lastSeq }) => lastSeq,
};

function slackName(actor: Actor | 'chatops'): string {
  return actor === 'chatops' ? actor : actor.slackUserId;
}

function gitlabName(actor: Actor | 'chatops'): string | undefined {
  return actor === 'chatops' ? undefined : actor.gitlab?.username;
}

function checksText(checks: AuditEntry['checks']): string | undefined {
  return (
    checks &&
    Object.entries(checks)
      .map(([gate, answer]) => `${gate}=${answer}`)
      .join(' ')
  );
}
