/** What a spreadsheet takes for the start of a formula. @see https://owasp.org/www-community/attacks/CSV_Injection */
const formula = /^[=+\-@\t\r]/;

/**
 * One line of a CSV file, as RFC 4180 has them. Names of versions, branches and people are written by others: a text
 * that a spreadsheet would run gets a `'` in front, which shows that it is text.
 */
export function csvLine(cells: readonly (string | number | undefined)[]): string {
  return `${cells.map(cellText).join(',')}\r\n`;
}

function cellText(value: string | number | undefined): string {
  if (typeof value !== 'string') return String(value ?? '');
  const text = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
