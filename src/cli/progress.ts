/** Where lines go, with one passing line below them. */
export interface Progress {
  /** Shows what is being done, until the next line or the next of these. Nothing where nobody watches. */
  readonly progress: (doing: string) => void;
  readonly print: (line: string) => void;
}

const MAX_WIDTH = 78;
const CLEAR_LINE = '\r\u001b[K';

/** Prints to a terminal, or plainly to a file or pipe. */
export function createProgress(output: { readonly isTTY?: boolean; write(text: string): unknown }): Progress {
  if (!output.isTTY) return { progress: () => undefined, print: (line) => void output.write(`${line}\n`) };
  return {
    progress: (doing) => void output.write(`${CLEAR_LINE}  … ${doing}`.slice(0, MAX_WIDTH)),
    print: (line) => void output.write(`${CLEAR_LINE}${line}\n`),
  };
}
