import type { GitLabServer } from '../gitlab-server/server.ts';
import type { GitLabApiMode, GitLabPipeline, GitLabSide, GitLabState, WebhookMode } from './gitlab-side.ts';

/** Each answer of GitLab takes this long while the page plays a slow one. */
const SLOW_MS = 4000;

/** Developers deploy, and one Maintainer has to agree. */
const productionRules = { deploy: [30], approvals: [{ who: 40, required: 1 }] };

type Shown = ReturnType<GitLabServer['state']>['projects'][number];

/** Shows the stand-in for GitLab as the page wants to see it: its projects, jobs by stage, faults as switches. */
export function adaptGitLab(gitlab: GitLabServer): GitLabSide {
  let api: GitLabApiMode = 'ok';
  let webhooks: WebhookMode = 'ok';
  const apply = () => {
    gitlab.faults.clear();
    if (api === 'slow') gitlab.faults.slow({}, SLOW_MS, Number.POSITIVE_INFINITY);
    if (api === 'down') gitlab.faults.outage('502');
    gitlab.settings.variablesRole = api === 'no variables' ? 'no_one_allowed' : 'developer';
    if (webhooks === 'lost') gitlab.faults.dropWebhooks('all');
    if (webhooks === 'duplicated') gitlab.faults.duplicateWebhooks('all');
  };
  return {
    state: () => stateOf(gitlab),
    pushTag: (project, name) => gitlab.in(project).pushTag(name, { force: true }),
    pushTagSkippingCi: (project, name) => gitlab.in(project).createTag(name),
    runPipeline: (project, tag, username) => gitlab.in(project).runPipeline(tag, username),
    pushBranch: (project, ref) => gitlab.in(project).pushBranch(ref),
    play: (jobId, username) => gitlab.in(whereIs(gitlab, jobId).project).play(jobId, username),
    retry: (jobId, username) => gitlab.in(whereIs(gitlab, jobId).project).retry(jobId, username),
    cancel: (jobId, username) => gitlab.in(whereIs(gitlab, jobId).project).cancel(jobId, username),
    finish(jobId, outcome) {
      const { project, pipelineId, name } = whereIs(gitlab, jobId);
      return gitlab.in(project).finish(name, outcome, { pipelineId });
    },
    onChange: (listener) => gitlab.onChange(listener),
    setApi(mode) {
      api = mode;
      apply();
    },
    setWebhooks(mode) {
      webhooks = mode;
      apply();
    },
    requireApproval(isRequired) {
      gitlab.settings.tier = isRequired ? 'premium' : 'free';
      if (isRequired) gitlab.protectEnvironment('production', productionRules);
    },
  };
}

/** A job that the page shows, by its id alone: ids are GitLab's, not the project's. */
function whereIs(gitlab: GitLabServer, jobId: number) {
  for (const project of gitlab.state().projects)
    for (const pipeline of project.pipelines) {
      const job = pipeline.jobs.find(({ id }) => id === jobId);
      if (job !== undefined) return { project: project.path, pipelineId: pipeline.id, name: job.name };
    }
  throw new Error(`there is no job ${jobId}`);
}

function stateOf(gitlab: GitLabServer): GitLabState {
  return {
    projects: gitlab.state().projects.map((project) => ({
      path: project.path,
      tags: project.tags.map((tag) => tag.name),
      pipelines: project.pipelines.map(pipelineOf),
      environments: project.environments.map((one) => ({
        name: one.name,
        version: one.live === undefined ? undefined : refName(one.live),
        // A deployment that did not begin says nothing about what runs there.
        status: one.deployments.find((deployment) => !['created', 'blocked', 'skipped'].includes(deployment.status))
          ?.status,
      })),
    })),
    requiresApproval: gitlab.settings.tier === 'premium',
  };
}

function pipelineOf(pipeline: Shown['pipelines'][number]): GitLabPipeline {
  const { id, ref, tag, sha, status, webUrl } = pipeline;
  const stages = pipeline.stages
    .map((name) => ({ name, jobs: pipeline.jobs.filter((job) => job.stage === name) }))
    .filter((stage) => stage.jobs.length > 0);
  return { id, ref: refName(ref), tag, sha, status, webUrl, stages };
}

/** `!7` for the ref of a merge request, as GitLab's own pages call it. */
function refName(ref: string): string {
  return ref.replace(/^refs\/merge-requests\/(\d+)\/head$/, '!$1');
}
