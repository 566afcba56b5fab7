import { isSamePath, type ProjectRef, type ProjectRules } from '../../domain/project.ts';
import type { Clock, Log } from '../ports.ts';
import type { Store, Tables } from '../store-ports.ts';

/** What `chatops.yml` says of projects, as read; a reload replaces it whole. */
export interface ConfiguredProjects {
  /** Those that an entry names by their full path. */
  readonly projects: readonly ProjectRules[];
  readonly patterns: readonly string[];
  readonly rulesFor: (path: string) => ProjectRules | undefined;
  /** Where the entry stands: `chatops.yml line 12`. */
  readonly placeOf: (path: string) => string;
}

/** A project as GitLab itself names it now. `asked`: the configured path under which we looked for it. */
export interface SeenProject {
  readonly ref: ProjectRef;
  readonly asked?: string | undefined;
}

/** Which projects there are behind the patterns of `chatops.yml`, and which of them were moved since. */
export interface KnownProjects {
  /** Reads what was learned before a restart. */
  load(): Promise<void>;
  /** Those of entries with a full path, and those seen under a pattern. */
  list(): readonly ProjectRules[];
  /** The one way from a path to its rules. A moved project keeps those of its entry, unless the new path has its own. */
  rulesFor(path: string): ProjectRules | undefined;
  isKnown(path: string): boolean;
  /** Remembers what GitLab said. Never for the word of a webhook, which may be anybody's. */
  learn(seen: readonly SeenProject[]): Promise<void>;
  /** The project is gone from GitLab, or hidden from us: it is asked for no more. */
  forget(path: string): Promise<void>;
}

