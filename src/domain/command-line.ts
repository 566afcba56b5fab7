/** The argument written so that it is read back as one word. */
export function quoteArgument(text: string): string {
  // A long dash would be read as the two hyphens of a flag that a phone made one.
  if (text !== '' && !/[\s"\\]|^(?:--|[\u2012-\u2015])/.test(text)) return text;
  return `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"')}"`;
}

/** A command as people type it where it is installed: `/gl-deploy production v1.4.0`. Flags stay as they are. */
export function commandLine(prefix: string, name: `/${string}`, words: readonly string[]): string {
  return [
    `/${prefix}${name.slice(1)}`,
    ...words.map((word) => (/^--[a-z-]+$/.test(word) ? word : quoteArgument(word))),
  ].join(' ');
}

/** Flags as they are typed. One without a value stands alone. */
export function flagWords(flags: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(flags).flatMap(([name, value]) => (value === '' ? [`--${name}`] : [`--${name}`, value]));
}

/** A sentence of ours with the commands in it as they are called where they are installed. */
export function asInstalled(sentence: string, prefix: string): string {
  return sentence.replace(/(^|\s)\/(?=[a-z])/g, `$1/${prefix}`);
}
