import { z } from 'zod';
import type { GitLabReads } from '../../app/ports.ts';
import { decodeProject } from '../decode-answer.ts';
import { ProjectPayload, readAs } from '../schema.ts';
import type { ReadContext } from './context.ts';

const maxPages = 50;

/** Reads of projects themselves: always asked anew, since they are moved and renamed. */
export function createProjectReads({ api }: ReadContext): Pick<GitLabReads, 'project' | 'groupProjects'> {
  return {
    async project(path) {
      return decodeProject(readAs(ProjectPayload, await api.Projects.show(path), `project ${path}`));
    },

    async groupProjects(group) {
      const answer = await api.Groups.allProjects(group, {
        includeSubgroups: true,
        // Shared ones belong to another group, by whose path they would be configured.
        withShared: false,
        archived: false,
        simple: true,
        orderBy: 'id',
        perPage: 100,
        maxPages,
      });
      return readAs(z.array(ProjectPayload), answer, `the projects of ${group}`).map(decodeProject);
    },
  };
}
