import { z } from 'zod';
import type { GitLabReads } from '../gitlab-ports.ts';
import type { Tables } from '../store-ports.ts';
import type { OptionGroup } from './slack-forms.ts';

const kept = 100;
/** Slack takes a hundred entries, of 75 characters each; what is longer has to be typed. */
const offered = 50;
const maxName = 75;

const Names = z.object({ tags: z.array(z.string()), branches: z.array(z.string()) });
type Names = z.infer<typeof Names>;

/**
 * Asks GitLab for the versions that a form is to offer and keeps them in the store, where any process finds them: what
 * somebody types there has to be answered within three seconds.
 * @throws GitLabError
 */
export async function prefetchVersions(
  projectId: number,
  {
    gitlab,
    tables,
  }: { readonly gitlab: Pick<GitLabReads, 'newestTags' | 'newestBranches'>; readonly tables: MetaOnly },
): Promise<void> {
  const [tags, branches] = await Promise.all([
    gitlab.newestTags(projectId, kept),
    gitlab.newestBranches(projectId, kept),
  ]);
  const names = { tags: short(tags), branches: short(branches) };
  await tables.meta.set(factName(projectId), JSON.stringify(names));
}

function short(refs: readonly { readonly name: string }[]): readonly string[] {
  return refs.map(({ name }) => name).filter((name) => name.length <= maxName);
}

type MetaOnly = { readonly meta: Pick<Tables['meta'], 'get' | 'set'> };

/** What fits to the text typed so far, out of the store; the text itself first, since any version may be typed. */
export async function suggestVersions(
  query: { readonly projectId: number | undefined; readonly typed: string },
  tables: { readonly meta: Pick<Tables['meta'], 'get'> },
): Promise<readonly OptionGroup[]> {
  const typed = query.typed.trim();
  const stored = query.projectId === undefined ? undefined : await tables.meta.get(factName(query.projectId));
  const names = stored === undefined ? { tags: [], branches: [] } : readNames(stored);
  const isNew = typed !== '' && typed.length <= maxName && ![...names.tags, ...names.branches].includes(typed);
  const groups: readonly (readonly [string, readonly string[]])[] = [
    ['As typed', isNew ? [typed] : []],
    ['Tags', fitting(names.tags, typed)],
    ['Branches', fitting(names.branches, typed)],
  ];
  return groups
    .filter(([, found]) => found.length > 0)
    .map(([label, found]) => ({ label, options: found.map((name) => ({ text: name, value: name })) }));
}

/** Those that begin so before those that hold it somewhere; each in GitLab's order, the newest first. */
function fitting(names: readonly string[], typed: string): readonly string[] {
  const wanted = typed.toLowerCase().replace(/^v(?=\d)/, '');
  const rank = (name: string): number => {
    const at = name
      .toLowerCase()
      .replace(/^v(?=\d)/, '')
      .indexOf(wanted);
    return at < 0 ? -1 : Math.min(at, 1);
  };
  return names
    .filter((name) => rank(name) >= 0)
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, offered);
}

function readNames(text: string): Names {
  try {
    return Names.parse(JSON.parse(text));
  } catch {
    // Written by another version: the next form writes it anew.
    return { tags: [], branches: [] };
  }
}

function factName(projectId: number): string {
  return `version_names/${projectId}`;
}
