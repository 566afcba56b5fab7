import { LineCounter, parseDocument, type YAMLError } from 'yaml';
import type { ConfigProblem } from '../domain/errors.ts';
import { compareSpecificity, isGlob, type ProjectRules } from '../domain/project.ts';
import type { WatchdogRules } from '../domain/watchdog.ts';
import { findConflicts } from './file-conflicts.ts';
import { needsPrometheus } from './file-needs.ts';
import { describeIssue, type FilePath, lineOf, type ParsedYaml, problemAt } from './file-problems.ts';
import { ConfigFile, type EnvironmentEntry, ProjectEntry, ProjectKeys } from './file-schema.ts';
import { layersOf, type PlacedProject, type ProjectsOfFile } from './layers.ts';
import { resolveRules, resolveUnnamed } from './resolve.ts';

/** The part of the use cases' settings that `chatops.yml` gives. */
export interface FileSettings {
  /** Those that an entry names by their full path. */
  readonly projects: readonly ProjectRules[];
  /** The patterns of entries that stand for many projects, the most specific first. */
  readonly patterns: readonly string[];
  /** What holds for a project, known or not; undefined when no entry names it. */
  readonly rulesFor: (path: string) => ProjectRules | undefined;
  /** What `defaults` say of a project that no entry names. It has no channel. */
  readonly unnamedRules: (path: string) => ProjectRules;
  /** Where the entry of a project stands: `chatops.yml line 12`. */
  readonly placeOf: (path: string) => string;
  /** What is wrong with the first `notify_email` of the file where no mail can be sent; undefined: it has none. */
  readonly needsMail: ConfigProblem | undefined;
  /** What is wrong with the first `link: required` of the file where nobody can link; undefined: it has none. */
  readonly needsLinking: ConfigProblem | undefined;
  /** What is wrong with the first `canary.watch` where no Prometheus can be asked; undefined: there is none. */
  readonly needsPrometheus: ConfigProblem | undefined;
  /** Some project takes webhooks, so there must be a way to tell GitLab's from others. */
  readonly takesWebhooks: boolean;
  /** Where trouble of the bot itself is told. */
  readonly operationsChannel: string | undefined;
  /** Slack users who may do everywhere what maintainers may, as far as the bot's own affairs go. */
  readonly operationsAdmins: readonly string[];
  /** Slack users who may override our approvals, freezes and order, beside maintainers. */
  readonly operationsEmergency: readonly string[];
  /** Slack user id -> GitLab username. */
  readonly identityUsers: Readonly<Record<string, string>>;
  /** Whom neither a linked account nor `identityUsers` names is found by their confirmed e-mail address. */
  readonly identityEmail: boolean;
  readonly planExpiresMs: number;
  readonly pollEveryMs: number;
  readonly watchdog: WatchdogRules;
  readonly retention: { readonly eventsMs: number; readonly threadsMs: number; readonly operationsMs: number };
}

/** What was read, or everything that is wrong with it. */
export type ReadFile =
  | {
      readonly kind: 'read';
      readonly settings: FileSettings;
      /** What the file says as it stands there, to explain where a value comes from. */
      readonly source: { readonly yaml: ParsedYaml; readonly file: ConfigFile; readonly projects: ProjectsOfFile };
    }
  | { readonly kind: 'refused'; readonly problems: readonly ConfigProblem[] };

/** The smallest `chatops.yml` that works. */
export const smallestFile = ['projects:', '  - project: acme/production-app', '    channels: [{ id: C0DEPLOYS }]'].join(
  '\n',
);

/** Reads the text of `chatops.yml`; `name` is how problems call the file. */
export function readConfigFile(text: string, name: string): ReadFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    return { kind: 'refused', problems: document.errors.map((error) => syntaxProblem(error, name)) };
  }
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    // An alias without its anchor, or so many of them that expanding would fill the memory.
    const problem = error instanceof Error ? error.message : 'cannot be read as YAML';
    return { kind: 'refused', problems: [{ setting: name, problem, mend: 'Write the value itself in its place' }] };
  }
  return readValue({ name, document, lines, value: value ?? undefined });
}

function readValue(yaml: ParsedYaml): ReadFile {
  if (yaml.value === undefined) {
    return {
      kind: 'refused',
      problems: [{ setting: yaml.name, problem: 'is empty', mend: `Begin with:\n${smallestFile}` }],
    };
  }
  const read = ConfigFile.safeParse(yaml.value);
  const wrong = read.success ? [] : read.error.issues.flatMap((issue) => describeIssue(ConfigFile, issue, yaml));
  const formed = wellFormedParts(yaml.value);
  const conflicts = findConflicts(formed.projects, formed.defaults ?? 'unread').map((conflict) =>
    problemAt(yaml, conflict.path, conflict),
  );
  const problems = [...wrong, ...conflicts];
  if (!read.success || problems.length > 0) return { kind: 'refused', problems };
  const projects = {
    projects: read.data.projects.map((entry, index) => ({ index, entry })),
    defaults: read.data.defaults ?? {},
  };
  return {
    kind: 'read',
    settings: toSettings(read.data, projects, yaml),
    source: { yaml, file: read.data, projects },
  };
}

