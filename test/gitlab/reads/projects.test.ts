import { describe, expect, it } from 'vitest';
import { NotFoundError } from '../../../src/domain/errors.ts';
import { createGitLabGateway } from '../../../src/gitlab/gateway.ts';
import { createGitLabServer } from '../../../src/sandbox/gitlab-server/server.ts';

const others = Array.from({ length: 130 }, (_, index) => ({ id: 1000 + index, path: `acme/pay/deep/p${index}` }));

async function withGitLab(
  work: (
    gitlab: ReturnType<typeof createGitLabGateway>,
    server: ReturnType<typeof createGitLabServer>,
  ) => Promise<void>,
): Promise<void> {
  const server = createGitLabServer({ otherProjects: [...others, { id: 2000, path: 'other/x' }] });
  await server.start();
  try {
    await work(createGitLabGateway({ url: server.url, token: server.token, now: () => new Date() }), server);
  } finally {
    await server.stop();
  }
}

describe('groupProjects', () => {
  it('lists the projects of a group and of those below, page by page', async () => {
    await withGitLab(async (gitlab, server) => {
      const listed = await gitlab.groupProjects('acme');

      expect(listed).toHaveLength(131);
      expect(listed.at(-1)).toMatchObject({ id: 1129, path: 'acme/pay/deep/p129' });
      expect(server.requests.map(({ path }) => path)).toEqual([
        '/api/v4/groups/acme/projects',
        '/api/v4/groups/acme/projects',
      ]);
    });
  });

  it('knows no group that is absent or hidden', async () => {
    await withGitLab(async (gitlab) => {
      await expect(gitlab.groupProjects('nobody/here')).rejects.toBeInstanceOf(NotFoundError);
    });
  });
});

describe('project', () => {
  it('follows where a moved project leads', async () => {
    await withGitLab(async (gitlab, server) => {
      server.moveProject('acme/shop/app');

      expect(await gitlab.project('acme/production-app')).toMatchObject({ id: 42, path: 'acme/shop/app' });
      expect(await gitlab.project(42)).toMatchObject({ path: 'acme/shop/app' });
    });
  });
});
