import { renderDeployForm, renderProjectChoice } from '../../cards/deploy-form.ts';
import { renderRefusal } from '../../cards/refusal.ts';
import { renderNote } from '../../cards/view.ts';
import { flagWords } from '../../domain/command-line.ts';
import { type Environment, matchEnvironment, tierRank } from '../../domain/environment.ts';
import { InvariantError } from '../../domain/errors.ts';
import { say } from '../../domain/phrase.ts';
import { isGlob } from '../../domain/project.ts';
import { readings } from '../../domain/reading.ts';
import type { Words } from '../arguments.ts';
import type { CommandContext, ProjectContext } from '../command.ts';
import { refuseReader } from '../input/refuse-policy.ts';
import { refuseNoProject } from '../input/refuse-reading.ts';
import type { FormPlace } from '../input/slack-input.ts';
import { offerProjects } from '../projects/offer-projects.ts';
import type { Tables } from '../store-ports.ts';
import type { SlackView } from './slack-forms.ts';
import { prefetchVersions } from './version-names.ts';

/** A form as it is to be shown, and why it is none, for the audit. */
export interface Filled {
  readonly view: SlackView;
  readonly place: FormPlace;
  readonly refused?: { readonly code: string; readonly project?: string | undefined } | undefined;
}

const maxProjects = 100;

/**
 * Fills the deploy form with what can be chosen, and with what was typed. What it offers of versions is put into the
 * store first, so that the first keystroke is answered already.
 * @throws GitLabError, NotFoundError
 */
export async function fillDeployForm(
  asked: { readonly words: Words; readonly place: FormPlace },
  context: CommandContext,
  tables: Pick<Tables, 'meta'>,
): Promise<Filled> {
  const { words, place } = asked;
  const [reading] = readings(context.settings.projects, context.here, words.words);
  if (!reading) return chooseProject(asked, context);
  const project = await context.resolveProject(reading.rules);
  const refusal = await refuseReader(project, say`Nothing was deployed.`, context);
  if (refusal) {
    const refused = { code: refusal.code, project: project.ref.path };
    return { view: renderNote({ title: 'Deploy', card: renderRefusal(refusal) }), place, refused };
  }
  const [environments] = await Promise.all([
    context.gitlab.environments(project.ref.id),
    prefetchVersions(project.ref.id, { gitlab: context.gitlab, tables }),
  ]);
  const flags = place.flags ?? besides(words);
  const view = renderDeployForm({
    project: project.ref,
    environments: namesOf(environments, project),
    ...readTyped(reading.rest, { project, environments, context }),
    flags,
  });
  return { view, place: { ...place, project: { id: project.ref.id, path: project.ref.path }, flags } };
}

/** What was typed beside project, environment and version. */
function besides({ flags, variables = {} }: Words): readonly string[] {
  return [...flagWords(flags), ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)];
}

async function chooseProject(
  { words, place }: { readonly words: Words; readonly place: FormPlace },
  context: CommandContext,
): Promise<Filled> {
  const offered = await offerProjects({ may: 'deploy', limit: maxProjects }, context);
  if (offered.paths.length > 0)
    return { view: renderProjectChoice(offered), place: { ...place, flags: besides(words) } };
  const refused = await refuseNoProject({ command: '/deploy', words: words.words }, context);
  if (refused.kind !== 'refused') throw new InvariantError('a missing project is a refusal');
  const card = renderRefusal(refused.refusal);
  return { view: renderNote({ title: 'Deploy', card }), place, refused: { code: refused.refusal.code } };
}

/** Production first, as it is what forms are mostly opened for; what only `chatops.yml` knows comes last. */
function namesOf(environments: readonly Environment[], { rules }: ProjectContext): readonly string[] {
  const known = environments.toSorted((a, b) => tierRank(a) - tierRank(b) || a.name.localeCompare(b.name));
  const configured = rules.environments.map(({ name }) => name).filter((name) => !isGlob(name));
  return [...new Set([...known.map(({ name }) => name), ...configured])];
}

/** Of the words typed, which is the environment and which the version; what is missing the thread and channel give. */
function readTyped(
  rest: readonly string[],
  about: {
    readonly project: ProjectContext;
    readonly environments: readonly Environment[];
    readonly context: CommandContext;
  },
): { readonly environment: string | undefined; readonly version: string | undefined } {
  const { project, environments, context } = about;
  const find = (word: string | undefined): string | undefined => {
    if (word === undefined) return undefined;
    const match = matchEnvironment(word, environments, project.rules);
    return match.kind === 'found' ? match.name : undefined;
  };
  const environment = rest.map(find).find((name) => name !== undefined);
  const version = rest.find((word) => find(word) === undefined);
  const usual = project.rules.channels.find((rule) => rule.id === context.channel)?.defaultEnvironment;
  const { thread } = context;
  const isThread = thread?.pipeline.project.id === project.ref.id;
  return {
    environment: environment ?? (isThread ? thread.environment : undefined) ?? find(usual),
    version: version ?? (isThread ? thread.version : undefined),
  };
}
