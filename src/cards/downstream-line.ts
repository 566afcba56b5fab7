import { say } from '../domain/phrase.ts';
import { failedJobs, type Pipeline } from '../domain/pipeline.ts';
import { joinLines, type Line, shaped } from './phrase-blocks.ts';
import { downstreamName, nameJobs } from './pipeline-words.ts';
import { pipelineStatus, type Status, statuses } from './status.ts';

const maxNamed = 3;

/**
 * The pipelines that one triggered, in words: `Child pipelines: ❌ deploy-eu failed at smoke-test · ✅ 4 passed`. Those
 * that somebody has to look at are named, the others where there is room.
 */
export function downstreamLine(downstream: readonly Pipeline[]): Line {
  if (downstream.length === 0) return [];
  const ordered = downstream.toSorted((a, b) => urgency(pipelineStatus(a)) - urgency(pipelineStatus(b)) || a.id - b.id);
  const named = ordered.slice(0, maxNamed).map(nameOne);
  const row = joinLines([...named, ...countRest(ordered.slice(maxNamed))], ' · ');
  return [downstream.length === 1 ? 'Child pipeline: ' : 'Child pipelines: ', ...row];
}

function urgency(status: Status): number {
  const order: readonly Status[] = [statuses.failed, statuses.waiting, statuses.running, statuses.pending];
  const at = order.indexOf(status);
  return at < 0 ? order.length : at;
}

function nameOne(pipeline: Pipeline): Line {
  const { shape, word } = pipelineStatus(pipeline);
  const failed = pipeline.status === 'failed' ? failedJobs(pipeline) : [];
  const where = failed.length > 0 ? say` at ${nameJobs(failed, 1)}` : [];
  return shaped(shape, say`${downstreamName(pipeline)} ${word}${where}`);
}

function countRest(rest: readonly Pipeline[]): readonly Line[] {
  const counts = new Map<Status, number>();
  for (const pipeline of rest) {
    const status = pipelineStatus(pipeline);
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return [...counts].map(([{ shape, word }, count]) => shaped(shape, say`${count} ${word}`));
}
