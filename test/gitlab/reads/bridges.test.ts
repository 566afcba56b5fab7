import { afterEach, describe, expect, it } from 'vitest';
import { createGitLabGateway } from '../../../src/gitlab/gateway.ts';
import { createGitLabServer, type GitLabServer } from '../../../src/sandbox/gitlab-server/server.ts';
import { childRepository, infraYaml, upstreamYaml } from '../../support/child-project.ts';

let server: GitLabServer;

afterEach(() => server.stop());

describe('bridges', () => {
  it('names the trigger job and the child, once it is made', async () => {
    server = createGitLabServer({ examplePath: childRepository() });
    await server.start();
    const gitlab = createGitLabGateway({ url: server.url, token: server.token, now: () => new Date() });
    const { id, sha } = await server.pushTag('v9.0.0');

    const before = await gitlab.bridges(42, id);
    await server.settle(id);
    const after = await gitlab.bridges(42, id);

    const [child] = server.pipeline(id).downstream;
    expect(before).toEqual([{ name: 'deploy-eu', downstream: undefined }]);
    expect(after).toMatchObject([{ name: 'deploy-eu', downstream: { id: child, projectId: 42, ref: 'v9.0.0', sha } }]);
  });

  it('names the project of a pipeline of another one', async () => {
    server = createGitLabServer({
      ciYaml: upstreamYaml,
      otherProjects: [{ id: 77, path: 'acme/infra', ciYaml: infraYaml }],
    });
    await server.start();
    const gitlab = createGitLabGateway({ url: server.url, token: server.token, now: () => new Date() });
    const { id } = await server.pushTag('v9.0.0');
    await server.settle(id);

    expect(await gitlab.bridges(42, id)).toMatchObject([{ name: 'infra', downstream: { projectId: 77, ref: 'main' } }]);
  });
});
