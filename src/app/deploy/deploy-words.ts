import { matchEnvironment } from '../../domain/environment.ts';
import type { ProjectRules } from '../../domain/project.ts';
import { channelProject, readings } from '../../domain/reading.ts';
import type { Words } from '../arguments.ts';
import type { Settings } from '../ports.ts';

/**
 * Whether a deploy line lacks its environment or its version. One word is a version where the channel has a default
 * environment, unless `chatops.yml` knows the word as an environment. GitLab is not asked.
 */
export function isDeployIncomplete(
  { words }: Words,
  { channel, settings }: { readonly channel: string; readonly settings: Pick<Settings, 'projects'> },
): boolean {
  const here = channelProject(settings.projects, channel);
  const candidates = readings(settings.projects, here, words);
  const [first] = candidates;
  if (!first) return words.length < 2;
  // Read in two ways, the longer one holds where its first word is an environment.
  const longer = candidates.find(({ rules, rest }) => rest.length > 1 && isConfigured(rest[0], rules));
  const { rules, rest } = longer ?? first;
  if (rest.length !== 1) return rest.length === 0;
  const hasDefault = rules.channels.some((rule) => rule.id === channel && rule.defaultEnvironment !== undefined);
  return !hasDefault || isConfigured(rest[0], rules);
}

function isConfigured(word: string | undefined, rules: ProjectRules): boolean {
  return word !== undefined && matchEnvironment(word, [], rules).kind === 'found';
}
