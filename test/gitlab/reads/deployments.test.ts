import { describe, expect, it } from 'vitest';
import { createGitLabGateway } from '../../../src/gitlab/gateway.ts';
import { sendJson, startLoopback } from '../loopback.ts';

const sha = 'a'.repeat(40);

const page = (status: string, number: number): string =>
  `deployments?environment=production&status=${status}&order_by=id&sort=desc&per_page=100&page=${number}`;

function aDeployment(id: number, ofSha = sha) {
  return { id, status: 'success', ref: 'v1', sha: ofSha, environment: { id: 3, name: 'production' }, deployable: null };
}

/** A page of other commits' deployments, newest first. */
function others(from: number) {
  return Array.from({ length: 100 }, (_, at) => aDeployment(from - at, 'b'.repeat(40)));
}

/** Five pages without the commit. */
function longHistory(status: string) {
  return Object.fromEntries([1, 2, 3, 4, 5].map((number) => [page(status, number), others(10_000 - number * 100)]));
}

async function ask(answers: Readonly<Record<string, unknown>>) {
  await using server = await startLoopback((response, { url }) => {
    const asked = decodeURIComponent(url).replace('/api/v4/projects/7/', '');
    const known = answers[asked];
    sendJson(response, known === undefined ? 404 : 200, known ?? { message: `404 ${asked}` });
  });
  const gitlab = createGitLabGateway({ url: server.url, token: 'glpat-test', now: () => new Date(0) });
  const { deployments, truncated } = await gitlab.endedDeploymentsOf(7, 'production', sha);
  return { ids: deployments.map(({ id }) => id), truncated, calls: server.received.length };
}

describe('endedDeploymentsOf', () => {
  it('reads on to an older page, and no further', async () => {
    const answers = {
      [page('success', 1)]: others(900),
      [page('success', 2)]: [aDeployment(700)],
      [page('failed', 1)]: [],
    };

    expect(await ask(answers)).toEqual({ ids: [700], truncated: false, calls: 3 });
  });

  it('says that it did not see all where it has not found a success', async () => {
    const answers = { ...longHistory('success'), [page('failed', 1)]: [] };

    expect(await ask(answers)).toEqual({ ids: [], truncated: true, calls: 6 });
  });

  it('does not mind failures that are older than the success', async () => {
    const answers = { [page('success', 1)]: [aDeployment(9_900)], ...longHistory('failed') };

    expect(await ask(answers)).toMatchObject({ ids: [9_900], truncated: false });
  });

  it('cannot know whether it failed later where not all failures since were seen', async () => {
    const answers = { [page('success', 1)]: [aDeployment(9)], ...longHistory('failed') };

    expect(await ask(answers)).toMatchObject({ ids: [9], truncated: true });
  });
});
