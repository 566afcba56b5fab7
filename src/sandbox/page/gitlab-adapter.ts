import type { GitLabServer } from '../gitlab-server/server.ts';
import type { GitLabApiMode, GitLabPipeline, GitLabSide, GitLabState, WebhookMode } from './gitlab-side.ts';

/** Each answer of GitLab takes this long while the page plays a slow one. */
const SLOW_MS = 4000;

/** Developers deploy, and one Maintainer has to agree. */
const productionRules = { deploy: [30], approvals: [{ who: 40, required: 1 }] };

type Shown = ReturnType<GitLabServer['state']>['projects'][number];

/** Shows the stand-in for GitLab as the page wants to see it: its first project, jobs by stage, faults as switches. */
export function adaptGitLab(gitlab: GitLabServer): GitLabSide {
  let api: GitLabApiMode = 'ok';
  let webhooks: WebhookMode = 'ok';
  const apply = () => {
    gitlab.faults.clear();
    if (api === 'slow') gitlab.faults.slow({}, SLOW_MS, Number.POSITIVE_INFINITY);
    if (api === 'down') gitlab.faults.outage('502');
    if (webhooks === 'lost') gitlab.faults.dropWebhooks('all');
    if (webhooks === 'duplicated') gitlab.faults.duplicateWebhooks('all');
  };
  return {
    state: () => stateOf(gitlab),
    pushTag: (name) => gitlab.pushTag(name),
    pushTagSkippingCi: (name) => gitlab.createTag(name),
    runPipeline: (tag, username) => gitlab.runPipeline(tag, username),
    pushBranch: (ref) => gitlab.pushBranch(ref),
    play: (jobId, username) => gitlab.play(jobId, username),
    retry: (jobId, username) => gitlab.retry(jobId, username),
    cancel: (jobId, username) => gitlab.cancel(jobId, username),
    finish(jobId, outcome) {
      const pipelines = projectOf(gitlab)?.pipelines ?? [];
      const pipeline = pipelines.find((one) => one.jobs.some((job) => job.id === jobId));
      const job = pipeline?.jobs.find((one) => one.id === jobId);
      if (pipeline === undefined || job === undefined) throw new Error(`there is no job ${jobId} to finish`);
      return gitlab.finish(job.name, outcome, { pipelineId: pipeline.id });
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

function projectOf(gitlab: GitLabServer): Shown | undefined {
  return gitlab.state().projects[0];
}

function stateOf(gitlab: GitLabServer): GitLabState {
  const project = projectOf(gitlab);
  const requiresApproval = gitlab.settings.tier === 'premium';
  if (project === undefined) return { project: '', tags: [], pipelines: [], environments: [], requiresApproval };
  return {
    project: project.path,
    tags: project.tags.map((tag) => tag.name),
    pipelines: project.pipelines.map(pipelineOf),
    environments: project.environments.map((one) => ({
      name: one.name,
      version: one.live === undefined ? undefined : refName(one.live),
      // A deployment that did not begin says nothing about what runs there.
      status: one.deployments.find((deployment) => !['created', 'blocked', 'skipped'].includes(deployment.status))
        ?.status,
    })),
    requiresApproval,
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
