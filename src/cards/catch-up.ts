import type { Job } from '../domain/job.ts';
import { bold, join, type Phrase, say, time } from '../domain/phrase.ts';
import { openGates, type Pipeline } from '../domain/pipeline.ts';
import type { Notice } from '../domain/thread.ts';
import { buildCard, type Card, type CardButton } from './card.ts';
import { literal } from './literal.ts';
import { type Line, shaped } from './phrase-blocks.ts';
import { nameJobs, pipelineLink, versionOf } from './pipeline-words.ts';
import { isRollbackOffered, rollbackButton } from './rollback-button.ts';
import { pipelineStatus, type Status, shapes, statuses } from './status.ts';

const maxNotices = 5;

/**
 * After an outage of ours: what happened to a pipeline meanwhile, and how it is now. Told once; offers
 * the way back from a deployment whose failure is not two hours old, and nothing else.
 */
export function renderCatchUp({
  pipeline,
  notices,
  since,
  now,
}: {
  readonly pipeline: Pipeline;
  readonly notices: readonly Notice[];
  /** When the first of it happened. */
  readonly since: Date;
  readonly now: Date;
}): Card {
  const version = versionOf(pipeline);
  const { shape, word } = pipelineStatus(pipeline);
  const waiting = waitingJobs(pipeline);
  // What still waits is said in the last line.
  const past = notices.filter((one) => one.kind !== 'gate_reached' || !waiting.some(({ id }) => id === one.job.id));
  const told = past.slice(-maxNotices);
  const left = past.length - told.length;
  return buildCard({
    spoken: say`Late: ${version} of ${pipeline.project.path} moved on while I was away, since ${time(since)}. Its pipeline now: ${word}.`,
    lines: [
      shaped(shapes.late, say`${bold('Late:')} ${bold(version)} moved on while I was away, since ${time(since)}.`),
      left > 0 ? say`${left} earlier, then:` : [],
      ...told.map(noticeLine),
      shaped(shape, join([say`Now: ${bold(word)}`, ...waitsFor(waiting), [pipelineLink(pipeline)]], ' · ')),
    ],
    buttons: buttonsOf(pipeline, notices, now),
  });
}

function buttonsOf(pipeline: Pipeline, notices: readonly Notice[], now: Date): readonly CardButton[] {
  const last = notices.findLast((notice) => notice.kind === 'deployment');
  if (last?.outcome !== 'failed' || !last.at || !isRollbackOffered(last.at, now)) return [];
  const { project, sha } = pipeline;
  const { environment } = last.deployment;
  return [rollbackButton({ projectPath: project.path, environment, version: versionOf(pipeline), sha })];
}

function waitingJobs(pipeline: Pipeline): readonly Job[] {
  return pipeline.status === 'manual' ? openGates(pipeline) : [];
}

function waitsFor(jobs: readonly Job[]): readonly Phrase[] {
  return jobs.length === 0 ? [] : [nameJobs(jobs, 3)];
}

function noticeLine(notice: Notice): Line {
  const { status, said } = tell(notice);
  return shaped(status.shape, notice.at ? say`${said}, ${time(notice.at)}` : said);
}

function tell(notice: Notice): { readonly status: Status; readonly said: Phrase } {
  switch (notice.kind) {
    case 'job_failed':
      return { status: statuses.failed, said: say`${bold(notice.job.name)} failed` };
    case 'pipeline_failed':
    case 'still_failing':
      return {
        status: statuses.failed,
        said:
          notice.jobs.length > 0 ? say`the pipeline failed at ${nameJobs(notice.jobs, 1)}` : say`the pipeline failed`,
      };
    case 'pipeline_started':
      return { status: statuses.running, said: say`the pipeline started` };
    case 'pipeline_succeeded':
      return { status: statuses.passed, said: say`the pipeline passed` };
    case 'fixed':
      return { status: statuses.passed, said: say`the branch is fixed` };
    case 'gate_reached':
      return { status: statuses.waiting, said: say`waited for a person: ${nameJobs([notice.job], 1)}` };
    case 'deployment':
      return tellDeployment(notice);
  }
}

function tellDeployment(notice: Extract<Notice, { kind: 'deployment' }>): {
  readonly status: Status;
  readonly said: Phrase;
} {
  const to = bold(literal(notice.deployment.environment, 60));
  switch (notice.outcome) {
    case 'started':
      return { status: statuses.running, said: say`the deployment to ${to} started` };
    case 'succeeded':
      return { status: statuses.passed, said: say`deployed to ${to}` };
    case 'failed':
      return { status: statuses.failed, said: say`the deployment to ${to} failed` };
    case 'canceled':
      return { status: statuses.canceled, said: say`the deployment to ${to} was canceled` };
  }
}