/** So that conflicts show in the same list as a slip elsewhere in the file. */
function wellFormedParts(value: unknown): {
  readonly projects: readonly PlacedProject[];
  readonly defaults: ProjectKeys | undefined;
} {
  const file: { readonly projects?: unknown; readonly defaults?: unknown } =
    typeof value === 'object' && value !== null ? value : {};
  const projects = (Array.isArray(file.projects) ? file.projects : []).flatMap((project, index) => {
    const read = ProjectEntry.safeParse(project);
    return read.success ? [{ index, entry: read.data }] : [];
  });
  const defaults = ProjectKeys.safeParse(file.defaults ?? {});
  return { projects, defaults: defaults.success ? defaults.data : undefined };
}

function syntaxProblem(error: YAMLError, name: string): ConfigProblem {
  const start = error.linePos?.[0];
  // The rest of the message repeats the place and the line itself.
  const [problem = 'cannot be read as YAML'] = error.message.split(/ at line \d+/);
  const mend =
    error.code === 'TAB_AS_INDENT'
      ? 'Indent with spaces'
      : error.code === 'DUPLICATE_KEY'
        ? 'Write each key once'
        : 'Check the indentation, quotes and brackets there and in the line above';
  return { setting: start ? `${name} line ${start.line}, column ${start.col}` : name, problem, mend };
}

function unlessOff(value: number | 'off'): number | undefined {
  return value === 'off' ? undefined : value;
}

function toSettings(file: ConfigFile, projects: ProjectsOfFile, yaml: ParsedYaml): FileSettings {
  const entries = file.projects.map((entry) => entry.project);
  const rulesFor = remembered((path) => resolveRules(projects, path));
  return {
    projects: entries.filter((entry) => !isGlob(entry)).flatMap((path) => rulesFor(path) ?? []),
    patterns: entries.filter(isGlob).toSorted(compareSpecificity),
    rulesFor,
    unnamedRules: (path) => resolveUnnamed(projects, path),
    placeOf: (path) => placeOf(path, projects, yaml),
    needsMail: needsMail(file, yaml),
    needsLinking: needsLinking(file, yaml),
    needsPrometheus: needsPrometheus(file, yaml),
    takesWebhooks: entries.some((entry) => rulesFor(entry)?.events !== 'poll'),
    operationsChannel: file.operations.channel,
    operationsAdmins: file.operations.admins,
    operationsEmergency: file.operations.emergency,
    identityUsers: file.identity.users,
    identityEmail: file.identity.email,
    planExpiresMs: file.plan_expires,
    pollEveryMs: file.poll_every,
    watchdog: {
      jobStartMs: unlessOff(file.watchdog.job_start),
      noDeployMs: unlessOff(file.watchdog.no_deploy),
      failures: unlessOff(file.watchdog.failures),
      lockNagMs: unlessOff(file.watchdog.lock_nag),
    },
    retention: {
      eventsMs: file.retention.events,
      threadsMs: file.retention.threads,
      operationsMs: file.retention.operations,
    },
  };
}

function needsMail(file: ConfigFile, yaml: ParsedYaml): ConfigProblem | undefined {
  const first = firstEnvironmentKey(file, 'notify_email', ({ notify_email: to }) => to !== undefined);
  const problem = 'cannot be used without `SMTP_URL`';
  return first && problemAt(yaml, first, { problem, mend: 'Set SMTP_URL to your mail server, or remove it' });
}

function needsLinking(file: ConfigFile, yaml: ParsedYaml): ConfigProblem | undefined {
  const first = firstEnvironmentKey(file, 'link', ({ link }) => link === 'required');
  const problem = 'is `required`, and nobody can link an account without `GITLAB_OAUTH_CLIENT_ID`';
  const mend = 'Set it and what belongs to it, PUBLIC_URL included (docs/setup-gitlab.md), or write optional';
  return first && problemAt(yaml, first, { problem, mend });
}

/** Where an environment's entry first says something that has to be looked at. */
function firstEnvironmentKey(
  { defaults, projects }: ConfigFile,
  key: string,
  says: (entry: EnvironmentEntry) => boolean,
): FilePath | undefined {
  const places = [
    { keys: defaults, path: ['defaults'] },
    ...projects.map((keys, index) => ({ keys, path: ['projects', index] })),
  ];
  const [first] = places.flatMap(({ keys, path }) =>
    Object.entries(keys?.environments ?? {})
      .filter(([, entry]) => says(entry))
      .map(([name]) => [...path, 'environments', name, key]),
  );
  return first;
}

/** More than anybody has; webhooks of unknown projects must not fill the memory. */
const remember = 10_000;

/** A webhook comes for one of hundreds of projects: each is worked out once. */
function remembered(resolve: (path: string) => ProjectRules | undefined): FileSettings['rulesFor'] {
  const known = new Map<string, ProjectRules | undefined>();
  return (path) => {
    const key = path.toLowerCase();
    if (known.has(key)) return known.get(key);
    const rules = resolve(path);
    if (known.size < remember) known.set(key, rules);
    return rules;
  };
}

function placeOf(path: string, projects: ProjectsOfFile, yaml: ParsedYaml): string {
  const line = lineOf(yaml, [...(layersOf(projects, path)[0]?.path ?? ['projects']), 'project']);
  return line === undefined ? yaml.name : `${yaml.name} line ${line}`;
}
