import { deploymentUnderWay, operationUnderWay } from '../../cards/deploy-refused.ts';
import { commandLine } from '../../domain/command-line.ts';
import type { Deployment } from '../../domain/deployment.ts';
import { bold, code, join, type Phrase, say, time } from '../../domain/phrase.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { RollbackMatch } from '../../domain/rollback.ts';
import type { CommandContext } from '../command.ts';
import { nameOf, type RollbackRequest, type UnderWay, type Way } from './rollback-request.ts';

/** What has not happened. */
export function notRolledBack({ environment }: RollbackRequest): Phrase {
  return say`${bold(environment.name)} was not rolled back.`;
}

/** Why no version to go back to was found. */
export function explainMatch(
  match: Exclude<RollbackMatch, { kind: 'found' }>,
  request: RollbackRequest,
  { settings }: CommandContext,
): Refusal {
  const notDone = notRolledBack(request);
  const { name } = request.environment;
  const { url } = request.project.ref;
  const history = { kind: 'open', label: 'See its deployments', url: `${url}/-/environments` } as const;
  switch (match.kind) {
    case 'never_deployed':
      return {
        code: 'never_deployed',
        notDone,
        fact: say`Nothing was ever deployed to ${bold(name)}.`,
        todo: [history],
      };
    case 'nothing_earlier':
      return {
        code: 'nothing_earlier',
        notDone,
        fact: say`There is no earlier good version of ${bold(name)} to go back to: it has ${nameOf(match.left)}.`,
        todo: [history],
      };
    case 'already_there':
      return {
        code: 'already_live',
        notDone,
        fact: say`${bold(name)} already runs ${nameOf(match.left)}${since(match.left)}.`,
        todo: [history],
      };
    case 'not_deployed': {
      const [best] = match.candidates;
      const known = match.candidates.length
        ? say`These were: ${join(match.candidates.map(code), ', ')}.`
        : say`No other version was.`;
      return {
        code: 'version_never_there',
        notDone,
        fact: say`${code(request.version ?? '')} was never deployed there with success. ${known}`,
        todo: best
          ? [{ kind: 'type', line: commandLine(settings.commandPrefix, '/rollback', [name, best]) }]
          : [history],
      };
    }
  }
}

/** Something newer was deployed since the button was made. */
export function outOfDate(left: Deployment, request: RollbackRequest, { settings }: CommandContext): Refusal {
  return {
    code: 'button_out_of_date',
    notDone: notRolledBack(request),
    fact: say`This button is out of date: ${bold(request.environment.name)} has ${nameOf(left)}${since(left)}.`,
    todo: [{ kind: 'type', line: commandLine(settings.commandPrefix, '/rollback', [request.environment.name]) }],
  };
}

/** Somebody is at it: in the words that a deploy would get, with the way out that only a rollback has. */
export function busy({ operation, deployments }: UnderWay, request: RollbackRequest): Refusal {
  const { project, environment, version, reason } = request;
  const line = commandLine('', '/rollback', [
    `${project.rules.path}:${environment.name}`,
    ...(version === undefined ? [] : [version]),
    ...(reason === undefined ? [] : [reason]),
    '--abort',
  ]);
  return {
    code: operation ? 'operation_active' : 'deployment_running',
    notDone: notRolledBack(request),
    fact: operation ? operationUnderWay(operation) : join(deployments.map(deploymentUnderWay), ' '),
    todo: deployments.every(({ jobId }) => jobId !== undefined)
      ? [{ kind: 'press', label: 'Abort it and roll back', actionId: 'run_command:abort', value: line }]
      : [{ kind: 'open', label: 'See its deployments', url: `${project.ref.url}/-/environments` }],
  };
}

/** The target has no job that could be run. */
export function noWay(way: Extract<Way, { kind: 'none' }>, request: RollbackRequest): Refusal {
  const notDone = notRolledBack(request);
  const page = {
    kind: 'open',
    label: 'Open its deployments',
    url: `${request.project.ref.url}/-/environments`,
  } as const;
  switch (way.why) {
    case 'job_gone':
      return {
        code: 'rollback_job_gone',
        notDone,
        fact: say`The job that deployed it then is not in its pipeline any more.`,
        todo: [page],
      };
    case 'job_busy':
      return {
        code: 'job_running',
        notDone,
        fact: say`Its job ${code(way.job?.name ?? '')} is running already.`,
        todo: [page],
      };
    case 'no_rollback_job':
      return {
        code: 'no_rollback_job',
        notDone,
        fact: say`The pipeline that is live has no rollback job for ${bold(request.environment.name)} that can be started.`,
        todo: [
          {
            kind: 'say',
            phrase: say`Set ${code('rollback: { by: redeploy }')} in chatops.yml, or name the job under ${code('rollback.jobs')}.`,
          },
        ],
      };
  }
}

function since({ changedAt, createdAt }: Deployment): Phrase {
  const at = changedAt ?? createdAt;
  return at ? say` since ${time(at)}` : [];
}
