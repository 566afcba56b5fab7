/** How much of a failed job's log a card shows. */
const shownLines = 8;
const shownChars = 160;

/** How much of the log's end is looked at. */
const readChars = 20_000;

const escape = '\u001b';
const sectionMarks = new RegExp(`section_(?:start|end):\\d+:[^\\r\\n]*\\r?(?:${escape}\\[0K)?`, 'g');
const ansiCodes = new RegExp(`${escape}\\[[0-9;?]*[A-Za-z]`, 'g');

/**
 * The last lines of a job's log that say something, fit for a card: without ANSI codes, section marks, progress that
 * was overwritten in place and runner chatter after the failing command, and with secrets masked.
 */
export function excerptLog(log: string, maskSecrets: (text: string) => string): readonly string[] {
  // The tail is enough, and a log may have megabytes. A secret that is cut in two would not be known any more, so more
  // is masked than is looked at.
  const tail = maskSecrets(log.slice(-2 * readChars)).slice(-readChars);
  const lines = tail
    .replace(sectionMarks, '\n')
    .replace(ansiCodes, '')
    .split('\n')
    .map((line) => (line.trimEnd().split('\r').at(-1) ?? '').trimEnd())
    .filter((line) => line.trim() !== '' && !isChatter(line));
  return lines
    .slice(-shownLines)
    .map((line) => (line.length > shownChars ? `${line.slice(0, shownChars - 1)}…` : line));
}

/** Lines the runner writes around every job, which tell nothing about this one. */
function isChatter(line: string): boolean {
  return /^(?:ERROR: Job failed: exit code \d+|Cleaning up project directory|Uploading artifacts|Running after_script|Running after script|Job succeeded)/.test(
    line,
  );
}
