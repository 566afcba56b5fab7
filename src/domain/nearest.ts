/** The candidates most like `word`, best first: those that contain it, then by edit distance; equals keep their order. */
export function nearest(word: string, candidates: readonly string[], limit: number): readonly string[] {
  const wanted = word.slice(0, 100).toLowerCase();
  return candidates
    .map((candidate) => {
      const text = candidate.toLowerCase();
      return {
        candidate,
        score: text.includes(wanted) ? 0 : editDistance(wanted, text) / Math.max(wanted.length, text.length),
      };
    })
    .toSorted((a, b) => a.score - b.score)
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

/** The one candidate near enough to be a slip of the finger, or undefined. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const [best] = nearest(word, candidates, 1);
  if (best === undefined) return undefined;
  return editDistance(word.toLowerCase(), best.toLowerCase()) <= Math.max(2, word.length / 3) ? best : undefined;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
