import type { Pipeline, PipelineFacts } from '../../domain/pipeline.ts';
import type { ProjectRules } from '../../domain/project.ts';
import type { Tables } from '../store-ports.ts';
import { tellTagNews } from './tell-tag-news.ts';

/**
 * Tells of a tag whose pipeline the poll has found, where no webhook may say it: GitLab's list of tags does not tell
 * who pushed one, but the pipeline that the push made does. A tag without a pipeline, one that was moved, and one that
 * was deleted are left untold.
 */
export async function tellPolledTag(
  tables: Tables,
  found: {
    readonly held: Pipeline | undefined;
    readonly pipeline: PipelineFacts;
    readonly rules: ProjectRules | undefined;
    readonly now: Date;
    /** What was made before is history. */
    readonly since: Date;
  },
): Promise<void> {
  const { held, pipeline, rules, now, since } = found;
  const { project, tag, source, createdAt, ref, sha, user } = pipeline;
  if (held || rules?.events !== 'poll' || !tag || source !== 'push') return;
  if (createdAt === undefined || createdAt < since) return;
  await tellTagNews(tables, { kind: 'tag', project, tag: ref, move: 'created', sha, user }, { rules, now });
}
