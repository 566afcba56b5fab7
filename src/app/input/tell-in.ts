import type { ProjectContext } from '../command.ts';

/** The deed is told in the project's channel: the one it was asked in when that is one, else its first. */
export function tellIn(project: ProjectContext, channel: string): string {
  const { channels } = project.rules;
  return channels.find((rule) => rule.id === channel)?.id ?? channels[0]?.id ?? channel;
}
