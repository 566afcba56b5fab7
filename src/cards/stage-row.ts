import { isActive, isFinished, type Job } from '../domain/job.ts';
import { isPipelineFinished, type Pipeline } from '../domain/pipeline.ts';
import { literal } from './literal.ts';
import { joinLines, type Line, shaped, shownLength } from './phrase-blocks.ts';
import { jobStatus, type Status, statuses } from './status.ts';

/** About two lines on a desktop and four on a phone, however many stages and jobs there are. */
export const stageRowMax = 160;

interface Group {
  readonly status: Status;
  readonly stages: readonly string[];
  readonly jobs: readonly Job[];
}

/**
 * The stages in words: `✅ 8 stages passed · ▶ deploy-canary running (1 of 2 jobs) · ○ deploy-prod, verify to come`.
 * Stages of the same status are told together, and by number where their names would make the row longer.
 */
export function stageRow(pipeline: Pipeline): Line {
  const groups = groupStages(pipeline);
  const rows = [3, 2, 1, 0].map((names) =>
    joinLines(
      groups.map((group) => tellGroup(group, names)),
      ' · ',
    ),
  );
  return rows.find((row) => shownLength(row) <= stageRowMax) ?? shortRow(groups);
}

/** Where even the counts are too long: the stages that somebody has to look at, and how many others there are. */
function shortRow(groups: readonly Group[]): Line {
  const urgent: readonly Status[] = [statuses.failed, statuses.running, statuses.waiting, statuses.pending];
  const told = groups.filter((group) => urgent.includes(group.status));
  const left = groups.filter((group) => !told.includes(group)).reduce((sum, group) => sum + group.stages.length, 0);
  return joinLines([...told.map((group) => tellGroup(group, 0)), [`${left} more stages`]], ' · ');
}

function groupStages(pipeline: Pipeline): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const stage of stageNames(pipeline)) {
    const jobs = pipeline.jobs.filter((job) => job.stage === stage);
    if (jobs.length === 0 && isPipelineFinished(pipeline.status)) continue;
    const status = stageStatus(jobs);
    const group = groups.get(status.word) ?? { status, stages: [], jobs: [] };
    groups.set(status.word, { status, stages: [...group.stages, stage], jobs: [...group.jobs, ...jobs] });
  }
  return [...groups.values()];
}

function stageNames(pipeline: Pipeline): readonly string[] {
  return [...new Set([...pipeline.stages, ...pipeline.jobs.map((job) => job.stage)])];
}

/** What matters most of a stage's jobs. */
function stageStatus(jobs: readonly Job[]): Status {
  const some = (test: (job: Job) => boolean): Job | undefined => jobs.find(test);
  const told =
    some((job) => job.status === 'failed' && !job.allowFailure) ??
    some((job) => job.status === 'running') ??
    some((job) => isActive(job.status)) ??
    some((job) => job.status === 'manual' && !job.allowFailure) ??
    some((job) => job.status === 'unknown') ??
    some((job) => job.status === 'scheduled') ??
    some((job) => job.status === 'created') ??
    some((job) => job.status === 'canceled');
  if (told) return jobStatus(told);
  if (some((job) => job.status === 'failed')) return statuses.warnings;
  if (some((job) => job.status === 'success')) return statuses.passed;
  if (some((job) => job.status === 'manual')) return statuses.optional;
  return some((job) => job.status === 'skipped') ? statuses.skipped : statuses.toCome;
}

function tellGroup({ status, stages, jobs }: Group, maxNames: number): Line {
  const named = stages.length <= maxNames;
  const count = stages.length === 1 ? '1 stage' : `${stages.length} stages`;
  const names = named ? stages.map((stage) => literal(stage, 32)).join(', ') : count;
  const ended = jobs.filter((job) => isFinished(job.status)).length;
  const progress = status === statuses.running && jobs.length > 1 ? ` (${ended} of ${jobs.length} jobs done)` : '';
  return shaped(status.shape, [`${names} ${status.word}${progress}`]);
}
