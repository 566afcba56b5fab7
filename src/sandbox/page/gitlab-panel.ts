import { createElement as h, type ReactNode } from 'react';
import type { GitLabJob, GitLabPipeline, GitLabProject, GitLabSide } from './gitlab-side.ts';

/** Pipelines that are shown unfolded. */
const OPEN_PIPELINES = 2;

const SHOWN_PIPELINES = 12;

/** A shape and a word for every status: neither colour nor sight is needed to tell them apart. */
const SHAPES: Readonly<Record<string, readonly [string, string]>> = {
  success: ['✔', 'passed'],
  failed: ['✖', 'failed'],
  running: ['◐', 'running'],
  pending: ['◌', 'pending'],
  created: ['○', 'created'],
  preparing: ['○', 'preparing'],
  waiting_for_resource: ['⧗', 'waiting for resource'],
  waiting_for_callback: ['⧗', 'waiting for callback'],
  scheduled: ['⧗', 'scheduled'],
  manual: ['▷', 'manual'],
  blocked: ['▷', 'blocked'],
  canceled: ['⊘', 'canceled'],
  canceling: ['⊘', 'canceling'],
  skipped: ['»', 'skipped'],
};

/** GitLab's side of the demo: what runs where in one project, the first unless told, and the buttons of its pages. */
export function renderGitLab(gitlab: GitLabSide | undefined, path?: string): ReactNode {
  const state = gitlab?.state();
  const project = state?.projects.find((one) => one.path === path) ?? state?.projects[0];
  if (gitlab === undefined || state === undefined || project === undefined)
    return h('p', { className: 'gl-empty' }, 'No GitLab is connected.');
  const shown = project.pipelines.slice(0, SHOWN_PIPELINES);
  return h(
    'div',
    { 'data-project': project.path },
    renderProjects(state.projects, project.path),
    h(
      'form',
      { className: 'gl-push', 'data-gitlab-form': 'pushTag' },
      h('input', { name: 'name', 'aria-label': 'Tag name', placeholder: nextTag(project.tags), autoComplete: 'off' }),
      h('button', { type: 'submit' }, 'Push tag'),
      h('button', { type: 'submit', className: 'is-second', 'data-gitlab': 'pushTagSkippingCi' }, 'with ci.skip'),
      h('button', { type: 'button', 'data-gitlab': 'pushBranch', 'data-ref': 'main' }, 'Push to main'),
    ),
    renderEnvironments(project.environments),
    gitlab.requireApproval === undefined ? null : renderApprovalSwitch(state.requiresApproval),
    ...tagsWithoutPipeline(project).map((tag) => renderTag(tag)),
    ...shown.map((pipeline, index) => renderPipeline(pipeline, index < OPEN_PIPELINES)),
    shown.length === 0 ? h('p', { className: 'gl-empty' }, 'No pipeline yet. Push a tag.') : null,
  );
}

function renderProjects(projects: readonly GitLabProject[], shown: string): ReactNode {
  return h(
    'div',
    { className: 'gl-projects', role: 'group', 'aria-label': 'Project' },
    ...projects.map(({ path }) =>
      h('button', { key: path, type: 'button', 'data-show': path, 'aria-pressed': path === shown }, path),
    ),
  );
}

function renderEnvironments(environments: GitLabProject['environments']): ReactNode {
  const rows = environments.map((one) =>
    h(
      'tr',
      { key: one.name },
      h('th', { scope: 'row' }, one.name),
      h('td', { title: one.version }, h('code', null, one.version ?? '–')),
      h('td', null, one.status === undefined ? '' : renderStatus(one.status)),
    ),
  );
  return h('table', { className: 'gl-environments' }, h('caption', null, 'Environments'), h('tbody', null, ...rows));
}

function renderApprovalSwitch(isOn: boolean): ReactNode {
  return h(
    'button',
    {
      type: 'button',
      className: 'gl-switch',
      'data-gitlab': 'requireApproval',
      'data-on': String(!isOn),
      'aria-pressed': isOn,
    },
    h('span', { 'aria-hidden': true }, isOn ? '☑ ' : '☐ '),
    'Production needs an approval (Premium)',
  );
}

