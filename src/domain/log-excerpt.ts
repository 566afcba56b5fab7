/** How much of a failed job's log a card shows. */
const shownLines = 8;
const shownChars = 160;

/** How much of it a person is shown who asks for it. */
const askedLines = 60;
const askedChars = 200;

/** How much of the log's end is looked at. */
const readChars = 20_000;

const escape = '\u001b';
const sectionMarks = new RegExp(`section_(?:start|end):\\d+:[^\\r\\n]*\\r?(?:${escape}\\[0K)?`, 'g');
const ansiCodes = new RegExp(`${escape}\\[[0-9;?]*[A-Za-z]`, 'g');
/** Newer runners begin each line with its time, the stream it was written to, and `+` where it goes on. */
const lineTimes = /^\d{4}-\d\d-\d\dT[\d:.]+Z [\da-f]{2}[OE](?:\+| |$)/gm;

/**
 * The last lines of a job's log that say something, fit for a card: without ANSI codes, section marks, progress that
 * was overwritten in place and runner chatter after the failing command, and with secrets masked.
 */
export function excerptLog(log: string, maskSecrets: (text: string) => string): readonly string[] {
  return lastLines(log, maskSecrets)
    .filter((line) => !isChatter(line))
    .slice(-shownLines)
    .map((line) => clip(line, shownChars));
}

/** The end of a job's log as somebody reads it who asks for it: longer, and with what the runner says. */
export function tailLog(log: string, maskSecrets: (text: string) => string): readonly string[] {
  return lastLines(log, maskSecrets)
    .slice(-askedLines)
    .map((line) => clip(line, askedChars));
}

/** The lines of the log's end that are not empty, cleaned and masked. */
function lastLines(log: string, maskSecrets: (text: string) => string): readonly string[] {
  // The tail is enough, and a log may have megabytes. Colour codes go first: one beside a secret would hide it.
  const tail = log
    .slice(-2 * readChars)
    .replace(lineTimes, '')
    .replace(sectionMarks, '\n')
    .replace(ansiCodes, '');
  const masked = maskSecrets(tail);
  // A secret that was cut in two would not be known any more, so of a cut log more is masked than is looked at.
  const isCut = log.length > 2 * readChars;
  return masked
    .slice(-(isCut ? Math.min(readChars, Math.ceil(masked.length / 2)) : readChars))
    .split('\n')
    .map((line) => (line.trimEnd().split('\r').at(-1) ?? '').trimEnd())
    .filter((line) => line.trim() !== '');
}

function clip(line: string, max: number): string {
  return line.length > max ? `${line.slice(0, max - 1)}…` : line;
}

/** Lines the runner writes around every job, which tell nothing about this one. */
function isChatter(line: string): boolean {
  return /^(?:ERROR: Job failed: exit code \d+|Cleaning up project directory|Uploading artifacts|Running after_script|Running after script|Job succeeded)/.test(
    line,
  );
}
