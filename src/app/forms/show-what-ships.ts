import { renderRefusal } from '../../cards/refusal.ts';
import { renderNote } from '../../cards/view.ts';
import { renderWhatShips, type ShippedCommit } from '../../cards/what-ships.ts';
import type { Person } from '../../domain/actor.ts';
import { summariseJobs } from '../../domain/job-outcomes.ts';
import { say } from '../../domain/phrase.ts';
import type { OperationPlan, Plan } from '../../domain/plan.ts';
import type { CommandContext } from '../command.ts';
import type { Changes, MergeRequest } from '../gitlab-ports.ts';
import { refuseReader } from '../input/refuse-policy.ts';
import type { FormPlace } from '../input/slack-input.ts';
import { findSlackUser } from '../notices/whom-to-mention.ts';
import { unlessGitLabFails } from '../unless-gitlab-fails.ts';
import type { Filled } from './fill-deploy-form.ts';

/**
 * Everything that a plan would bring: commits, merge requests, tests and scanners. GitLab is asked four things side by
 * side, and then once for the merge requests; what it does not answer is left out, except the jobs.
 * @throws GitLabError
 */
export async function showWhatShips(
  asked: { readonly plan: Plan | undefined; readonly place: FormPlace },
  context: CommandContext,
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
  const [jobs, changes, coverage, counted] = await Promise.all([
    gitlab.jobs(deed.project.id, deed.pipelineId),
    unlessGitLabFails(readChanges(deed, context), undefined),
    unlessGitLabFails(gitlab.coverage(deed.project.id, deed.pipelineId), undefined),
    unlessGitLabFails(gitlab.testCounts(deed.project.id, deed.pipelineId), undefined),
  ]);
  const mergeRequests = changes ? await unlessGitLabFails(readMergeRequests(deed, changes, context), []) : [];
  const slackUserOf = await findSlackUsers(peopleOf(plan, mergeRequests), context);
  const view = renderWhatShips({
    version: deed.release.version,
    environment: deed.environment,
    project: deed.project,
    from: deed.live?.version,
    pipeline: { id: deed.pipelineId, url: deed.pipelineUrl },
    changes: changes && {
      ...changes,
      commits: changes.commits.map((commit) => nameAuthor(commit, { plan, mergeRequests, slackUserOf })),
      mergeRequests: mergeRequests.map((one) => ({
        ...one,
        author: one.author?.name,
        slackUserId: one.author && slackUserOf.get(one.author.username),
      })),
    },
    coverage,
    counted,
    ...summariseJobs(jobs),
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
    readonly slackUserOf: ReadonlyMap<string, string>;
  },
): ShippedCommit {
  const { plan, mergeRequests, slackUserOf } = about;
  const merged = mergeRequests.find(({ iid }) => iid === commit.mergeRequestIid)?.author;
  const people = [plan.requester.gitlab, merged].filter((person) => person !== undefined);
  const author = people.find(({ name }) => name === commit.author);
  return {
    sha: commit.sha,
    title: commit.title,
    author: commit.author,
    slackUserId: author && slackUserOf.get(author.username),
    own: author !== undefined && author.username === plan.requester.gitlab?.username,
    url: `${plan.deed.project.url}/-/commit/${commit.sha}`,
  };
}

function peopleOf({ requester }: Plan, mergeRequests: readonly MergeRequest[]): readonly Person[] {
  return [requester.gitlab, ...mergeRequests.map(({ author }) => author)].filter((person) => person !== undefined);
}

/** Slack users by GitLab username, of those whom we know. */
async function findSlackUsers(
  people: readonly Person[],
  { tables, settings }: CommandContext,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const [username, person] of new Map(people.map((each) => [each.username, each]))) {
    const slackUserId = await findSlackUser(tables, person, settings.identityUsers);
    if (slackUserId !== undefined) found.set(username, slackUserId);
  }
  return found;
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
