import { renderDeployments } from '../../cards/deployments.ts';
import { matchEnvironment } from '../../domain/environment.ts';
import { matchesGlob, type ProjectRules } from '../../domain/project.ts';
import { channelProject, readings } from '../../domain/reading.ts';
import type { AwayContext, CommandResult } from '../command.ts';
import { projectFact } from '../projects/known-projects.ts';
import { collapseFolders, inOrder } from './arrange-environments.ts';
import { rememberedRow } from './remember-environments.ts';

/**
 * What was last heard of a project's environments, for a channel that is told of its deployments anyway: who asks, and
 * what they may read, only GitLab could say.
 */
export async function tellKnownEnvironments(
  words: readonly string[],
  { channel, settings, tables }: AwayContext,
): Promise<Extract<CommandResult, { kind: 'answer' }> | undefined> {
  const reading = readings(settings.projects, channelProject(settings.projects, channel), words).find(
    ({ rules, rest }) => rest.length <= 1 && channelRule(rules, channel) !== undefined,
  );
  const rule = reading && channelRule(reading.rules, channel);
  if (!reading || !rule) return undefined;
  const { rules, rest } = reading;
  const id = Number((await tables.meta.get(projectFact.id(rules.path))) ?? 0);
  const told = (await tables.environments.ofProject(id)).filter(
    ({ environment }) => rule.environments?.some((glob) => matchesGlob(glob, environment)) ?? true,
  );
  const [word] = rest;
  const known = told.map(({ environment, tier }, index) => ({ id: index, name: environment, tier }));
  const match = word === undefined ? undefined : matchEnvironment(word, known, rules);
  const { alone, folders } = collapseFolders(inOrder(known), match);
  const rows = alone.flatMap(({ name }) => told.filter(({ environment }) => environment === name).map(rememberedRow));
  const heard = told.map(({ heardAt }) => heardAt.getTime());
  if (rows.length === 0) return undefined;
  const url = `${settings.gitlabUrl.replace(/\/$/, '')}/${rules.path}`;
  const project = { id, path: rules.path, url };
  return {
    kind: 'answer',
    about: { project: rules.path, environment: match?.kind === 'found' ? match.name : undefined },
    card: renderDeployments({ project, rows, folders, asOf: new Date(Math.max(...heard)), away: true }),
  };
}

function channelRule(rules: ProjectRules, channel: string): ProjectRules['channels'][number] | undefined {
  return rules.channels.find(({ id, notify }) => id === channel && notify.includes('deployed'));
}
