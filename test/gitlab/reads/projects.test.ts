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
  tier: 'free' | 'premium' = 'premium',
): Promise<void> {
  const server = createGitLabServer({ tier, otherProjects: [...others, { id: 2000, path: 'other/x' }] });
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

describe('deployAccess', () => {
  it('asks for every environment of the project at once', async () => {
    await withGitLab(async (gitlab, server) => {
      server.protectEnvironment('production', { deploy: [40] });
      server.protectEnvironment('staging', { deploy: [30] });

      const [production, staging, open] = await Promise.all(
        ['production', 'staging', 'development'].map(async (name) => gitlab.deployAccess(42, name)),
      );

      expect(production).toMatchObject([{ accessLevel: 40 }]);
      expect(staging).toMatchObject([{ accessLevel: 30 }]);
      expect(open).toBeUndefined();
      expect(server.requests).toHaveLength(1);
    });
  });

  it('is of no protection where the tier has none, or the token is no maintainer’s', async () => {
    await withGitLab(async (gitlab, server) => {
      server.setMember('chatops', 30);

      expect(await gitlab.deployAccess(42, 'production')).toBeUndefined();
    });
    await withGitLab(async (gitlab) => {
      expect(await gitlab.deployAccess(42, 'production')).toBeUndefined();
    }, 'free');
  });
});