/** Newest first. */
function tagsWithoutPipeline({ tags, pipelines }: GitLabProject): readonly string[] {
  const built = new Set(pipelines.filter((one) => one.tag).map((one) => one.ref));
  return tags.filter((tag) => !built.has(tag));
}

function renderTag(tag: string): ReactNode {
  return h(
    'div',
    { className: 'gl-pipeline gl-job', key: tag },
    h('strong', { className: 'gl-name' }, tag),
    h('small', null, 'tag without a pipeline'),
    renderRun(tag),
  );
}

function renderRun(tag: string): ReactNode {
  const label = `Run pipeline for ${tag}`;
  return h(
    'span',
    { className: 'gl-deeds' },
    h('button', { type: 'button', 'data-gitlab': 'runPipeline', 'data-ref': tag, 'aria-label': label }, 'Run pipeline'),
  );
}

function renderPipeline(pipeline: GitLabPipeline, isOpen: boolean): ReactNode {
  return h(
    'details',
    { className: 'gl-pipeline', open: isOpen, 'data-keep': `pipeline-${pipeline.id}`, key: pipeline.id },
    h(
      'summary',
      null,
      renderStatus(pipeline.status),
      ' ',
      h('strong', null, pipeline.ref),
      h('small', null, ` ${pipeline.tag ? 'tag' : 'branch'} · #${pipeline.id} · ${pipeline.sha.slice(0, 8)}`),
    ),
    ...pipeline.stages.map((stage) =>
      h('div', { className: 'gl-stage', key: stage.name }, h('h4', null, stage.name), ...stage.jobs.map(renderJob)),
    ),
    pipeline.tag ? h('div', { className: 'gl-stage' }, renderRun(pipeline.ref)) : null,
  );
}

function renderJob(job: GitLabJob): ReactNode {
  const deed = (name: string, label: string, extra: Readonly<Record<string, string>> = {}) =>
    h(
      'button',
      {
        key: label,
        type: 'button',
        'data-gitlab': name,
        'data-job': String(job.id),
        'aria-label': `${label} ${job.name}`,
        ...extra,
      },
      label,
    );
  const canFinish = job.status === 'running' || job.status === 'pending';
  const canRetry = ['success', 'failed', 'canceled'].includes(job.status);
  return h(
    'div',
    { className: 'gl-job', key: job.id },
    renderStatus(job.status),
    h('span', { className: 'gl-name', title: job.environment ?? '' }, job.name),
    h(
      'span',
      { className: 'gl-deeds' },
      job.status === 'manual' ? deed('play', 'Play') : null,
      canFinish ? deed('finish', 'Pass', { 'data-outcome': 'success' }) : null,
      canFinish ? deed('finish', 'Fail', { 'data-outcome': 'failed' }) : null,
      canFinish ? deed('cancel', 'Cancel') : null,
      canRetry ? deed('retry', 'Retry', job.status === 'success' ? { className: 'is-quiet' } : {}) : null,
    ),
  );
}

function renderStatus(status: string): ReactNode {
  const [shape, word] = SHAPES[status] ?? ['?', status];
  return h(
    'span',
    { className: `gl-status is-${status.replaceAll(/[^a-z_]/g, '')}`, title: word },
    h('span', { 'aria-hidden': true }, shape),
    h('span', { className: 'gl-word' }, ` ${word}`),
  );
}

/** A name one above the newest tag, as a suggestion in the empty field. */
function nextTag(tags: readonly string[]): string {
  const parsed = tags.flatMap((tag) => {
    const found = /^v(\d+)\.(\d+)\.(\d+)$/.exec(tag);
    return found === null ? [] : [found.slice(1).map(Number)];
  });
  const newest = parsed.sort((a, b) => (b[0] ?? 0) - (a[0] ?? 0) || (b[1] ?? 0) - (a[1] ?? 0)).at(0);
  return newest === undefined ? 'v1.0.0' : `v${newest[0]}.${(newest[1] ?? 0) + 1}.0`;
}
