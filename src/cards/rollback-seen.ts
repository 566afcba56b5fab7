import { commandLine } from '../domain/command-line.ts';
import type { Deployment } from '../domain/deployment.ts';
import { bold, join, link, type Phrase, type Segment, say, time } from '../domain/phrase.ts';
import type { ProjectRef } from '../domain/project.ts';
import { buildCard, type Card } from './card.ts';
import { literal } from './literal.ts';
import { shaped } from './phrase-blocks.ts';
import { refName, versionWithSha } from './pipeline-words.ts';
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

function facts(deployment: Deployment, left: Deployment | undefined): Phrase {
  const at = deployment.changedAt ?? deployment.createdAt;
  const parts: (Phrase | Segment)[] = [say`Now: ${versionWithSha(nameOf(deployment), deployment.sha)}`];
  if (left) parts.push(say`before: ${versionWithSha(nameOf(left), left.sha)}`);
  if (at) parts.push(time(at));
  return join(parts, ' · ');
}

function nameOf({ ref, sha }: Deployment): string {
  return refName(ref ?? sha?.slice(0, 8) ?? 'an unknown version');
}

function pageOf({ jobId }: Deployment, { url }: ProjectRef): Phrase {
  return jobId === undefined ? [] : say`${link('Open the job', `${url}/-/jobs/${jobId}`)}`;
}
