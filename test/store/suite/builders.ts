import type { MessageDraft, NewInboxRow, Tables, Thread } from '../../../src/app/store-ports.ts';
import type { AuditEntry } from '../../../src/domain/audit.ts';
import type { Job } from '../../../src/domain/job.ts';
import type { Lock } from '../../../src/domain/lock.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Pipeline } from '../../../src/domain/pipeline.ts';
import type { DeployPlan, Plan } from '../../../src/domain/plan.ts';
import type { ProjectRef } from '../../../src/domain/project.ts';

const start = Date.UTC(2026, 2, 1, 12);

/** The moment `seconds` after the tests begin. */
export function at(seconds: number): Date {
  return new Date(start + seconds * 1_000);
}

export const project: ProjectRef = {
  id: 7,
  path: 'acme/production-app',
  url: 'https://gitlab.example.com/acme/production-app',
  defaultBranch: 'main',
};

export const ann = { slackUserId: 'U0ANN', gitlab: { id: 11, username: 'ann', name: 'Ann' } };

export function anInput(change: Partial<NewInboxRow> = {}): NewInboxRow {
  return { key: 'gitlab/1', source: 'gitlab', body: '{"object_kind":"pipeline"}', receivedAt: at(0), ...change };
}

export function aMessage(change: Partial<MessageDraft> = {}): MessageDraft {
  return {
    key: 'C1/pipeline:9',
    channel: 'C1',
    rootKey: undefined,
    lane: 'deployment',
    text: 'Pipeline 9 is running.',
    blocks: [{ type: 'section', text: { type: 'plain_text', text: 'running' } }],
    ...change,
  };
}

export function aJob(change: Partial<Job> = {}): Job {
  return { id: 77, name: 'unit-tests', stage: 'test', status: 'running', allowFailure: false, ...change };
}

export function aPipeline(change: Partial<Pipeline> = {}): Pipeline {
  return {
    project,
    id: 9,
    ref: 'v1.4.0',
    tag: true,
    sha: 'a'.repeat(40),
    status: 'running',
    url: `${project.url}/-/pipelines/9`,
    stages: ['test', 'deploy'],
    createdAt: at(0),
    jobs: [aJob()],
    deployments: [],
    foldedAt: at(1),
    ...change,
  };
}

export function aThread(change: Partial<Thread> = {}): Thread {
  return {
    channel: 'C1',
    projectId: project.id,
    pipelineId: 9,
    rootKey: 'C1/pipeline:9',
    newsKey: 'C1/pipeline:9',
    createdAt: at(0),
    ...change,
  };
}

const release = { version: 'v1.4.0', ref: 'v1.4.0', tag: true, sha: 'a'.repeat(40) };

export function aPlan(change: Partial<Omit<Plan, 'deed'>> = {}, deed: Partial<DeployPlan> = {}): Plan<DeployPlan> {
  return {
    id: 'plan-1',
    state: 'open',
    requester: ann,
    deed: {
      kind: 'deploy',
      project,
      environment: 'production',
      release,
      pipelineId: 9,
      pipelineUrl: `${project.url}/-/pipelines/9`,
      steps: [{ kind: 'play', job: 'deploy-prod', environment: 'production' }],
      live: { version: 'v1.3.0', sha: 'b'.repeat(40), since: at(-3_600) },
      channel: 'C1',
      line: '/deploy acme/app:production v1.4.0',
      ...deed,
    },
    createdAt: at(0),
    expiresAt: at(900),
    ...change,
  };
}

export function anOperation(change: Partial<Operation> = {}): Operation {
  return {
    id: 'operation-1',
    kind: 'deploy',
    planId: 'plan-1',
    project,
    environment: 'production',
    release,
    pipelineId: 9,
    pipelineUrl: `${project.url}/-/pipelines/9`,
    state: 'active',
    steps: [{ kind: 'play', job: 'deploy-prod', environment: 'production', state: 'calling', calledAt: at(2) }],
    requester: ann,
    channel: 'C1',
    rootKey: 'C1/pipeline:9',
    createdAt: at(0),
    nextCheckAt: at(5),
    ...change,
  };
}

export function anEntry(change: Partial<AuditEntry> = {}): AuditEntry {
  return { at: at(0), actor: ann, action: 'deploy.confirm', outcome: 'allowed', project: project.path, ...change };
}

/** Posts what is due as Slack would, and records it. Returns the keys in the order they went out. */
export async function sendAllDue({ outbox }: Tables, now: Date): Promise<readonly string[]> {
  const sent: string[] = [];
  for (;;) {
    const [row] = await outbox.due(now, 1);
    if (!row) return sent;
    await outbox.sending(row.id, now);
    await outbox.sent(row.id, { version: row.version, ts: row.ts ?? `100.${row.seq}` }, now);
    sent.push(row.key);
  }
}

export function aLock(change: Partial<Lock> = {}): Lock {
  return {
    id: 'lock-1',
    project,
    environment: 'production',
    holder: ann,
    reason: 'hotfix',
    since: at(0),
    channel: 'C1',
    ...change,
  };
}
