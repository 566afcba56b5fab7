import type { Person } from '../../domain/actor.ts';
import type { Job } from '../../domain/job.ts';
import { knownAuthor, type Mention, slackUserOf } from '../../domain/mention.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Pipeline } from '../../domain/pipeline.ts';
import type { MentionKind } from '../../domain/project.ts';
import type { Notice } from '../../domain/thread.ts';
import type { Tables } from '../store-ports.ts';
import type { AuthorByEmail } from './find-author-by-email.ts';

/**
 * Whom the reply about a failure mentions: only people who linked their account, whom `identity.users` names or who
 * confirmed the address of the commit's author. A name is never taken for a person.
 */
export async function whomToMention(
  tables: Pick<Tables, 'operations' | 'links'>,
  about: {
    readonly mention: MentionKind;
    readonly notice: Notice;
    readonly pipeline: Pipeline;
    /** Slack user id -> GitLab username. */
    readonly identityUsers: Readonly<Record<string, string>>;
    readonly authorByEmail: AuthorByEmail | undefined;
  },
): Promise<Mention | undefined> {
  const { mention, notice, pipeline, identityUsers, authorByEmail } = about;
  const failed = failedJobsOf(notice, pipeline);
  if (mention === 'none' || !failed) return undefined;
  if (mention === 'requester') {
    const slackUserId = await requesterOf(tables, failed, pipeline);
    if (slackUserId === undefined) return undefined;
    // Slack names who asked; somebody whom nobody names any more is left alone.
    const isKnown = slackUserId in identityUsers || (await tables.links.find(slackUserId)) !== undefined;
    return isKnown ? { slackUserId, as: mention } : undefined;
  }
  const author = knownAuthor(pipeline);
  const slackUserId =
    (author && (await findSlackUser(tables, author, identityUsers))) ??
    (await ownerOfAddress(tables, { author, pipeline, authorByEmail }));
  return slackUserId === undefined ? undefined : { slackUserId, as: mention };
}

/** Who linked that GitLab user, else whom the file names. Of two Slack users who linked it nobody is guessed. */
export async function findSlackUser(
  { links }: { readonly links: Pick<Tables['links'], 'all'> },
  { id, username = '' }: Partial<Pick<Person, 'id' | 'username'>>,
  identityUsers: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const all = await links.all();
  const wanted = username.toLowerCase();
  const linked = all.filter(({ gitlab }) =>
    id === undefined ? gitlab.username.toLowerCase() === wanted : gitlab.id === id,
  );
  if (linked.length > 0) return linked.length === 1 ? linked[0]?.slackUserId : undefined;
  const named = slackUserOf(username, identityUsers);
  // Who linked another account is somebody else, whatever the file says.
  return all.some(({ slackUserId }) => slackUserId === named) ? undefined : named;
}

/** Who has the author's address, unless the account that they linked says that they are somebody else. */
async function ownerOfAddress(
  { links }: Pick<Tables, 'links'>,
  about: {
    readonly author: Person | undefined;
    readonly pipeline: Pipeline;
    readonly authorByEmail: AuthorByEmail | undefined;
  },
): Promise<string | undefined> {
  const { author, pipeline, authorByEmail } = about;
  // A fold goes through the pipelines above as well, which may be of other commits.
  if (authorByEmail?.sha !== pipeline.sha) return undefined;
  const { slackUserId } = authorByEmail;
  const linked = author && (await links.find(slackUserId))?.gitlab;
  return linked && linked.username !== author.username ? undefined : slackUserId;
}

/** The jobs that a notice tells the failure of; undefined when it tells of none. */
function failedJobsOf(notice: Notice, pipeline: Pipeline): readonly Job[] | undefined {
  switch (notice.kind) {
    case 'job_failed':
      return [notice.job];
    case 'pipeline_failed':
    case 'still_failing':
      return notice.jobs;
    case 'deployment':
      return notice.outcome === 'failed'
        ? pipeline.jobs.filter((job) => job.id === notice.deployment.jobId)
        : undefined;
    case 'pipeline_started':
    case 'pipeline_succeeded':
    case 'fixed':
    case 'gate_reached':
      return undefined;
  }
}

/** The Slack user who asked for one of these jobs, or for what made it run. */
async function requesterOf(
  tables: Pick<Tables, 'operations'>,
  jobs: readonly Job[],
  pipeline: Pipeline,
): Promise<string | undefined> {
  const operations = await tables.operations.ofPipeline(pipeline.project.id, pipeline.id);
  return operations.find((operation) => jobs.some((job) => isOf(operation, job)))?.requester.slackUserId;
}

/** The failure of a job that an operation waits for is often told before the operation has looked at it. */
function isOf(operation: Operation, job: Job): boolean {
  return operation.steps.some((step) =>
    step.jobId === undefined ? operation.state === 'active' && step.job === job.name : step.jobId === job.id,
  );
}
