import type { Migration } from './migration.ts';

/**
 * The newest entries of a project, or of one of its environments, without reading the whole audit. The columns are
 * made from the entry's text, so that they can say nothing else than it does.
 */
export const auditPlace: Migration = {
  name: '0012-audit-place',
  statements: (words) => [
    `alter table audit add column project text ${words.fieldOf('entry', 'project')}`,
    `alter table audit add column environment text ${words.fieldOf('entry', 'environment')}`,
    'create index audit_of_project on audit (project, seq)',
    'create index audit_of_environment on audit (project, environment, seq)',
  ],
};
