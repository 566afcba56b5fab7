import type { Person } from '../domain/actor.ts';
import { commandLine } from '../domain/command-line.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { LiveVersion } from '../domain/environment-record.ts';
import type { Job } from '../domain/job.ts';
import { bold, code, join, link, type Phrase, type Segment, say, time } from '../domain/phrase.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import type { ProjectRef } from '../domain/project.ts';
import { buildCard, type Card } from './card.ts';
import { literal } from './literal.ts';
import { shaped } from './phrase-blocks.ts';
import { refName, versionOf, versionWithSha } from './pipeline-words.ts';
import { shapes } from './status.ts';

/** Somebody took an environment back on GitLab's page; whoever reads it may keep others from deploying over it. */
export function renderRollbackSeen({
  project,
  deployment,
  left,
}: {
  readonly project: ProjectRef;
  readonly deployment: Deployment;
  /** What was there before. */
  readonly left: Deployment | undefined;
}): Card {
  const { environment } = deployment;
  const name = bold(literal(environment, 60));
  const version = nameOf(deployment);
  const by = deployment.user ? say` by ${literal(deployment.user.name, 60)}` : [];
  const said = say`${name} of ${project.path} was rolled back to ${bold(version)} on GitLab's page${by}.`;
  return buildCard({
    spoken: said,
    lines: [
      shaped(shapes.warning, said),
      facts(deployment, left),
      say`The next deploy would go over it. Lock ${name} to keep it as it is meanwhile. ${pageOf(deployment, project)}`,
    ],
    buttons: [
      {
        label: `Lock ${literal(environment, 40)}`,
        spoken: `Lock ${literal(environment, 28)} at ${version}`,
        actionId: 'run_command:lock',
        value: commandLine('', '/lock', [`${project.path}:${environment}`, 'rolled', 'back', 'to', version]),
      },
    ],
  });
}

/** A rollback job of a pipeline took an environment back: it alone knows to which version. */
export function renderRollbackJobSeen({
  pipeline,
  job,
  environment,
  by,
  byItself,
  left,
  at,
}: {
  readonly pipeline: Pipeline;
  readonly job: Pick<Job, 'id' | 'name'>;
  readonly environment: string;
  readonly by: Person | undefined;
  /** Nobody played it. */
  readonly byItself: boolean;
  /** What was there before, as far as we were told. */
  readonly left: Pick<LiveVersion, 'version' | 'sha'> | undefined;
  readonly at: Date;
}): Card {
  const { project } = pipeline;
  const name = bold(literal(environment, 60));
  const jobName = literal(job.name, 60);
  const whose = byItself ? "the pipeline's own job" : 'the job';
  const where = byItself ? [] : say` on GitLab's page${by ? say` by ${literal(by.name, 60)}` : []}`;
  const said = say`${name} of ${project.path} was rolled back by ${whose} ${code(jobName)} of ${bold(versionOf(pipeline))}${where}.`;
  const parts: (Phrase | Segment)[] = [say`Version unconfirmed until it is verified, or until the next deployment`];
  if (left) parts.push(say`before: ${versionWithSha(nameOf({ ...left, ref: left.version }), left.sha)}`);
  parts.push(time(at));
  const reason = ['rolled', 'back', 'by', job.name, 'of', versionOf(pipeline)];
  return buildCard({
    spoken: said,
    lines: [
      shaped(shapes.warning, said),
      join(parts, ' · '),
      say`The next deploy would go over it. Lock ${name} to keep it as it is meanwhile. ${pageOf({ jobId: job.id }, project)}`,
    ],
    buttons: [
      {
        label: `Lock ${literal(environment, 40)}`,
        spoken: `Lock ${literal(environment, 28)}, rolled back by ${literal(job.name, 20)}`,
        actionId: 'run_command:lock',
        value: commandLine('', '/lock', [`${project.path}:${environment}`, ...reason]),
      },
    ],
  });
}

function facts(deployment: Deployment, left: Deployment | undefined): Phrase {
  const at = deployment.changedAt ?? deployment.createdAt;
  const parts: (Phrase | Segment)[] = [say`Now: ${versionWithSha(nameOf(deployment), deployment.sha)}`];
  if (left) parts.push(say`before: ${versionWithSha(nameOf(left), left.sha)}`);
  if (at) parts.push(time(at));
  return join(parts, ' · ');
}

function nameOf({ ref, sha }: Pick<Deployment, 'ref' | 'sha'>): string {
  return refName(ref ?? sha?.slice(0, 8) ?? 'an unknown version');
}

function pageOf({ jobId }: Pick<Deployment, 'jobId'>, { url }: ProjectRef): Phrase {
  return jobId === undefined ? [] : say`${link('Open the job', `${url}/-/jobs/${jobId}`)}`;
}
