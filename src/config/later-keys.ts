import type { FilePath } from './file-problems.ts';

/**
 * Keys of features that this version does not have. They are told apart from slips, and are errors all the same: an
 * approval gate that is written down and silently does nothing would be dangerous. Whoever builds one of the features
 * declares its keys in file-schema.ts and takes them out here.
 */
export const laterKeys = {
  anywhere: ['email'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Whether the unknown key at the end of `path` is one of a later version. */
export function isLaterKey(path: FilePath): boolean {
  const key = String(path.at(-1));
  return laterKeys.anywhere.some((later) => later === key);
}

/** What is said of a word that belongs to a later version. */
export function laterProblem(word: string): { readonly problem: string; readonly mend: string } {
  return {
    problem: `this version cannot use \`${word}\` yet`,
    mend: 'Remove it: it would do nothing, and nobody may count on it',
  };
}
