import { commandLine } from '../../domain/command-line.ts';
import { bold, code, join, link, say } from '../../domain/phrase.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Release } from '../../domain/release.ts';
import type { CommandContext } from '../command.ts';
import type { DeployRequest } from './plan-deploy.ts';
import type { DeployJobFound } from './resolve-release.ts';

/** No ref of that name: the nearest and the newest tags. */
export function unknownVersion(
  request: DeployRequest,
  candidates: readonly string[],
  context: CommandContext,
): Refusal {
  const [best] = candidates;
  return {
    code: 'version_unknown',
    notDone: say`Nothing was deployed to ${bold(request.environment.name)}.`,
    fact: candidates.length
      ? say`${request.project.ref.path} has no tag, branch or commit ${code(request.version)}. Nearest and newest tags: ${join(candidates.map(code), ', ')}.`
      : say`${request.project.ref.path} has no tag, branch or commit ${code(request.version)}, and no tags at all.`,
    todo: best
      ? [
          {
            kind: 'type',
            line: commandLine(context.settings.commandPrefix, '/deploy', [request.environment.name, best]),
          },
        ]
      : [{ kind: 'open', label: 'Open the tags', url: `${request.project.ref.url}/-/tags` }],
  };
}

/** The version is there, and nothing was ever built for it. */
export function noPipeline(request: DeployRequest, release: Release): Refusal {
  const commit = release.ref === release.sha ? 'this commit' : 'the newest commit of this branch';
  const subject = release.tag ? 'this tag' : commit;
  return {
    code: 'no_pipeline',
    notDone: say`${release.version} was not deployed to ${bold(request.environment.name)}.`,
    fact: say`No pipeline ran for ${subject} (${code(release.sha.slice(0, 8))}), so there is no job to press.`,
    todo: [
      {
        kind: 'open',
        label: 'Run a pipeline',
        url: `${request.project.ref.url}/-/pipelines/new?ref=${encodeURIComponent(release.ref)}`,
      },
    ],
  };
}

/** Why no job, or not one, can be told to deploy it. */
export function noDeployJob(
  request: DeployRequest,
  release: Release,
  found: Exclude<DeployJobFound, { kind: 'found' }>,
): Refusal {
  const environment = request.environment.name;
  const notDone = say`${release.version} was not deployed to ${bold(environment)}.`;
  const configure: Refusal['todo'] = [
    { kind: 'say', phrase: say`Name the job in chatops.yml: ${code(`environments: { ${environment}: { job: … } }`)}` },
  ];
  switch (found.kind) {
    case 'several':
      return {
        code: 'several_jobs',
        notDone,
        fact:
          request.job === undefined
            ? say`Several jobs deploy to ${bold(environment)}. Which one?`
            : say`${code(request.job)} does not deploy to ${bold(environment)}. Which job is meant?`,
        todo: found.jobs.slice(0, 5).map((job) => ({
          kind: 'press',
          label: job,
          actionId: `run_command:${job}`.slice(0, 255),
          value: commandLine('', '/deploy', [request.project.ref.path, environment, release.version, '--job', job]),
        })),
      };
    case 'configure':
      return {
        code: `job_${found.reason}`,
        notDone,
        fact:
          found.reason === 'parallel'
            ? say`The job that deploys there is split by ${code('parallel')}, so there is not one job to press.`
            : say`The environment's name in the pipeline holds a variable, so its job cannot be told by name.`,
        // Naming a split job would not help: there is not one to press.
        todo:
          found.reason === 'parallel'
            ? [{ kind: 'open', label: 'Deploy it in GitLab', url: `${request.project.ref.url}/-/pipelines` }]
            : configure,
      };
    case 'not_in_pipeline':
      return {
        code: 'job_not_in_pipeline',
        notDone,
        fact: say`The job ${code(found.jobName)} that deploys there is not part of its ${link(`pipeline #${found.pipeline.id}`, found.pipeline.url)}: its rules left it out.`,
        todo: [{ kind: 'open', label: 'Open the pipeline', url: found.pipeline.url }],
      };
    case 'none':
      return {
        code: 'no_deploy_job',
        notDone,
        fact: say`No job of its pipeline starts the environment ${bold(environment)}.`,
        todo: configure,
      };
  }
}
