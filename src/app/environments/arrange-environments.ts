import type { CollapsedFolder } from '../../cards/deployments.ts';
import type { Environment, EnvironmentMatch } from '../../domain/environment.ts';

/** So many of one folder are still told one by one. */
const folderLimit = 3;

/** Production first, then the tiers on the way to it; what GitLab does not know comes last. */
export function inOrder<T extends Pick<Environment, 'name' | 'tier'>>(environments: readonly T[]): readonly T[] {
  const tiers = ['production', 'staging', 'testing', 'development'];
  const rank = ({ tier }: T): number => {
    const index = tiers.indexOf(tier ?? '');
    return index < 0 ? tiers.length : index;
  };
  return environments.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

/**
 * Which environments are told one by one: the one that was asked for, else all but those of a folder that has many, as
 * review apps do. Production and staging are always told by name.
 */
export function collapseFolders<T extends Pick<Environment, 'name' | 'tier'>>(
  environments: readonly T[],
  asked: EnvironmentMatch | undefined,
): { readonly alone: readonly T[]; readonly folders: readonly CollapsedFolder[] } {
  if (asked !== undefined) {
    const name = asked.kind === 'found' ? asked.name : undefined;
    return { alone: environments.filter((environment) => environment.name === name), folders: [] };
  }
  const counts = new Map<string, number>();
  for (const environment of environments) {
    const folder = folderOf(environment);
    if (folder !== undefined) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const many = [...counts].filter(([, count]) => count > folderLimit);
  const isCollapsed = (environment: T): boolean => many.some(([folder]) => folder === folderOf(environment));
  return {
    alone: environments.filter((environment) => !isCollapsed(environment)),
    folders: many.map(([folder, count]) => ({ folder, count })),
  };
}

function folderOf({ name, tier }: Pick<Environment, 'name' | 'tier'>): string | undefined {
  if (tier === 'production' || tier === 'staging' || !name.includes('/')) return undefined;
  return name.split('/')[0];
}
