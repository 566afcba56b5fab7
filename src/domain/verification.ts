import type { ProbeRule } from './check-rules.ts';
import type { Release } from './release.ts';

/** What an address said when it was asked which version runs. */
export type LiveVersion =
  | { readonly kind: 'version'; readonly version: string }
  | { readonly kind: 'unreadable'; readonly words: string };

/** A verification under way: since when it is asked, and what was heard last. */
export interface Probed {
  readonly since: Date;
  readonly at: Date;
  readonly looks: number;
  readonly last: LiveVersion;
}

/** What came of it. */
export type ProbeVerdict = 'passed' | 'wrong_version' | 'version_unreadable';

/**
 * Decides by what was heard last; undefined: ask again. A wrong version is usual for a while, until the old instances
 * are gone, so only the deadline makes a failure of it; and after a pause of ours it is looked once more before that.
 */
export function decideProbe(rule: ProbeRule, release: Release, { since, at, last }: Probed): ProbeVerdict | undefined {
  if (last.kind === 'version' && isOfRelease(last.version, release)) return 'passed';
  if (at.getTime() - since.getTime() < rule.withinMs) return undefined;
  return last.kind === 'version' ? 'wrong_version' : 'version_unreadable';
}

/** Whether what runs calls itself by this release: its name with or without the leading `v`, or its commit. */
export function isOfRelease(live: string, { version, ref, sha }: Release): boolean {
  const said = live.trim().toLowerCase();
  const names = [version, ref].map((name) => name.toLowerCase());
  if (names.some((name) => said === name || bare(said) === bare(name))) return said !== '';
  return /^[0-9a-f]{7,64}$/.test(said) && sha.toLowerCase().startsWith(said);
}

/** `1.4.0` of `v1.4.0`; a word that only begins with a v stays. */
function bare(name: string): string {
  return /^v\d/.test(name) ? name.slice(1) : name;
}
