import type { Migration } from './migration.ts';

/** The pipelines of a tag are asked for when the tag or its release is told. */
export const tags: Migration = {
  name: '0003-tags',
  statements: () => ['create index pipelines_of_ref on pipelines (project_id, ref, pipeline_id)'],
};
