import { commandLine } from '../../domain/command-line.ts';
import { code, say } from '../../domain/phrase.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Settings } from '../ports.ts';
import type { Tables } from '../store-ports.ts';

/**
 * What a press on *Retry* below a failed job stands for: the command that retries it. One that was run again since, or
 * that is of a project which nobody configured, is refused. `value`: `<project id>/<job id>`.
 */
export async function readRetryPress(
  value: string,
  { tables, settings }: { readonly tables: Pick<Tables, 'pipelines'>; readonly settings: Settings },
): Promise<{ readonly kind: 'line'; readonly line: string } | { readonly kind: 'refused'; readonly refusal: Refusal }> {
  const [projectId = Number.NaN, jobId = Number.NaN] = value.split('/').map(Number);
  const pipeline = await tables.pipelines.findByJob(projectId, jobId);
  const job = pipeline?.jobs.find(({ id }) => id === jobId);
  const isNewest = job !== undefined && !pipeline?.jobs.some(({ id, name }) => name === job.name && id > jobId);
  if (!pipeline || !job || !isNewest || job.status !== 'failed') {
    return {
      kind: 'refused',
      refusal: {
        code: 'button_out_of_date',
        notDone: say`Nothing was run again.`,
        fact: say`This button is out of date: the job was run again since, or its pipeline is not known any more.`,
        todo: pipeline ? [{ kind: 'open', label: 'Open the pipeline', url: pipeline.url }] : [],
      },
    };
  }
  const { path } = pipeline.project;
  if (!settings.rulesFor(path)) {
    return {
      kind: 'refused',
      refusal: {
        code: 'retry_in_gitlab',
        notDone: say`${code(job.name)} was not run again.`,
        fact: say`${path} is not configured here, so I do not know who may run its jobs.`,
        todo: [{ kind: 'open', label: 'Retry it in GitLab', url: job.url ?? pipeline.url }],
      },
    };
  }
  return { kind: 'line', line: commandLine('', '/pipeline', [path, 'retry', `#${pipeline.id}`, '--job', job.name]) };
}
