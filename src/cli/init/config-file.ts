import { isMap, isSeq, parseDocument } from 'yaml';
import { readConfigFile } from '../../config/file.ts';
import { ConfigError } from '../../domain/errors.ts';
import type { ProjectRules } from '../../domain/project.ts';

/** What `chatops.yml` is to say. */
export interface Entry {
  readonly project: string;
  readonly channel: { readonly id: string; readonly name: string };
  /** GitLab cannot reach the bot, so the bot asks. */
  readonly polls: boolean;
}

/** The file as it is to be; `same` when it says so already. */
export interface MergedConfig {
  readonly change: 'made' | 'added' | 'same';
  readonly text: string;
}

/**
 * Puts a project and its channel into the text of `chatops.yml`, or makes the file; comments stay.
 * @throws ConfigError when the file, as it is or as it would be, cannot be used.
 */
export function mergeConfig(text: string | undefined, entry: Entry, name: string): MergedConfig {
  if (text === undefined) return { change: 'made', text: checked(newFile(entry), name) };
  const known = read(text, name).rulesFor(entry.project);
  if (known && follows(known, entry)) return { change: 'same', text };
  return { change: 'added', text: checked(withEntry(text, entry), name) };
}

function follows(rules: ProjectRules, { channel }: Entry): boolean {
  return rules.channels.some(({ id }) => id === channel.id);
}

function withEntry(text: string, { project, channel, polls }: Entry): string {
  const document = parseDocument(text);
  const projects = document.get('projects');
  if (!isSeq(projects)) return text;
  const own = projects.items.find(
    (item) => isMap(item) && String(item.get('project')).toLowerCase() === project.toLowerCase(),
  );
  const channels = isMap(own) ? own.get('channels') : undefined;
  if (isSeq(channels)) channels.add(document.createNode({ id: channel.id }));
  else if (isMap(own)) own.set('channels', document.createNode([{ id: channel.id }]));
  else {
    const events = polls ? { events: 'poll' } : {};
    projects.add(document.createNode({ project, ...events, channels: [{ id: channel.id }] }));
  }
  return document.toString({ lineWidth: 0 });
}

function newFile({ project, channel, polls }: Entry): string {
  return [
    '# What else can stand here: README.md, "chatops.yml". `chatops doctor` checks it.',
    'projects:',
    `  - project: ${project}`,
    ...(polls ? ['    events: poll # GitLab is asked every minute, since it cannot reach the bot'] : []),
    `    channels: [{ id: ${channel.id} }] # #${channel.name}`,
    '',
    '# Who may act, since nobody is guessed. Slack member id (profile, ⋮, Copy member ID): GitLab user name.',
    '# identity:',
    '#   users: { U0123456789: ann }',
    '',
  ].join('\n');
}

function checked(text: string, name: string): string {
  read(text, name);
  return text;
}

function read(text: string, name: string) {
  const file = readConfigFile(text, name);
  if (file.kind === 'read') return file.settings;
  throw new ConfigError(file.problems);
}
