import type {
  Command,
  CommandContext,
  CommandResult,
  HeardEnvironment,
  ProjectContext,
  Subject,
} from '../src/app/command.ts';
import { collapseFolders, inOrder } from '../src/app/environments/arrange-environments.ts';
import { tellKnownEnvironments } from '../src/app/environments/known-environments.ts';
import { readEnvironments, readHistory } from '../src/app/environments/read-environments.ts';
import { chooseReading } from '../src/app/input/choose-reading.ts';
import { refuseReader } from '../src/app/input/refuse-policy.ts';
import { refuseNoProject, refuseTwoReadings, unknownEnvironment } from '../src/app/input/refuse-reading.ts';
import { refusePlace } from '../src/app/watches/watch-place.ts';
import { renderDeployments, type ShownDeployments } from '../src/cards/deployments.ts';
import { commandLine } from '../src/domain/command-line.ts';
import { type EnvironmentMatch, matchEnvironment } from '../src/domain/environment.ts';
import { UsageError } from '../src/domain/errors.ts';
import { say } from '../src/domain/phrase.ts';

const usage = '/deployments [project] [environment] [--share]';

/** Environments read at most: each costs a few small requests, side by side. */
const maxShown = 12;

/** Shows what runs where, since when, by whom; of one environment also what was deployed there lately. */
export const deployments: Command = {
  name: '/deployments',
  usage,
  description: 'See what runs where, since when and by whom',
  examples: ['/deployments', '/deployments prod', '/deployments prod --share'],
  flags: { valueFlags: [], switches: ['share'] },

  async run({ words, flags }, context) {
    if (words.length > 2) throw new UsageError('I can read a project and an environment.', { hint: `Type: ${usage}` });
    const said = Object.fromEntries(Object.keys(flags).map((flag) => [flag, '']));
    const chosen = await chooseReading(words, context);
    if (chosen.kind === 'no_project') return refuseNoProject({ command: '/deployments', words, may: 'read' }, context);
    if (chosen.kind === 'ambiguous') {
      return refuseTwoReadings({ command: '/deployments', words, flags: said, readings: chosen.readings });
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
    const name = match?.kind === 'found' ? match.name : undefined;
    const shown = await show({ match, project }, context);
    const environment = { ...about, environment: name };
    return flags['share'] === undefined
      ? { kind: 'answer', about: environment, card: renderDeployments(shown.card), heard: shown.heard }
      : share(shown.card, environment, context);
  },

  whenAway: ({ words }, context) => tellKnownEnvironments(words, context),
};

interface Shown {
  readonly card: ShownDeployments;
  readonly heard: readonly HeardEnvironment[];
}

async function show(
  { match, project }: { readonly match: EnvironmentMatch | undefined; readonly project: ProjectContext },
  context: CommandContext,
): Promise<Shown> {
  const now = await context.gitlab.environmentsNow(project.ref.id);
  const name = match?.kind === 'found' ? match.name : undefined;
  const { alone, folders } = collapseFolders(inOrder(now), match);
  const [{ rows, heard }, history] = await Promise.all([
    readEnvironments(alone.slice(0, maxShown), project, context),
    name === undefined ? [] : readHistory(name, project, context),
  ]);
  const left = alone.slice(maxShown).map((environment) => ({ environment: environment.name, tier: environment.tier }));
  const target = name === undefined ? project.ref.path : `${project.ref.path}:${name}`;
  // Slack has no channels among conversations of two.
  const line = context.channel.startsWith('D') ? undefined : commandLine('', '/deployments', [target, '--share']);
  return {
    card: { project: project.ref, rows: [...rows, ...left], folders, history, asOf: context.now, share: line },
    heard,
  };
}

/** The same for everybody in the channel. */
async function share(card: ShownDeployments, about: Subject, context: CommandContext): Promise<CommandResult> {
  const refusal = await refusePlace(say`Nothing is shared.`, context);
  if (refusal) return { kind: 'refused', refusal, about };
  const { channel, actor } = context;
  return {
    kind: 'act',
    about,
    async apply(tables, now) {
      await tables.outbox.put(
        {
          key: `${channel}/deployments/${actor.slackUserId}/${now.getTime()}`,
          channel,
          rootKey: undefined,
          lane: 'answer',
          ...renderDeployments({ ...card, share: undefined, sharedBy: actor.slackUserId }),
        },
        now,
      );
      return { kind: 'done', card: renderDeployments({ ...card, share: undefined, shared: true }), reason: 'shared' };
    },
  };
}
