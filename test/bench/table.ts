/** One line of the result: what was measured, what it is compared with, and what is promised. */
export interface Line {
  readonly what: string;
  readonly measured: string;
  /** What a bare program or the stand-in alone takes, measured in the same run. */
  readonly floor?: string;
  readonly ratio?: string;
  readonly budget: string;
  /** Undefined where nothing is promised. */
  readonly isMet?: boolean;
}

/** Prints the lines as one table, columns under each other. */
export function printTable(lines: readonly Line[]): void {
  const head = ['what', 'measured', 'floor', 'ratio', 'budget', ''];
  const rows = lines.map((line) => [
    line.what,
    line.measured,
    line.floor ?? '',
    line.ratio ?? '',
    line.budget,
    line.isMet === undefined ? '' : line.isMet ? 'met' : 'NOT MET',
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const format = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  console.log([format(head), format(widths.map((width) => '-'.repeat(width))), ...rows.map(format)].join('\n'));
}

/** The value below which `part` of the values lie, e.g. 0.99. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}
