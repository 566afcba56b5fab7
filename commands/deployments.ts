import { chooseReading } from '../src/app/choose-reading.ts';
import type { Command, CommandContext, ProjectContext } from '../src/app/command.ts';
import { readLive } from '../src/app/read-live.ts';
import { refuseReader } from '../src/app/refuse-policy.ts';
import { refuseNoProject, refuseTwoReadings, unknownEnvironment } from '../src/app/refuse-reading.ts';
import { type DeploymentRow, renderDeployments } from '../src/cards/deployments.ts';
import { type Environment, matchEnvironment } from '../src/domain/environment.ts';
import { UsageError } from '../src/domain/errors.ts';
import { say } from '../src/domain/phrase.ts';

const usage = '/deployments [project] [environment]';

/** Environments shown at most: each costs two small requests, side by side. */
const shown = 12;

/** Shows what runs where, since when, by whom. */
export const deployments: Command = {
  name: '/deployments',
  usage,
  description: 'See what runs where, since when and by whom',
  examples: ['/deployments', '/deployments prod'],
  flags: { valueFlags: [] },

  async run({ words, flags }, context) {
    if (words.length > 2) throw new UsageError('I can read a project and an environment.', { hint: `Type: ${usage}` });
    const chosen = await chooseReading(words, context);
    if (chosen.kind === 'no_project') return refuseNoProject({ command: '/deployments', words }, context);
    if (chosen.kind === 'ambiguous') {
      return refuseTwoReadings({ command: '/deployments', words, flags, readings: chosen.readings });
    }
    const { project, environments, rest } = chosen;
    const about = { project: project.ref.path };
    const refused = await refuseReader(project, say`Nothing is shown.`, context);
    if (refused) return { kind: 'refused', refusal: refused, about };

    const [word] = rest;
    const match = word === undefined ? undefined : matchEnvironment(word, environments, project.rules);
    if (word !== undefined && match?.kind === 'unknown') {
      return unknownEnvironment(
        { command: '/deployments', word, candidates: match.candidates, rest: [], project },
        context,
      );
    }
    const now = await context.gitlab.environmentsNow(project.ref.id);
    const wanted =
      match?.kind === 'found' ? now.filter((environment) => environment.name === match.name) : inOrder(now);
    const rows = await Promise.all(wanted.slice(0, shown).map((environment) => readRow(environment, project, context)));
    return { kind: 'answer', about, card: renderDeployments({ project: project.ref, rows, asOf: context.now }) };
  },
};

async function readRow(
  environment: Environment,
  project: ProjectContext,
  context: CommandContext,
): Promise<DeploymentRow> {
  const { live, running } = await readLive(project.ref.id, environment.name, context);
  return {
    environment: environment.name,
    tier: environment.tier,
    version: live?.ref,
    sha: live?.sha,
    since: live?.changedAt ?? live?.createdAt,
    by: live?.user,
    url: environment.url,
    running: running.find((deployment) => deployment.status === 'running')?.ref,
  };
}

/** Production first, then the tiers on the way to it; what GitLab does not know comes last. */
function inOrder(environments: readonly Environment[]): readonly Environment[] {
  const tiers = ['production', 'staging', 'testing', 'development'];
  const rank = (environment: Environment): number => {
    const index = tiers.indexOf(environment.tier ?? '');
    return index < 0 ? tiers.length : index;
  };
  return environments.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}
