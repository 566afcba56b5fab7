import { z } from 'zod';
import type { LinkAttempt, StoredLink } from '../app/links/link-ports.ts';
import type { ApprovalRequest, RequestOrigin, Vote } from '../domain/approval.ts';
import type { AuditEntry } from '../domain/audit.ts';
import type { EnvironmentRecord } from '../domain/environment-record.ts';
import type { Lock } from '../domain/lock.ts';
import type { Operation } from '../domain/operation.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import type { Plan } from '../domain/plan.ts';
import type { Review } from '../domain/review.ts';
import type { GitLabWait, Wait } from '../domain/wait.ts';

// We wrote these documents ourselves from typed values, so the schemas name what must be there for a document to be
// usable and take the rest on trust; fields not named are kept as they are.

const Project = z.looseObject({ id: z.number(), path: z.string(), url: z.string() });
const Actor = z.looseObject({ slackUserId: z.string() });
const Release = z.looseObject({ version: z.string(), ref: z.string(), tag: z.boolean(), sha: z.string() });
const RouteStep = z.looseObject({ kind: z.string(), job: z.string() });

/** A stored pipeline. */
export const PipelineDocument = z.looseObject({
  project: Project,
  id: z.number(),
  ref: z.string(),
  tag: z.boolean(),
  sha: z.string(),
  status: z.string(),
  url: z.string(),
  stages: z.array(z.string()),
  jobs: z.array(z.looseObject({ id: z.number(), name: z.string(), stage: z.string(), status: z.string() })),
  deployments: z.array(z.looseObject({ id: z.number(), environment: z.string(), status: z.string() })),
  foldedAt: z.date(),
}) as unknown as z.ZodType<Pipeline>;

/** A stored plan. */
export const PlanDocument = z.looseObject({
  id: z.string(),
  state: z.string(),
  requester: Actor,
  deed: z.union([
    z.looseObject({
      kind: z.literal('task'),
      project: Project,
      task: z.looseObject({ kind: z.string() }),
      channel: z.string(),
    }),
    z.looseObject({
      kind: z.string(),
      project: Project,
      environment: z.string(),
      release: Release,
      pipelineId: z.number(),
      steps: z.array(RouteStep),
      channel: z.string(),
    }),
  ]),
  createdAt: z.date(),
  expiresAt: z.date(),
}) as unknown as z.ZodType<Plan>;

/** A stored operation. */
export const OperationDocument = z.looseObject({
  id: z.string(),
  planId: z.string(),
  project: Project,
  environment: z.string(),
  release: Release,
  pipelineId: z.number(),
  state: z.string(),
  steps: z.array(RouteStep.extend({ state: z.string() })),
  requester: Actor,
  channel: z.string(),
  rootKey: z.string(),
  createdAt: z.date(),
  nextCheckAt: z.date(),
}) as unknown as z.ZodType<Operation>;

/** A stored audit entry. */
export const AuditDocument = z.looseObject({
  at: z.date(),
  action: z.string(),
  outcome: z.string(),
}) as unknown as z.ZodType<AuditEntry>;

/** A stored lock. */
export const LockDocument = z.looseObject({
  id: z.string(),
  project: Project,
  holder: z.union([z.literal('chatops'), Actor]),
  reason: z.string(),
  since: z.date(),
  until: z.date().optional(),
  channel: z.string(),
}) as unknown as z.ZodType<Lock>;

/** A stored wait for an environment to be free. */
export const WaitDocument = z.looseObject({
  project: Project,
  environment: z.string(),
  slackUserId: z.string(),
  channel: z.string(),
  line: z.string(),
}) as unknown as z.ZodType<Wait>;

export const GitLabWaitDocument = z.looseObject({
  slackUserId: z.string(),
  channel: z.string(),
  line: z.string(),
}) as unknown as z.ZodType<GitLabWait>;

type StoredRequest = Omit<ApprovalRequest, 'votes'>;

/** As requests were stored until deployments were observed: each was an operation's, with its origin at the top. */
export type OperationRequest = Omit<StoredRequest, 'origin'> &
  Omit<Extract<RequestOrigin, { kind: 'operation' }>, 'kind'>;

/** A stored request for approval; its votes are rows of their own. */
export const ApprovalDocument = z
  .looseObject({
    id: z.string(),
    project: Project,
    environment: z.string(),
    release: Release,
    jobId: z.number(),
    terms: z.looseObject({ required: z.number(), approvers: z.array(z.string()) }),
    requester: Actor,
    places: z.array(z.looseObject({ channel: z.string() })),
    createdAt: z.date(),
    expiresAt: z.date().optional(),
  })
  .and(
    z.union([
      z.looseObject({ origin: z.looseObject({ kind: z.enum(['operation', 'observed']) }) }),
      z.looseObject({ operationId: z.string() }),
    ]),
  ) as unknown as z.ZodType<StoredRequest | OperationRequest>;

/** A stored word on a request. */
export const VoteDocument = z.looseObject({
  voter: Actor,
  answer: z.string(),
  at: z.date(),
}) as unknown as z.ZodType<Vote>;

/** A stored override that is to be reviewed. */
export const ReviewDocument = z.looseObject({
  id: z.string(),
  project: Project,
  environment: z.string(),
  override: z.looseObject({ reason: z.string(), passes: z.array(z.string()) }),
  by: Actor,
  at: z.date(),
  dueAt: z.date(),
  channels: z.array(z.string()),
  rootKey: z.string(),
}) as unknown as z.ZodType<Review>;

/** What was last heard of an environment. */
export const EnvironmentDocument = z.looseObject({
  projectId: z.number(),
  environment: z.string(),
  newestId: z.number(),
  successes: z.array(z.looseObject({ id: z.number(), environment: z.string(), status: z.string() })),
  failures: z.number(),
  heardAt: z.date(),
}) as unknown as z.ZodType<EnvironmentRecord>;

/** A linked account; its tokens are sealed. */
export const LinkDocument = z.looseObject({
  slackUserId: z.string(),
  gitlab: z.looseObject({ id: z.number(), username: z.string(), name: z.string() }),
  state: z.enum(['good', 'broken']),
  linkedAt: z.date(),
  sealedTokens: z.string(),
  expiresAt: z.date(),
}) as unknown as z.ZodType<StoredLink>;

/** Somebody on the way through the pages that link an account. */
export const LinkAttemptDocument = z.looseObject({
  id: z.string(),
  slackUserId: z.string(),
  slackName: z.string(),
  to: z.looseObject({ kind: z.string() }),
  expiresAt: z.date(),
  stage: z.string(),
}) as unknown as z.ZodType<LinkAttempt>;
