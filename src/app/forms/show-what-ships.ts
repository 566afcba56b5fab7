import { renderRefusal } from '../../cards/refusal.ts';
import { renderNote } from '../../cards/view.ts';
import { type Outcomes, renderWhatShips, type ShippedCommit } from '../../cards/what-ships.ts';
import { isFinished, type Job } from '../../domain/job.ts';
import { jobKind } from '../../domain/job-kind.ts';
import { slackUserOf } from '../../domain/mention.ts';
import { say } from '../../domain/phrase.ts';
import type { OperationPlan, Plan } from '../../domain/plan.ts';
import type { CommandContext } from '../command.ts';
import type { Changes, GitLabReports, MergeRequest } from '../gitlab-ports.ts';
import { refuseReader } from '../input/refuse-policy.ts';
import type { FormPlace } from '../input/slack-input.ts';
import type { Filled } from './fill-deploy-form.ts';

/**
 * Everything that a plan would bring: commits, merge requests, tests and scanners. GitLab is asked three things side by
 * side, and then once for the merge requests; what it does not answer is left out, except the jobs.
 * @throws GitLabError
 */
export async function showWhatShips(
  asked: { readonly plan: Plan | undefined; readonly place: FormPlace },
  context: CommandContext,
  reports: Pick<GitLabReports, 'coverage'>,
): Promise<Filled> {
  const { plan, place } = asked;
  const rules = plan && context.settings.rulesFor(plan.deed.project.path);
  if (!plan || !rules) return { view: renderGone(), place, refused: { code: 'plan_not_found' } };
  const { deed } = plan;
  if (deed.kind === 'task') return { view: renderGone(), place, refused: { code: 'plan_not_found' } };
  const refusal = await refuseReader({ rules, ref: deed.project }, say`Nothing is shown.`, context);
  if (refusal) {
    const refused = { code: refusal.code, project: deed.project.path };
    return { view: renderNote({ title: 'What ships', card: renderRefusal(refusal) }), place, refused };
  }
  const { gitlab } = context;
  const [jobs, changes, coverage] = await Promise.all([
    gitlab.jobs(deed.project.id, deed.pipelineId),
    readChanges(deed, context).catch(() => undefined),
    reports.coverage(deed.project.id, deed.pipelineId).catch(() => undefined),
  ]);
  const mergeRequests = changes ? await readMergeRequests(deed, changes, context).catch(() => []) : [];
  const view = renderWhatShips({
    version: deed.release.version,
    environment: deed.environment,
    project: deed.project,
    from: deed.live?.version,
    pipeline: { id: deed.pipelineId, url: deed.pipelineUrl },
    changes: changes && {
      ...changes,
      commits: changes.commits.map((commit) => nameAuthor(commit, { plan, mergeRequests, context })),
      mergeRequests: mergeRequests.map((one) => ({ ...one, author: one.author?.name })),
    },
    coverage,
    ...summarise(jobs),
  });
  return { view, place };
}

async function readChanges(
  { live, project, release }: OperationPlan,
  { gitlab }: CommandContext,
): Promise<Changes | undefined> {
  return live && gitlab.changes(project.id, live.sha, release.sha);
}

async function readMergeRequests(
  { project }: OperationPlan,
  { commits }: Changes,
  { gitlab }: CommandContext,
): Promise<readonly MergeRequest[]> {
  const iids = [...new Set(commits.flatMap(({ mergeRequestIid }) => mergeRequestIid ?? []))];
  return gitlab.mergeRequests(project.id, iids);
}

/**
 * Who wrote a commit. Anybody may put any name into one, so it is somebody we know only where its merge request's
 * author, or whoever asks, has that name in GitLab.
 */
function nameAuthor(
  commit: Changes['commits'][number],
  about: {
    readonly plan: Plan;
    readonly mergeRequests: readonly MergeRequest[];
    readonly context: CommandContext;
  },
): ShippedCommit {
  const { plan, mergeRequests, context } = about;
  const merged = mergeRequests.find(({ iid }) => iid === commit.mergeRequestIid)?.author;
  const people = [plan.requester.gitlab, merged].filter((person) => person !== undefined);
  const author = people.find(({ name }) => name === commit.author);
  return {
    sha: commit.sha,
    title: commit.title,
    author: commit.author,
    slackUserId: author && slackUserOf(author.username, context.settings.identityUsers),
    own: author !== undefined && author.username === plan.requester.gitlab?.username,
    url: `${plan.deed.project.url}/-/commit/${commit.sha}`,
  };
}

function summarise(jobs: readonly Job[]): {
  readonly checks: readonly Outcomes[];
  readonly optionalFailed: readonly string[];
} {
  const of = (kind: 'test' | 'scanner', heading: string): Outcomes => {
    const found = jobs.filter((job) => jobKind(job) === kind);
    const names = (wanted: (job: Job) => boolean): readonly string[] => found.filter(wanted).map(({ name }) => name);
    return {
      heading,
      passed: names(({ status }) => status === 'success'),
      failed: names(({ status }) => status === 'failed' || status === 'canceled'),
      open: names(({ status }) => !isFinished(status)),
    };
  };
  return {
    checks: [of('test', 'Tests'), of('scanner', 'Scanners')],
    optionalFailed: jobs
      .filter(({ status, allowFailure }) => status === 'failed' && allowFailure)
      .map(({ name }) => name),
  };
}

function renderGone(): Filled['view'] {
  const card = renderRefusal({
    code: 'plan_not_found',
    notDone: say`Nothing is shown.`,
    fact: say`I do not know this plan any more.`,
    todo: [{ kind: 'type', line: '/deploy' }],
  });
  return renderNote({ title: 'What ships', card });
}
