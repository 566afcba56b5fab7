import { guessTier } from '../../domain/environment.ts';
import { bold, code, join, say } from '../../domain/phrase.ts';
import { environmentRule } from '../../domain/project.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { allowedVariables, isReserved, refusedVariables } from '../../domain/variable.ts';
import type { DeployRequest } from './plan-deploy.ts';

type Request = Pick<DeployRequest, 'project' | 'environment' | 'version' | 'variables'>;

/** Says which of the variables may not be set there, and which may; undefined: all may. No value is repeated. */
export function refuseVariables(request: Request): Refusal | undefined {
  return refuseTaskVariables(request, notDeployed(request));
}

/** The same for a job or pipeline of no environment, where all but the reserved ones may be set. */
export function refuseTaskVariables(
  request: Pick<Request, 'project' | 'variables'> & { readonly environment: Request['environment'] | undefined },
  notDone: Refusal['notDone'],
): Refusal | undefined {
  const { project, environment, variables = {} } = request;
  const rule = environment && environmentRule(project.rules, environment.name);
  const tier = environment && (environment.known?.tier ?? guessTier(environment.name));
  const about = { allowed: rule?.variables, tier };
  const refused = refusedVariables(Object.keys(variables), about);
  if (refused.length === 0) return undefined;
  const allowed = allowedVariables(about);
  const may = allowed.includes('*')
    ? say`any name that does not begin with CI_, GITLAB_ or CHATOPS_`
    : allowed.length > 0
      ? join(allowed.map(code), ', ')
      : say`none`;
  const them = refused.length === 1 ? 'it' : 'them';
  const where = environment ? say` in ${bold(environment.name)}` : [];
  return {
    code: 'variable_not_allowed',
    notDone,
    fact: say`${join(refused.map(code), ', ')} may not be set there. Allowed${where}: ${may}.`,
    todo: [
      {
        kind: 'say',
        phrase:
          environment === undefined || refused.some(isReserved)
            ? say`Leave ${them} out.`
            : say`Leave ${them} out, or list ${them} in chatops.yml: ${code(`environments: { ${environment.name}: { variables: [${refused.join(', ')}] } }`)}`,
      },
    ],
  };
}

/** Only a job that is started by hand and for the first time takes variables. */
export function noVariables(request: Request, job: string): Refusal {
  return {
    code: 'variables_not_taken',
    notDone: notDeployed(request),
    fact: say`GitLab takes variables only for a manual job that has not run yet, and ${code(job)} is none.`,
    todo: [{ kind: 'say', phrase: say`Leave the variables out.` }],
  };
}

function notDeployed({ version, environment }: Request): Refusal['notDone'] {
  return say`${version} was not deployed to ${bold(environment.name)}.`;
}
