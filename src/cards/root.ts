import type { Deployment } from '../domain/deployment.ts';
import { isActive, isFinished, type Job } from '../domain/job.ts';
import type { Operation } from '../domain/operation.ts';
import { bold, join, link, type Phrase, type Segment, say, time } from '../domain/phrase.ts';
import { failedJobs, isPipelineFinished, openGates, type Pipeline } from '../domain/pipeline.ts';
import { buildCard, type Card } from './card.ts';
import { downstreamLine } from './downstream-line.ts';
import { literal } from './literal.ts';
import { operationStatus } from './operation.ts';
import { joinLines, type Line, shaped } from './phrase-blocks.ts';
import { commitLine, nameJobs, pipelineDuration, pipelineLink, versionOf } from './pipeline-words.ts';
import { stageRow } from './stage-row.ts';
import { deploymentStatus, jobStatus, pipelineStatus, type Status, statuses } from './status.ts';
import { actorName, standing } from './step-words.ts';

const maxEnvironments = 5;
const maxOperations = 2;

/** The root of a pipeline's thread: a pure function of what is stored, of the same height for 3 jobs and for 72. */
export function renderRoot({
  pipeline,
  downstream = [],
  operations,
  newsUrl,
}: {
  readonly pipeline: Pipeline;
  /** The pipelines that it triggered, and those that they did. */
  readonly downstream?: readonly Pipeline[];
  readonly operations: readonly Operation[];
  /** The message under which the pipeline's news goes on, where that is another one. */
  readonly newsUrl?: string | undefined;
}): Card {
  const version = versionOf(pipeline);
  const { shape, word } = pipelineStatus(pipeline);
  const { path, url } = pipeline.project;
  const trouble = troubleLine(pipeline);
  const family = [pipeline, ...downstream];
  return buildCard({
    spoken: say`${version} of ${path}: the pipeline ${pipeline.status === 'success' || pipeline.status === 'failed' ? '' : 'is '}${word}.`,
    lines: [
      shaped(shape, say`${bold(version)} · ${bold(word)} · ${link(path, url)}`),
      trouble,
      gatesLine(family, operations),
      ...operations
        .filter((operation) => operation.state === 'active' || operation.state === 'stuck')
        .slice(0, maxOperations)
        .map(operationLine),
      stageRow(pipeline),
      downstreamLine(downstream),
      environmentsLine(family),
      commitLine(pipeline),
      metaLine(pipeline, newsUrl),
    ],
  });
}

function troubleLine(pipeline: Pipeline): Line {
  const failed = failedJobs(pipeline);
  return failed.length === 0 ? [] : shaped(statuses.failed.shape, say`Failed: ${nameJobs(failed, 2)}`);
}

/** Gates on the way of a deploy under way are left out: its own line says what it waits for. */
function gatesLine(family: readonly Pipeline[], operations: readonly Operation[]): Line {
  const onTheWay = operations
    .filter((operation) => operation.state === 'active')
    .flatMap(({ steps }) => steps.filter((step) => step.kind === 'play').map((step) => step.job));
  const gates = family
    .filter((pipeline) => !isPipelineFinished(pipeline.status))
    .flatMap((pipeline) => openGates(pipeline))
    .filter((job) => !onTheWay.includes(job.name));
  return gates.length === 0 ? [] : shaped(statuses.waiting.shape, say`Waiting for a person: ${nameJobs(gates, 3)}`);
}

function operationLine(operation: Operation): Line {
  const { kind, environment, release, byItself } = operation;
  const who = byItself ? 'this bot' : actorName(operation.requester);
  const version = literal(release.version, 60);
  const deed =
    kind === 'rollback'
      ? say`${who} rolls ${bold(environment)} back to ${version}`
      : say`${who} deploys ${version} to ${bold(environment)}`;
  return shaped(operationStatus(operation).shape, say`${deed}: ${standing(operation)}`);
}

/** `staging ✅ deployed · production-canary ▶ deploying`. */
function environmentsLine(family: readonly Pipeline[]): Line {
  const all = environmentStates(family);
  const told = all
    .slice(0, maxEnvironments)
    .map(({ name, status }): Line => [`${literal(name, 40)} `, status.shape, ` ${status.word}`]);
  const left = all.length - told.length;
  const row = joinLines([...told, ...(left > 0 ? [[`and ${left} more`]] : [])], ' · ');
  return row.length === 0 ? [] : ['Environments: ', ...row];
}

/** Where these pipelines deployed to, or are at it: GitLab's record, or the job where it is newer than the record. */
function environmentStates(family: readonly Pipeline[]): readonly { readonly name: string; readonly status: Status }[] {
  const deployments = family.flatMap(toldDeployments);
  const jobs = family
    .flatMap((pipeline) => pipeline.jobs)
    .filter(
      (job) =>
        job.environment?.action === 'start' &&
        (isActive(job.status) || (isFinished(job.status) && job.status !== 'skipped')),
    );
  const names = [
    ...new Set([...jobs.map((job) => job.environment?.name ?? ''), ...deployments.map((d) => d.environment)]),
  ];
  return names.map((name) => {
    const job = newest(jobs.filter((one) => one.environment?.name === name));
    const deployment = newest(deployments.filter((one) => one.environment === name));
    const fromJob = job && (deployment?.jobId === undefined || deployment.jobId < job.id);
    if (deployment && !fromJob) return { name, status: deploymentStatus(deployment.status) };
    return { name, status: job ? asDeployment(job) : statuses.unknown };
  });
}

function toldDeployments(pipeline: Pipeline): readonly Deployment[] {
  return pipeline.deployments.filter((one) => !['created', 'blocked', 'skipped'].includes(one.status));
}

function asDeployment(job: Job): Status {
  if (job.status === 'success') return deploymentStatus('success');
  return job.status === 'running' ? deploymentStatus('running') : jobStatus(job);
}

function newest<T extends { readonly id: number }>(all: readonly T[]): T | undefined {
  return all.toSorted((a, b) => b.id - a.id)[0];
}

function metaLine(pipeline: Pipeline, newsUrl: string | undefined): Phrase {
  const duration = isPipelineFinished(pipeline.status) ? pipelineDuration(pipeline) : undefined;
  const parts: (Phrase | Segment)[] = [pipelineLink(pipeline)];
  if (pipeline.mergeRequest) {
    const { iid, title, url } = pipeline.mergeRequest;
    parts.push(link(`!${iid} ${literal(title, 60)}`, url));
  }
  if (pipeline.createdAt) parts.push(say`started ${time(pipeline.createdAt)}`);
  if (duration !== undefined) parts.push(`took ${duration}`);
  if (newsUrl !== undefined) parts.push(link('Later news', newsUrl));
  return join(parts, ' · ');
}