export interface KnownProjectsDeps {
  readonly configured: () => ConfiguredProjects;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

/** The names under which the store keeps what is known; an empty value is one that was taken back. */
export const projectFact = {
  id: (path: string) => `project_id/${path}`,
  defaultBranch: (path: string) => `default_branch/${path}`,
  /** The configured path of a project, which a move does not change. */
  path: (id: number) => `project_path/${id}`,
  movedFrom: (path: string) => `moved_from/${path.toLowerCase()}`,
} as const;

const learnedAtOnce = 50;

/** Keeps the known projects in memory for the many who ask, and in the store for the next start. */
export function createKnownProjects(deps: KnownProjectsDeps): KnownProjects {
  const state: State = { seen: new Map(), movedFrom: new Map(), warned: new Set() };
  let listed: { readonly of: ConfiguredProjects; readonly seen: number; readonly rules: readonly ProjectRules[] };
  let changes = 0;
  let running: Promise<unknown> = Promise.resolve();
  // One after the other: each goes by what the one before has learned.
  const inTurn = async (work: () => Promise<void>): Promise<void> => {
    const mine = running.then(work);
    running = mine.catch(() => undefined);
    await mine;
    changes += 1;
  };
  const rulesFor = (path: string): ProjectRules | undefined => {
    const configured = deps.configured();
    const own = configured.rulesFor(path);
    if (isNamed(path, configured)) return own;
    const before = state.movedFrom.get(path.toLowerCase());
    return (before === undefined ? undefined : configured.rulesFor(before)) ?? own;
  };
  return {
    load: () => inTurn(() => loadState(state, deps.store.tables)),
    list() {
      const configured = deps.configured();
      if (listed?.of !== configured || listed.seen !== changes) {
        listed = { of: configured, seen: changes, rules: listProjects(state, configured) };
      }
      return listed.rules;
    },
    rulesFor,
    isKnown: (path) => state.seen.has(path.toLowerCase()),
    learn: (seen) =>
      inTurn(async () => {
        // Each by itself would wait for the disk, and all together would keep others waiting.
        for (let begin = 0; begin < seen.length; begin += learnedAtOnce) {
          const some = seen.slice(begin, begin + learnedAtOnce);
          const after = await deps.store.transaction(async (tables) => {
            const next = { ...state, seen: new Map(state.seen), movedFrom: new Map(state.movedFrom) };
            for (const each of some) await learnOne(next, each, { tables, deps });
            return next;
          });
          Object.assign(state, after);
        }
      }),
    forget: (path) =>
      inTurn(async () => {
        await deps.store.tables.meta.set(projectFact.id(path), '');
        state.seen.delete(path.toLowerCase());
      }),
  };
}

interface State {
  /** By their lower-case path, as GitLab has no two that differ by case. */
  seen: Map<string, string>;
  /** Lower-case new path -> configured path. */
  movedFrom: Map<string, string>;
  /** Moves that this process warned of. */
  readonly warned: Set<string>;
}

async function loadState(state: State, { meta }: Tables): Promise<void> {
  const ids = await meta.list(projectFact.id(''));
  const moved = await meta.list(projectFact.movedFrom(''));
  state.seen = new Map(
    [...ids]
      .filter(([, id]) => id !== '')
      .map(([name]) => {
        const path = name.slice(projectFact.id('').length);
        return [path.toLowerCase(), path];
      }),
  );
  state.movedFrom = new Map(
    [...moved]
      .filter(([, before]) => before !== '')
      .map(([name, before]) => [name.slice(projectFact.movedFrom('').length), before]),
  );
}

function listProjects(state: State, configured: ConfiguredProjects): readonly ProjectRules[] {
  const named = new Set(configured.projects.map((rules) => rules.path.toLowerCase()));
  const seen = [...state.seen.values()]
    .filter((path) => !named.has(path.toLowerCase()))
    .flatMap((path) => configured.rulesFor(path) ?? [])
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return [...configured.projects, ...seen];
}

/** Whether an entry with a full path is about it. */
function isNamed(path: string, configured: ConfiguredProjects): boolean {
  return configured.projects.some((rules) => isSamePath(rules.path, path));
}

interface Learning {
  readonly tables: Tables;
  readonly deps: KnownProjectsDeps;
}

async function learnOne(state: State, { ref, asked }: SeenProject, about: Learning): Promise<void> {
  const { meta } = about.tables;
  const configured = about.deps.configured();
  const before = (await meta.get(projectFact.path(ref.id))) ?? asked;
  if (before === undefined || isSamePath(before, ref.path))
    return record(state, { ref, path: before ?? ref.path }, about);
  const own = configured.rulesFor(ref.path);
  const isKept = isNamed(before, configured) || (own === undefined && configured.rulesFor(before) !== undefined);
  if (!isKept || isNamed(ref.path, configured)) {
    // Its new path has rules of its own, or the old one has none any more: nothing in the file has to be mended.
    await meta.set(projectFact.id(before), '');
    state.seen.delete(before.toLowerCase());
    await dropMoves(state, before, about);
    return record(state, { ref, path: ref.path }, about);
  }
  await noteMove(state, { ref, before }, about);
}

async function record(
  state: State,
  { ref, path }: { readonly ref: ProjectRef; readonly path: string },
  { tables: { meta } }: Learning,
): Promise<void> {
  const facts = [
    [projectFact.id(path), String(ref.id)],
    [projectFact.path(ref.id), path],
    ...(ref.defaultBranch === undefined ? [] : [[projectFact.defaultBranch(path), ref.defaultBranch] as const]),
  ] as const;
  for (const [name, value] of facts) {
    if ((await meta.get(name)) !== value) await meta.set(name, value);
  }
  state.seen.set(path.toLowerCase(), path);
}

/** It goes on under the rules of its entry; whoever wrote the entry has to hear of it, once. */
async function noteMove(
  state: State,
  { ref, before }: { readonly ref: ProjectRef; readonly before: string },
  about: Learning,
): Promise<void> {
  const { tables, deps } = about;
  await record(state, { ref, path: before }, about);
  if (state.movedFrom.get(ref.path.toLowerCase()) !== before) {
    await dropMoves(state, before, about);
    await tables.meta.set(projectFact.movedFrom(ref.path), before);
    state.movedFrom.set(ref.path.toLowerCase(), before);
  }
  const move = `${before}\n${ref.path}`;
  if (state.warned.has(move)) return;
  state.warned.add(move);
  const place = deps.configured().placeOf(before);
  deps.log.warn(
    { project: ref.path, configured: before, place, hint: `Write ${ref.path} in ${place}.` },
    'project was moved in gitlab, goes on under its old entry',
  );
}

/** What was moved again leaves the path between to others. */
async function dropMoves(state: State, before: string, { tables }: Learning): Promise<void> {
  for (const [path, from] of state.movedFrom) {
    if (from !== before) continue;
    state.movedFrom.delete(path);
    await tables.meta.set(projectFact.movedFrom(path), '');
  }
}
