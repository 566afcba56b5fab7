import type { Deed } from '../../domain/plan.ts';
import { jobOf, pipelineOf } from '../../domain/task.ts';
import type { Subject } from '../command.ts';

/** What a planned deed is about, for the audit. */
export function subjectOf(deed: Deed): Subject {
  const project = deed.project.path;
  if (deed.kind !== 'task') {
    const { environment, release, pipelineId } = deed;
    return { project, environment, version: release.version, sha: release.sha, pipelineId };
  }
  const { task } = deed;
  const about = task.kind === 'run' ? task.release : task.pipeline;
  return {
    project,
    environment: environmentOf(task),
    version: about.version,
    sha: about.sha,
    pipelineId: pipelineOf(task)?.id,
    jobId: jobOf(task)?.id,
  };
}

function environmentOf(task: Extract<Deed, { kind: 'task' }>['task']): string | undefined {
  if (task.kind === 'stop') return task.environment.name;
  return task.kind === 'run' ? task.deploy?.environment : undefined;
}
