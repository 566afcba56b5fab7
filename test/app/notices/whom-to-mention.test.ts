import { describe, expect, it } from 'vitest';
import { whomToMention } from '../../../src/app/notices/whom-to-mention.ts';
import type { Tables } from '../../../src/app/store-ports.ts';
import type { Link } from '../../../src/domain/link.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Notice } from '../../../src/domain/thread.ts';
import { aDeployment, aJob, anOperation, aPipeline, aStep } from '../../support/builders.ts';

const deployJob = aJob({ id: 106, name: 'deploy-prod', status: 'failed' });
const unitTests = aJob({ status: 'failed' });
// Raj began the pipeline and wrote the commit, Ann asked for the deployment.
const pipeline = aPipeline({
  jobs: [unitTests, deployJob],
  user: { username: 'raj', name: 'Raj Patel' },
  commitAuthor: 'Raj Patel',
});
const people: { readonly identityUsers: Readonly<Record<string, string>>; readonly authorByEmail: undefined } = {
  identityUsers: { U0ANN: 'ann', U0RAJ: 'raj' },
  authorByEmail: undefined,
};
const none: Readonly<Record<string, string>> = {};
const failedDeployment: Notice = { kind: 'deployment', outcome: 'failed', deployment: aDeployment() };

type StoredLink = Awaited<ReturnType<Tables['links']['all']>>[number];

function tablesWith(operation: Operation, linked: readonly Link[] = []): Pick<Tables, 'operations' | 'links'> {
  const operations: Partial<Tables['operations']> = { ofPipeline: () => Promise.resolve([operation]) };
  const links: Partial<Tables['links']> = {
    all: async () => linked as readonly StoredLink[],
    find: async (slackUserId) => linked.find((one) => one.slackUserId === slackUserId) as StoredLink | undefined,
  };
  return { operations: operations as Tables['operations'], links: links as Tables['links'] };
}

const asked = tablesWith(anOperation({ steps: [aStep({ jobId: 106, state: 'running' })] }));

function link(slackUserId: string, username: string): Link {
  return { slackUserId, gitlab: { id: 12, username, name: username }, state: 'good', linkedAt: new Date(0) };
}

describe('whomToMention', () => {
  it.each<[string, Notice]>([
    ['job', { kind: 'job_failed', job: unitTests }],
    ['pipeline', { kind: 'pipeline_failed', jobs: [unitTests] }],
    ['branch again', { kind: 'still_failing', jobs: [unitTests] }],
    ['deployment', failedDeployment],
  ])('calls the author to a failed %s', async (_what, notice) => {
    expect(await whomToMention(asked, { mention: 'author', notice, pipeline, ...people })).toEqual({
      slackUserId: 'U0RAJ',
      as: 'author',
    });
  });

  it.each<[string, Notice]>([
    ['a deployment that they asked for', failedDeployment],
    ['a pipeline that failed with it', { kind: 'pipeline_failed', jobs: [unitTests, deployJob] }],
  ])('calls who asked in Slack to %s', async (_what, notice) => {
    expect(await whomToMention(asked, { mention: 'requester', notice, pipeline, ...people })).toEqual({
      slackUserId: 'U0ANN',
      as: 'requester',
    });
  });

  it('calls who asked to a job that their operation waits for and has not seen yet', async () => {
    const waiting = tablesWith(anOperation({ steps: [aStep({ kind: 'wait', job: 'unit-tests', state: 'waiting' })] }));
    const notice: Notice = { kind: 'job_failed', job: unitTests };

    expect(await whomToMention(waiting, { mention: 'requester', notice, pipeline, ...people })).toMatchObject({
      slackUserId: 'U0ANN',
    });
  });

  it('calls nobody to a job that nobody asked for in Slack', async () => {
    const notice: Notice = { kind: 'job_failed', job: unitTests };

    expect(await whomToMention(asked, { mention: 'requester', notice, pipeline, ...people })).toBeUndefined();
  });

  it.each(['author', 'requester'] as const)('calls no %s whom identity.users does not name', async (mention) => {
    const about = { mention, notice: failedDeployment, pipeline, identityUsers: {}, authorByEmail: undefined };

    expect(await whomToMention(asked, about)).toBeUndefined();
  });

  it.each<[string, Notice]>([
    ['a mended branch', { kind: 'fixed' }],
    ['a deployment that began', { ...failedDeployment, outcome: 'started' }],
  ])('calls nobody to %s', async (_what, notice) => {
    expect(await whomToMention(asked, { mention: 'author', notice, pipeline, ...people })).toBeUndefined();
  });

  it('calls nobody where the channel wants none', async () => {
    const about = { mention: 'none', notice: failedDeployment, pipeline, ...people } as const;

    expect(await whomToMention(asked, about)).toBeUndefined();
  });

  it.each<[string, Partial<typeof people> & { readonly sha?: string }, readonly Link[], string | undefined]>([
    ['who has the author’s address, where nothing else tells', { identityUsers: none }, [], 'U0MAIL'],
    ['whom the file names, before who has the address', {}, [], 'U0RAJ'],
    ['nobody by the address of another commit', { identityUsers: none, sha: 'f'.repeat(40) }, [], undefined],
    ['nobody who linked another account', { identityUsers: none }, [link('U0MAIL', 'other')], undefined],
  ])('calls %s', async (_case, { sha = pipeline.sha, ...known }, linked, expected) => {
    const about = { mention: 'author', notice: { kind: 'job_failed', job: unitTests }, pipeline } as const;
    const authorByEmail = { sha, slackUserId: 'U0MAIL' };

    const called = await whomToMention(tablesWith(anOperation(), linked), {
      ...about,
      ...people,
      ...known,
      authorByEmail,
    });

    expect(called?.slackUserId).toBe(expected);
  });

  it.each<[string, readonly Link[], string | undefined]>([
    ['whoever linked the author’s account, before the file', [link('U0LINKED', 'raj')], 'U0LINKED'],
    ['nobody where two linked it', [link('U0LINKED', 'raj'), link('U0TWO', 'raj')], undefined],
    ['nobody whom the file takes for somebody else than they linked', [link('U0RAJ', 'other')], undefined],
  ])('calls %s', async (_what, linked, expected) => {
    const tables = tablesWith(anOperation(), linked);
    const notice: Notice = { kind: 'job_failed', job: unitTests };

    const called = await whomToMention(tables, { mention: 'author', notice, pipeline, ...people });

    expect(called?.slackUserId).toBe(expected);
  });
});
