/** `1 project`, `2 projects`; `plural` for a noun that takes no plain s. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
