import type { Migration } from './migration.ts';

/** Which pipeline made a pipeline, so that a child is told under its root. */
export const upstream: Migration = {
  name: '0002-upstream',
  statements: ({ integer }) => [
    `alter table pipelines add column upstream_project_id ${integer}`,
    `alter table pipelines add column upstream_pipeline_id ${integer}`,
    `create index pipelines_of_upstream on pipelines (upstream_project_id, upstream_pipeline_id)
      where upstream_pipeline_id is not null`,
  ],
};
