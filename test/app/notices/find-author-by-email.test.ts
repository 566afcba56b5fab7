import { describe, expect, it } from 'vitest';
import { type FindAuthorDeps, findAuthorByEmail } from '../../../src/app/notices/find-author-by-email.ts';
import type { SlackUser } from '../../../src/app/ports.ts';
import type { Tables } from '../../../src/app/store-ports.ts';
import { InvariantError, SlackError } from '../../../src/domain/errors.ts';
import type { DomainEvent } from '../../../src/domain/event.ts';
import { aDeployment, aJob, aPipeline, project, someFacts } from '../../support/builders.ts';
import { aLog } from '../../workers/log.ts';

const address = 'ann@acme.example';
const ann: SlackUser = { id: 'U0ANN', name: 'Ann', timezone: 'UTC', restricted: false, email: address };
const { sha } = someFacts();

const failedJob: DomainEvent = {
  kind: 'job',
  project,
  pipelineId: 812,
  ref: 'main',
  tag: false,
  sha,
  job: aJob({ status: 'failed' }),
};
const failedPipeline: DomainEvent = { kind: 'pipeline', pipeline: someFacts({ status: 'failed' }), jobs: [] };
const failedDeployment: DomainEvent = { kind: 'deployment', project, deployment: aDeployment({ status: 'failed' }) };

function deps(change: Partial<FindAuthorDeps> = {}) {
  const asked: string[] = [];
  const log = aLog();
  const pipelines: Partial<Tables['pipelines']> = { find: async () => aPipeline() };
  const all: FindAuthorDeps = {
    settings: () => ({ identityEmail: true }),
    gitlab: {
      commitAuthorEmail: async (projectId, commit) => {
        asked.push(`${projectId}/${commit}`);
        return address;
      },
    },
    slack: { userByEmail: async (wanted) => (wanted === address ? ann : undefined) },
    store: { tables: { pipelines } as Tables },
    log: log.log,
    ...change,
  };
  return { all, asked, log };
}

const about = (event: DomainEvent) => ({ project, pipelineId: 812, events: [event] });

describe('findAuthorByEmail', () => {
  it.each([
    ['job', failedJob],
    ['pipeline', failedPipeline],
    [
      'pipeline that goes on with a failed job',
      { ...failedPipeline, pipeline: someFacts(), jobs: [aJob({ status: 'failed' })] },
    ],
    ['deployment, whose hook shortens the sha', failedDeployment],
  ] as const)('finds who has the address of the commit of a failed %s', async (_what, event) => {
    const { all, asked } = deps();

    expect(await findAuthorByEmail(about(event), all)).toEqual({ sha, slackUserId: 'U0ANN' });
    expect(asked).toEqual([`${project.id}/${sha}`]);
  });

  it.each<[string, DomainEvent, Partial<FindAuthorDeps>]>([
    ['identity.email is off', failedJob, { settings: () => ({ identityEmail: false }) }],
    ['nothing failed', { ...failedJob, job: aJob({ status: 'success' }) }, {}],
  ])('asks nobody where %s', async (_case, event, change) => {
    const { all, asked } = deps(change);

    expect(await findAuthorByEmail(about(event), all)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('finds nobody where Slack does not answer, and logs no address', async () => {
    const refused = new SlackError('Slack refused users.lookupByEmail', {
      slackCode: 'missing_scope',
      outcome: 'none',
      retryable: false,
    });
    const { all, log } = deps({ slack: { userByEmail: () => Promise.reject(refused) } });

    expect(await findAuthorByEmail(about(failedJob), all)).toBeUndefined();
    expect(JSON.stringify(log.lines)).toContain('author not found by e-mail');
    expect(JSON.stringify(log.lines)).not.toContain('acme.example');
  });

  it('hides no mistake of ours', async () => {
    const { all } = deps({ slack: { userByEmail: () => Promise.reject(new InvariantError('a mistake')) } });

    await expect(findAuthorByEmail(about(failedJob), all)).rejects.toThrow('a mistake');
  });
});
