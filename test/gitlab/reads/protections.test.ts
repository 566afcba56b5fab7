import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitLabGateway } from '../../../src/gitlab/gateway.ts';
import { createGitLabServer, type GitLabServer } from '../../../src/sandbox/gitlab-server/server.ts';

const project = { id: 42, path: 'acme/payments/app' };
let server: GitLabServer;
let gitlab: ReturnType<typeof createGitLabGateway>;

beforeEach(async () => {
  server = createGitLabServer({ tier: 'premium', projectPath: project.path });
  await server.start();
  server.setGroupMember('chatops', 40);
  gitlab = createGitLabGateway({ url: server.url, token: server.token, now: () => new Date() });
});
afterEach(() => server.stop());

const asked = (): readonly string[] =>
  server.requests
    .map(({ path }) => path.replace('/api/v4', ''))
    .filter((path) => path.endsWith('protected_environments'));

describe('protections', () => {
  it('asks for every environment of the project and of the groups above it at once', async () => {
    server.protectEnvironment('production', { deploy: [40] });
    server.protectEnvironment('staging', { deploy: [30] });

    const [production, staging, open] = await Promise.all(
      ['production', 'staging', 'development'].map(async (name) => gitlab.protections(project, name)),
    );

    expect(production).toMatchObject([{ access: [{ accessLevel: 40 }] }]);
    expect(staging).toMatchObject([{ access: [{ accessLevel: 30 }] }]);
    expect(open).toEqual([]);
    expect(asked().toSorted()).toEqual([
      '/groups/acme%2Fpayments/protected_environments',
      '/groups/acme/protected_environments',
      '/projects/42/protected_environments',
    ]);
  });

  it('names a group’s protection of the tier beside the project’s', async () => {
    server.protectEnvironment('production', { deploy: [30] });
    server.protectTier('acme', 'production', { deploy: ['mia'] });
    server.protectTier('acme/payments', 'staging', { deploy: [40] });

    expect(await gitlab.protections(project, 'production')).toMatchObject([
      { group: undefined, access: [{ accessLevel: 30 }] },
      { group: 'acme', access: [{ userId: expect.any(Number) }] },
    ]);
    expect(await gitlab.protections(project, 'staging')).toMatchObject([{ group: 'acme/payments' }]);
  });

  it('goes by the name where GitLab has no such environment yet', async () => {
    server.protectTier('acme', 'production', { deploy: [40] });

    expect(await gitlab.protections(project, 'prod-eu')).toHaveLength(1);
    expect(await gitlab.protections(project, 'review/x')).toEqual([]);
  });

  it('is of no protection where the tier has none, or the token may not see it', async () => {
    server.protectTier('acme', 'production', { deploy: [40] });
    server.setGroupMember('chatops', 30);
    expect(await gitlab.protections(project, 'production')).toEqual([]);

    server.settings.tier = 'free';
    const unlicensed = createGitLabGateway({ url: server.url, token: server.token, now: () => new Date() });
    expect(await unlicensed.protections(project, 'production')).toEqual([]);
  });
});
